// Templates to text: registers, operands and the letters of insts.def.
#include <fmt/format.h>

#include <iterator>

#include "emit_ptx/function.h"
#include "support/check.h"

namespace ll::ptx {
namespace {

// The letters $t, $s $u $x, by class: V B I8 I16 I32 I64 F32 F64 P.
constexpr std::string_view kMemory[kClassCount] = {"",    "u8",  "s8",  "s16", "s32",
                                                   "s64", "f32", "f64", "u64"};
constexpr std::string_view kSigned[kClassCount] = {"",    "pred", "s32", "s32", "s32",
                                                   "s64", "f32",  "f64", "s64"};
constexpr std::string_view kUnsigned[kClassCount] = {"",    "pred", "u32", "u32", "u32",
                                                     "u64", "f32",  "f64", "u64"};
constexpr std::string_view kUntyped[kClassCount] = {"",    "pred", "b32", "b32", "b32",
                                                    "b64", "b32",  "b64", "b64"};

std::string_view pick(const std::string_view (&names)[kClassCount], TypeId t) {
  return names[static_cast<unsigned>(class_of(t))];
}

}  // namespace

std::string_view space_suffix(Space s) {
  switch (s) {
    case Space::Generic:
      return "";
    case Space::Global:
      return ".global";
    case Space::Shared:
      return ".shared";
    case Space::Constant:
      return ".const";
    case Space::Private:
      return ".local";
  }
  LL_UNREACHABLE("address space");
}

FunctionEmitter::Bank FunctionEmitter::bank_of(TypeId t) {
  switch (class_of(t)) {
    case Class::B:
      return kPred;
    case Class::I8:
    case Class::I16:
    case Class::I32:
      return kB32;
    case Class::I64:
    case Class::P:
      return kB64;
    case Class::F32:
      return kF32;
    case Class::F64:
      return kF64;
    case Class::V:
      break;
  }
  LL_UNREACHABLE("a void value has no register");
}

RegId FunctionEmitter::reg(ValueId v) {
  uint32_t& r = regs_[v.index];
  if (r == kNoReg) {
    Bank bank = bank_of(f_.type(v));
    r = bank_sizes_[bank]++ << 3 | bank;
  }
  return RegId(v.index);
}

RegId FunctionEmitter::new_reg(Bank bank) {
  regs_.push_back(bank_sizes_[bank]++ << 3 | bank);
  return RegId(static_cast<uint32_t>(regs_.size() - 1));
}

void FunctionEmitter::append_reg(std::string& out, RegId r) const {
  static constexpr std::string_view kPrefix[kBankCount] = {"%p", "%r", "%rd", "%f", "%fd"};
  uint32_t packed = regs_[r.index];
  out += kPrefix[packed & 7];
  fmt::format_to(std::back_inserter(out), "{}", packed >> 3);
}

void FunctionEmitter::append_int(int64_t n) { fmt::format_to(std::back_inserter(body_), "{}", n); }

void FunctionEmitter::append_immediate(TypeId type, int64_t bits) {
  if (type == kFloat)
    fmt::format_to(std::back_inserter(body_), "0f{:08X}", static_cast<uint32_t>(bits));
  else if (type == kDouble)
    fmt::format_to(std::back_inserter(body_), "0d{:016X}", static_cast<uint64_t>(bits));
  else append_int(bits);
}

void FunctionEmitter::append_label(BlockId b) {
  append("$L_");
  append_int(b.index);
}

RegId FunctionEmitter::materialise(ValueId leaf) {
  RegId r = new_reg(bank_of(f_.type(leaf)));
  move_leaf(r, leaf);
  return r;
}

void FunctionEmitter::move_leaf(RegId to, ValueId leaf) {
  const Inst& i = f_.inst(leaf);
  append("\tmov.");
  append(i.op == Op::GlobalAddr ? "u64" : pick(kUntyped, i.type));
  append(" ");
  append_reg(to);
  append(", ");
  if (i.op != Op::GlobalAddr) {
    append_immediate(i.type, i.imm);  // an undef has the bits 0
    append(";\n");
    return;
  }
  append(unit_.global_names[static_cast<size_t>(i.imm)]);
  append(";\n");
  if (space_of(i.type) != Space::Generic) return;
  append("\tcvta.global.u64 ");  // where emit.cpp puts such globals
  append_reg(to);
  append(", ");
  append_reg(to);
  append(";\n");
}

FunctionEmitter::Address FunctionEmitter::address(ValueId pointer) {
  Address a{pointer, {}, 0};
  if (const Inst& i = f_.inst(pointer); is_offset(i)) {
    a.base = f_.args(i)[0];
    a.offset = PtrAddImm::unpack(i.imm).offset;
  }
  const Inst& base = f_.inst(a.base);
  bool is_symbol = base.op == Op::GlobalAddr && space_of(base.type) != Space::Generic;
  if (!is_symbol) a.reg = in_reg(a.base);
  return a;
}

std::string FunctionEmitter::address_text(const Address& a, int64_t offset) const {
  std::string base =
      a.reg.valid() ? name(a.reg) : unit_.global_names[static_cast<size_t>(f_.inst(a.base).imm)];
  offset += a.offset;
  return offset ? fmt::format("[{}+{}]", base, offset) : fmt::format("[{}]", base);
}

void FunctionEmitter::append_operand(unsigned n) {
  const Operand& operand = operands_[n];
  if (operand.reg.valid()) append_reg(operand.reg);
  else append_immediate(f_.type(operand.value), f_.inst(operand.value).imm);
}

void FunctionEmitter::expand(const Row& row, ValueId v) {
  const Inst i = f_.inst(v);
  unit_.ptx = std::max(unit_.ptx, row.ptx);
  for (RegId& t : temporaries_) t = {};
  for (unsigned n = 0; n < i.args_count && n < 3; ++n) {
    ValueId a = f_.args(i)[n];
    operands_[n] = {a, {}};
    if (!(row.used >> n & 1)) continue;
    Op op = f_.inst(a).op;
    bool is_immediate = op == Op::Const || op == Op::Undef;
    if (!is_immediate || row.in_register >> n & 1) operands_[n].reg = in_reg(a);
  }
  if (i.op == Op::Load || i.op == Op::Store) address_ = address(f_.args(i)[0]);

  std::string_view rest = row.text;
  while (!rest.empty()) {
    size_t end = rest.find("; ");
    expand_statement(rest.substr(0, end), v);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 2);
  }
}

