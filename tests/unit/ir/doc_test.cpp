// The table of operations in docs/ir.md is that of ops.def. `make bless` rewrites it.
#include <cstdlib>
#include <map>

#include "gtest/gtest.h"
#include "ir/ir.h"
#include "support/file.h"
#include "unit/ir/ir_test.h"

namespace ll {
namespace {

constexpr const char* kPath = LL_SOURCE_DIR "/docs/ir.md";
constexpr std::string_view kBegin = "<!-- table of operations: begin (from src/ir/ops.def) -->\n";
constexpr std::string_view kEnd = "<!-- table of operations: end -->\n";

// How an instruction of the format is written, with A B C for operands.
std::string form(const OpInfo& op) {
  std::string name(op.text);
  switch (op.format) {
    case Format::Param:
      return "(in a label or a function's head)";
    case Format::Leaf:
      return name == "const" ? "5, 1.5, #t, (T N)" : name == "undef" ? "(undef T)" : "(global G)";
    case Format::Nullary:
      return "(" + name + ")";
    case Format::Dim:
      return "(" + name + " N)";
    case Format::Unary:
    case Format::Convert:
      return "(" + name + " A)";
    case Format::Binary:
      return "(" + name + " A B)";
    case Format::Ternary:
      return "(" + name + " A B C)";
    case Format::Slot:
      return "(slot T [(align N)])";
    case Format::Alloc:
      return "(alloc T A [(align N)])";
    case Format::PtrAdd:
      return "(ptradd A OFFSET), (ptradd A B SCALE OFFSET)";
    case Format::Load:
      return "(load A [(align N)])";
    case Format::Store:
      return "(store A B [(align N)])";
    case Format::Copy:
      return "(copy A B BYTES [(align N)])";
    case Format::Call:
      return "(call F A ...)";
    case Format::Jmp:
      return "(jmp LABEL A ...)";
    case Format::Br:
      return "(br A EDGE EDGE)";
    case Format::Ret:
      return "(ret), (ret A)";
    case Format::Trap:
      return "(trap KIND)";
  }
  return {};
}

std::string properties(uint16_t bits) {
  constexpr char kLetters[] = "PCRWTXVDL";
  std::string out;
  for (unsigned n = 0; kLetters[n]; ++n)
    if (bits & (1u << n)) out += kLetters[n];
  return out;
}

std::string table() {
  std::string out = "| Operation | Written | Types | | Meaning |\n|---|---|---|---|---|\n";
  static const std::map<TypeRule, const char*> kTypes = {
      {TypeRule::Param, "any scalar"},
      {TypeRule::Const, "any scalar"},
      {TypeRule::Undef, "any scalar"},
      {TypeRule::GlobalAddr, "pointer of its space"},
      {TypeRule::Int, "T T -> T, integer or bool"},
      {TypeRule::Float, "T ... -> T, float or double"},
      {TypeRule::IntCompare, "T T -> bool, integer, bool or pointer"},
      {TypeRule::FloatCompare, "T T -> bool, float or double"},
      {TypeRule::Select, "bool T T -> T, any scalar"},
      {TypeRule::Narrow, "integer -> narrower integer or bool"},
      {TypeRule::Widen, "integer or bool -> wider integer"},
      {TypeRule::FloatWiden, "float -> double"},
      {TypeRule::FloatNarrow, "double -> float"},
      {TypeRule::IntToFloat, "integer -> float or double"},
      {TypeRule::FloatToInt, "float or double -> integer"},
      {TypeRule::PtrToInt, "pointer -> integer"},
      {TypeRule::IntToPtr, "integer -> pointer"},
      {TypeRule::Bits, "number -> number of the same size"},
      {TypeRule::SpaceCast, "pointer -> pointer"},
      {TypeRule::Slot, "-> generic or private pointer"},
      {TypeRule::Alloc, "integer -> generic or private pointer"},
      {TypeRule::PtrAdd, "pointer [integer] -> the same pointer"},
      {TypeRule::Load, "pointer -> any scalar"},
      {TypeRule::Store, "pointer, any scalar"},
      {TypeRule::Copy, "pointer, pointer"},
      {TypeRule::Call, "as declared"},
      {TypeRule::Jmp, ""},
      {TypeRule::Br, "bool"},
      {TypeRule::Ret, "the function's"},
      {TypeRule::Trap, ""},
      {TypeRule::Dim, "-> int"},
      {TypeRule::Nullary, ""}};
  for (const OpInfo& op : kOps) {
    out += "| `" + std::string(op.text) + "` | `" + form(op) + "` | " + kTypes.at(op.rule) + " | " +
           properties(op.properties) + " | " + std::string(op.meaning) + " |\n";
  }
  return out;
}

TEST(IrDoc, TableIsThatOfOpsDef) {
  std::string error;
  auto text = read_file(kPath, error);
  ASSERT_TRUE(text) << error;
  size_t begin = text->find(kBegin), end = text->find(kEnd);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  begin += kBegin.size();
  if (text->substr(begin, end - begin) == table()) return;
  if (!std::getenv("LL_BLESS")) FAIL() << "docs/ir.md lags behind src/ir/ops.def: run `make bless`";
  text->replace(begin, end - begin, table());
  ASSERT_TRUE(write_file(kPath, *text, false, error)) << error;
}

TEST(IrDoc, ItsExampleIsGood) {
  std::string error;
  auto text = read_file(kPath, error);
  ASSERT_TRUE(text) << error;
  size_t begin = text->find("```\n(brilisp");
  ASSERT_NE(begin, std::string::npos);
  begin += 4;
  Parsed p(text->substr(begin, text->find("```", begin) - begin));
  ASSERT_TRUE(p.module) << p.messages();
  EXPECT_TRUE(verify(*p.module, p.diags)) << p.messages();
}

}  // namespace
}  // namespace ll
