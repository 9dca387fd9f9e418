// Text of the IR: what is printed reads back to the same module, and bad text is reported where
// it is wrong.
#include "ir/text.h"

#include <algorithm>
#include <filesystem>

#include "gtest/gtest.h"
#include "ir/builder.h"
#include "support/file.h"
#include "unit/ir/ir_test.h"

namespace ll {
namespace {

// The canonical text is printed and read twice, which must change nothing.
void expect_round_trip(const Module& m) {
  std::string once = print_module(m);
  Parsed again(once);
  ASSERT_TRUE(again.module) << once << again.messages();
  EXPECT_EQ(print_module(*again.module), once);
}

TEST(IrText, EveryConstructRoundTrips) {
  Parsed p(ir(R"(
  (define-struct outer ((struct inner) (arr 3 int16)))
  (define-struct inner (int8 double (ptr (addrspace 1))))
  (define-struct opaque)
  (define-global (a (arr 4 int)) (align 64) (addrspace 1) (bytes "000102030405060708090a0b0c0d0e0f"))
  (define-global (b ptr) (ref 0 c 8))
  (define-global (c (arr 2 ptr)) (constant) (ref 8 b -1) (ref 0 c 0))
  (define-global (d (arr 16 float)) (addrspace 3))
  (define ((puts int) (s ptr)) (attributes external))
  (define ((other_puts void) (s ptr)) (attributes external) (link "puts"))
  (define ((k void) (n int)) (attributes internal kernel device always-inline)
    (set (i int) (local-id 2))
    (barrier)
    (ret))
  (define ((w int) (a ptr) (l ptr) (s ptr) (c ptr)) (attributes cpu-kernel) (shared-bytes 64)
      (context-bytes 8)
    (ret 0))
  (define ((f int64) (s (struct outer)) (n int) (x double))
    (set (slot1 ptr) (slot (arr 4 int) (align 32)))
    (set (more ptr) (alloc (struct outer) n))
    (set (q ptr) (ptradd s 16))
    (set (r ptr) (ptradd slot1 n 4 -8))
    (set (t ptr) (ptradd slot1 (int64 -1) 4294967295 -2147483648))
    (store r n (align 1))
    (store q x)
    (set (y double) (load q (align 4)))
    (copy r t 16 (align 4))
    (copy r t 3)
    (set (z int) (call puts q))
    (call other_puts q)
    (set (u bool) (fle y (double (bits #x7ff8000000000001))))
    (set (fl float) (fadd 0.1 (float -inf.0)))
    (set (fm float) (fadd -0.0 16777216.0))
    (set (ii int8) (add (int8 255) (undef int8)))
    (set (uu bool) (and u #t))
    (set (pp bool) (eq q (ptr 0)))
    (set (sp bool) (eq ((ptr (addrspace 3)) 0) (global d)))
    (jmp loop 0 (int64 5))
    (label loop (i int) (acc int64))
    (set (i2 int) (add i later))
    (br u (loop i2 acc) done)
    (label done)
    (set (later int) (sub i 1))
    (br pp done (out acc))
    (label out (res int64))
    (ret res)
    (label bad)
    (trap unreachable))
  )"));
  ASSERT_TRUE(p.module) << p.messages();
  expect_round_trip(*p.module);
  std::string text = print_module(*p.module);
  EXPECT_NE(text.find("(int8 -1)"), std::string::npos);
  EXPECT_NE(text.find("(fadd 0.1 (float -inf.0))"), std::string::npos) << text;
}

TEST(IrText, ReaderGivesTheTablesWhatTheTextSays) {
  Parsed p(ir(R"(
  (define ((f int) (a int))
    (set (x int) (add a 1))
    (jmp next x)
    (label next (y int))
    (ret y)))"));
  ASSERT_TRUE(p.module) << p.messages();
  const Function& f = p.module->function(p.module->find_function(Symbol("f")));
  ASSERT_EQ(f.layout.size(), 2u);
  const Block& entry = f.block(f.entry());
  ASSERT_EQ(entry.insts.size(), 2u);
  const Inst& add = f.inst(entry.insts[0]);
  EXPECT_EQ(add.op, Op::Add);
  EXPECT_EQ(f.args(add)[0], entry.params[0]);
  EXPECT_TRUE(f.is_const(f.args(add)[1], 1));
  EXPECT_TRUE(add.span.valid());
  EXPECT_EQ(p.sources.describe(add.span), "test.lisp:4:5");
  auto succs = f.succs(f.entry());
  ASSERT_EQ(succs.size(), 1u);
  EXPECT_EQ(f.args(succs[0])[0], entry.insts[0]);
}

TEST(IrText, NamesAreMadeUnique) {
  SourceMap sources;
  Module m(sources);
  Function& f = m.function(m.add_function(Symbol("odd name")));
  f.ret = kInt32;
  f.params = {kInt32, kInt32};
  BlockId entry = f.add_block(), next = f.add_block(Symbol("l")), last = f.add_block(Symbol("l"));
  ValueId a = f.add_param(entry, kInt32), b = f.add_param(entry, kInt32);
  f.set_name(a, Symbol("v1"));
  f.set_name(b, Symbol("v1"));
  Builder at(m, f);
  at.at(entry);
  ValueId x = at.binary(Op::Add, a, b);
  f.set_name(x, Symbol("v1.2"));
  ValueId y = at.binary(Op::Add, x, b);
  f.set_name(y, Symbol("1+"));
  ValueId z = at.binary(Op::Add, y, b);
  f.set_name(z, Symbol("string"));
  at.jmp(next);
  at.at(next);
  at.jmp(last);
  at.at(last);
  at.ret(z);
  expect_round_trip(m);
}

TEST(IrText, FloatsKeepEveryBit) {
  SourceMap sources;
  Module m(sources);
  Function& f = m.function(m.add_function(Symbol("f")));
  Builder at(m, f);
  at.at(f.add_block());
  uint32_t bits = 1;
  std::vector<ValueId> constants;
  for (int i = 0; i < 20000; ++i, bits = bits * 1664525u + 1013904223u) {
    constants.push_back(f.constant(kFloat, bits));
    constants.push_back(f.constant(kDouble, static_cast<int64_t>(uint64_t{bits} << 32 | ~bits)));
  }
  for (ValueId c : constants) at.unary(Op::FNeg, c);
  at.ret();
  std::string text = print_module(m);
  Parsed p(text);
  ASSERT_TRUE(p.module) << p.messages().substr(0, 2000);
  const Function& g = *p.module->functions[0];
  for (size_t i = 0; i < constants.size(); ++i) {
    const Inst& neg = g.inst(g.block(g.entry()).insts[i]);
    ASSERT_EQ(g.inst(g.args(neg)[0]).imm, f.inst(constants[i]).imm) << text.substr(0, 200);
  }
}

TEST(IrText, FilesRoundTrip) {
  int files = 0;
  for (auto& entry : std::filesystem::directory_iterator(LL_SOURCE_DIR "/tests/ir")) {
    if (entry.path().extension() != ".lisp") continue;
    SCOPED_TRACE(entry.path().string());
    std::string error;
    auto text = read_file(entry.path().string(), error);
    ASSERT_TRUE(text) << error;
    Parsed p(*text);
    ASSERT_TRUE(p.module) << p.messages();
    expect_round_trip(*p.module);
    ++files;
  }
  EXPECT_GT(files, 0);
}

// A message and the text that earns it, with '@' where it is to point.
struct Bad {
  const char* message;
  std::string text;
};

void PrintTo(const Bad& b, std::ostream* out) { *out << b.message; }

class IrTextErrors : public testing::TestWithParam<Bad> {};

TEST_P(IrTextErrors, AreLocated) {
  std::string text = GetParam().text;
  size_t mark = text.find('@');
  ASSERT_NE(mark, std::string::npos);
  text.erase(mark, 1);
  size_t line_start = text.rfind('\n', mark == 0 ? 0 : mark - 1);
  size_t line = 1 + static_cast<size_t>(
                        std::count(text.begin(), text.begin() + static_cast<long>(mark), '\n'));
  size_t column = line_start == std::string::npos ? mark + 1 : mark - line_start;
  Parsed p(text);
  EXPECT_FALSE(p.module);
  std::string all = p.messages();
  EXPECT_NE(all.find(GetParam().message), std::string::npos) << all;
  EXPECT_NE(
      all.find("test.lisp:" + std::to_string(line) + ":" + std::to_string(column) + ": error[E02"),
      std::string::npos)
      << all;
}

// A function `f` with these instructions and a pointer `p` to work on.
std::string body(std::string instructions) {
  return ir_body("(f void) (p ptr)", std::move(instructions));
}

const Bad kBad[] = {
    {"IR text begins with", "@(c-lisp)"},
    {"this version of the IR is not known", "(brilisp (ir-version @\"2.0\"))"},
    {"expected (define-struct", ir("@(defne)")},
    {"expected (define-struct", ir("@()")},
    {"expected (define-struct", ir("@17")},
    // structs
    {"a struct is written", ir("@(define-struct)")},
    {"a struct is written", ir("@(define-struct 7 (int))")},
    {"'a' is defined twice", ir("(define-struct a (int)) (define-struct @a (int))")},
    {"no type 'foo'", ir("(define-struct a (@foo))")},
    {"contains itself", ir("(define-struct @a ((arr 2 (struct a))))")},
    {"contains itself", ir("(define-struct a ((struct b))) (define-struct @b ((struct a)))")},
    {"no object is of type void", ir("(define-struct a (@void))")},
    {"no struct 'b'", ir("(define-struct a (@(struct b)))")},
    {"no known size", ir("(define-struct b) (define-struct a (@(struct b)))")},
    {"too large", ir("@(define-struct a ((arr 1099511627776 int8) (arr 1099511627776 int8)))")},
    // types
    {"too large", ir("(define-struct a (@(arr 1099511627777 int8)))")},
    {"must lie between", ir("(define-struct a ((arr @99999999999999999999999 int8)))")},
    {"must lie between", ir("(define-struct a ((arr @-1 int8)))")},
    {"expected the count", ir("(define-struct a ((arr @n int8)))")},
    {"(arr COUNT TYPE)", ir("(define-struct a (@(arr 4)))")},
    {"ptr or (ptr", ir("(define-struct a (@(ptr int)))")},
    {"no address space 2", ir("(define-struct a (@(ptr (addrspace 2))))")},
    {"must lie between 0 and 5", ir("(define-struct a ((ptr (addrspace @6))))")},
    {"expected a type", ir("(define-struct a (@4))")},
    {"(struct NAME)", ir("(define-struct a (@(struct)))")},
    // globals
    {"a global is written", ir("@(define-global g int)")},
    {"'g' is defined twice", ir("(define-global (g int)) (define-global (@g int))")},
    {"expected (align N)", ir("(define-global (g int) @(foo))")},
    {"power of two", ir("(define-global (g int) @(align 3))")},
    {"must lie between 1 and 4096", ir("(define-global (g int) (align @8192))")},
    {"takes one number", ir("(define-global (g int) @(align))")},
    {"(bytes \"HEX\")", ir("(define-global (g int) @(bytes \"0\"))")},
    {"byte 1 is not", ir("(define-global (g int) (bytes @\"000g\"))")},
    {"(ref OFFSET", ir("(define-global (g int) @(ref))")},
    {"no global 'h'", ir("(define-global (g int) (ref 0 @h 0))")},
    {"must lie between", ir("(define-global (g int) (ref @-1 g 0))")},
    // functions
    {"a function is written", ir("@(define)")},
    {"a function is written", ir("@(define f)")},
    {"a function is written", ir("@(define ((f)) (ret))")},
    {"'f' has no body", ir("@(define ((f void)))")},
    {"cannot have a body", ir("(define ((f void)) (attributes external) @(ret))")},
    {"no such attribute", ir("(define ((f void)) (attributes @funny) (ret))")},
    {"(link \"NAME\")", ir("(define ((f void)) @(link 5) (ret))")},
    {"a parameter is written", ir("(define ((f void) @x) (ret))")},
    {"no object is of type void", ir("(define ((f void) (x @void)) (ret))")},
    {"'x' is defined twice", ir("(define ((f void) (x int) (@x int)) (ret))")},
    {"'f' is defined twice", ir("(define ((f void)) (ret)) (define ((@f void)) (ret))")},
    // bodies
    {"has no label", body("@(label l) (ret)")},
    {"a label is written", body("(ret) @(label)")},
    {"expected the name of a label", body("(ret) (label @5)")},
    {"label 'l' is defined twice", body("(ret) (label l) (label @l) (ret)")},
    {"block parameter is written", body("(ret) (label m @x) (ret)")},
    {"expected an operation", body("@7 (ret)")},
    {"expected an operation", body("@() (ret)")},
    {"no operation 'foo'", body("(@foo 1) (ret)")},
    {"no operation 'const'", body("(@const 1) (ret)")},
    {"no operation 'foo'", body("(set (x int) (@foo 1)) (ret x)")},
    {"a definition is written", body("@(set x (add 1 2)) (ret)")},
    {"needs a name", body("@(add 1 2) (ret)")},
    {"has no result", body("@(set (x int) (store 1 2)) (ret)")},
    {"cannot be of type void", body("(set (x @void) (add 1 2)) (ret)")},
    {"cannot be of type (arr", body("(set (x @(arr 2 int)) (add 1 2)) (ret)")},
    {"'x' is defined twice", body("(set (x int) (add 1 2)) (set (@x int) (add 1 2)) (ret)")},
    {"takes 2 operands, not 1", body("(set (x int) @(add 1)) (ret)")},
    {"takes 3 operands, not 0", body("(set (x float) @(fma)) (ret)")},
    {"takes 1 operand, not 2", body("(set (q ptr) @(slot int int)) (ret)")},
    {"no value 'y'", body("(set (x int) (add @y 1)) (ret)")},
    {"a string is not an operand", body("(set (x int) (add @\"s\" 1)) (ret)")},
    {"an operand is", body("(set (x int) (add @(a b c) 1)) (ret)")},
    {"no global 'g'", body("(set (x int) (load (global @g))) (ret)")},
    {"does not fit type int8", body("(set (x int) (add 1 (int8 @256))) (ret)")},
    {"does not fit type int", body("(set (x int) (add @4294967296 1)) (ret)")},
    {"does not fit type int64", body("(set (x int) (add (int64 @18446744073709551616) 1)) (ret)")},
    {"decimal point", body("(set (x int) (add (float @1) 1)) (ret)")},
    {"too large for type float", body("(set (x float) (fneg @1e39)) (ret)")},
    {"do not fit type float", body("(set (x float) (fneg (float @(bits #x100000000)))) (ret)")},
    {"bool is #t or #f", body("(set (x int) (add (bool @1) 1)) (ret)")},
    {"no label 'l'", body("(jmp @l)")},
    {"takes 1 operand, not 0", body("@(jmp)")},
    {"expected a label", body("(jmp @5)")},
    {"takes 3 operands, not 2", body("@(br #t l)")},
    {"no function 'g'", body("(call @g) (ret)")},
    {"expected the name of a function", body("(call @5) (ret)")},
    {"no such kind of trap", body("(trap @ouch)")},
    {"must lie between 0 and", body("(set (q ptr) (ptradd p 1 @-1 4)) (ret)")},
    {"must lie between -2147483648", body("(set (q ptr) (ptradd p @2147483648)) (ret)")},
    {"the size of a copy", body("(copy p p @-1) (ret)")},
    {"must lie between", body("(set (x int) (local-id @99999999999)) (ret)")},
};
INSTANTIATE_TEST_SUITE_P(All, IrTextErrors, testing::ValuesIn(kBad));

TEST(IrText, SeveralErrorsInOneRun) {
  Parsed p(ir_body("(f void)", "(set (x int) (add y z)) (jmp l) (foo)"));
  EXPECT_FALSE(p.module);
  EXPECT_EQ(p.diags.error_count(), 4u) << p.messages();
}

}  // namespace
}  // namespace ll