void FunctionEmitter::expand_statement(std::string_view text, ValueId v) {
  if (text.starts_with('?')) {
    if (PtrAddImm::unpack(f_.inst(v).imm).offset == 0) return;
    text.remove_prefix(1);
  }
  append("\t");
  while (true) {
    size_t at = text.find('$');
    append(text.substr(0, at));
    if (at == text.npos) break;
    expand_letter(text[at + 1], v);
    text.remove_prefix(at + 2);
  }
  append(";\n");
}

void FunctionEmitter::expand_letter(char letter, ValueId v) {
  const Inst& i = f_.inst(v);
  TypeId from = deciding_type(f_, i);
  switch (letter) {
    case 'r':
      return append_reg(reg(v));
    case 'a':
    case 'b':
    case 'c':
      return append_operand(static_cast<unsigned>(letter - 'a'));
    case 'A':
    case 'B':
    case 'C':
      return append_operand(static_cast<unsigned>(letter - 'A'));
    case 't':
      return append(pick(kMemory, from));
    case 's':
      return append(pick(kSigned, from));
    case 'u':
      return append(pick(kUnsigned, from));
    case 'x':
      return append(pick(kUntyped, from));
    case 'T':
      return append(pick(kMemory, i.type));
    case 'S':
      return append(pick(kSigned, i.type));
    case 'U':
      return append(pick(kUnsigned, i.type));
    case 'X':
      return append(pick(kUntyped, i.type));
    case 'w':
      return append_int((int64_t{1} << bit_width(from)) - 1);
    case 'n':
      return append_int(bit_width(from) - 1);
    case 'k':
      if (i.op == Op::PtrAdd) return append_int(PtrAddImm::unpack(i.imm).scale);
      return append_int(f_.inst(f_.args(i)[1]).imm & (bit_width(from) - 1));
    case 'o':
      return append_int(PtrAddImm::unpack(i.imm).offset);
    case 'm':
      return append(space_suffix(space_of(f_.type(f_.args(i)[0]))));
    case '@':
      return append(address_text(address_));
    case 'l':
      append("$slot");
      return append_int(v.index);
    case 'z':
      return append_int(
          static_cast<int64_t>(unit_.module.types.size(TypeId(static_cast<uint32_t>(i.imm)))));
    case 'g':
      return append_int(int64_t{1} << i.aux);
    case 'd':
      return append(std::string_view("xyz").substr(static_cast<size_t>(i.imm), 1));
    default:
      break;
  }
  LL_CHECK(letter >= '0' && letter <= '7', "an unknown letter in insts.def");
  RegId& t = temporaries_[letter - '0'];
  if (!t.valid()) t = new_reg(letter <= '2' ? kB32 : letter <= '4' ? kB64 : kPred);
  append_reg(t);
}

}  // namespace ll::ptx
