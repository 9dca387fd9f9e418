// Integers, comparisons, selects and conversions that involve no floats.
#include <bit>
#include <utility>

#include "emit_x86/isel.h"
#include "support/check.h"

namespace ll::x86 {

namespace {

bool is_signed_division(Op op) { return op == Op::Div || op == Op::Rem; }
bool is_remainder(Op op) { return op == Op::Rem || op == Op::URem; }

Cond condition(Op op, bool is_bool) {
  switch (op) {
    case Op::Eq:
      return Cond::E;
    case Op::Ne:
      return Cond::NE;
    // A signed bool is 0 or -1, so its order is the reverse of the unsigned one.
    case Op::Lt:
      return is_bool ? Cond::A : Cond::L;
    case Op::Le:
      return is_bool ? Cond::AE : Cond::LE;
    case Op::Gt:
      return is_bool ? Cond::B : Cond::G;
    case Op::Ge:
      return is_bool ? Cond::BE : Cond::GE;
    case Op::ULt:
      return Cond::B;
    case Op::ULe:
      return Cond::BE;
    case Op::UGt:
      return Cond::A;
    case Op::UGe:
      return Cond::AE;
    default:
      LL_UNREACHABLE("not an integer comparison");
  }
}

// The condition with the two operands exchanged.
Cond swapped(Cond c) {
  switch (c) {
    case Cond::B:
      return Cond::A;
    case Cond::A:
      return Cond::B;
    case Cond::AE:
      return Cond::BE;
    case Cond::BE:
      return Cond::AE;
    case Cond::L:
      return Cond::G;
    case Cond::G:
      return Cond::L;
    case Cond::GE:
      return Cond::LE;
    case Cond::LE:
      return Cond::GE;
    default:
      return c;
  }
}

Opcode binary_opcode(Op op, bool is_bool) {
  switch (op) {
    case Op::Add:
      return is_bool ? Opcode::xor_ : Opcode::add;
    case Op::Sub:
      return is_bool ? Opcode::xor_ : Opcode::sub;
    case Op::Mul:
      return is_bool ? Opcode::and_ : Opcode::imul;
    case Op::And:
      return Opcode::and_;
    case Op::Or:
      return Opcode::or_;
    case Op::Xor:
      return Opcode::xor_;
    default:
      LL_UNREACHABLE("not a two-operand integer operation");
  }
}

}  // namespace

void Selector::select_binary(ValueId v, const Inst& i) {
  auto args = f_->args(i);
  Reg d = dest(v);
  unsigned width = op_width(i.type);
  if (i.op == Op::Not) {
    copy(d, use(args[0]), i.type);
    if (i.type == kBool) emit_imm(Opcode::xor_, 4, d, 1);
    else emit(Opcode::not_, width, d);
    return;
  }
  ValueId a = args[0], b = args[1];
  if (is_commutative(i.op) && a != b && (f_->is_const(a) || (can_fold_load(a) && !f_->is_const(b))))
    std::swap(a, b);
  if (i.op == Op::Sub && f_->is_const(a, 0) && i.type != kBool) {
    copy(d, use(b), i.type);
    emit(Opcode::neg, width, d);
    return;
  }
  Opcode op = binary_opcode(i.op, i.type == kBool);
  Source s = source(b, scalar_bytes(i.type) == width ? width : 0);
  if (op == Opcode::imul && s.kind == Source::Immediate) {
    if (s.imm > 0 && std::has_single_bit(static_cast<uint64_t>(s.imm))) {
      copy(d, use(a), i.type);
      emit_imm(Opcode::shl, width, d, std::countr_zero(static_cast<uint64_t>(s.imm)));
    } else {
      Reg factor = use(a);
      MInst& m = emit(Opcode::imul3, width, d, factor);
      m.has_imm = 1;
      m.imm = s.imm;
    }
    return;
  }
  use_into(d, a);
  emit_source(op, width, d, s);
}

// The value of a narrow integer extended to (at least) 32 bits, in a register of its own.
Reg Selector::extended(ValueId v, bool is_signed) {
  TypeId type = f_->type(v);
  if (op_width(type) == 8 || type == kInt32) return use(v);
  const Inst& i = f_->inst(v);
  Reg d = temp(Bank::Gpr, 4);
  if (i.op == Op::Const || i.op == Op::Undef) {
    int64_t bits = i.op == Op::Undef ? 0 : i.imm;
    unsigned unused = 64 - bit_width(type);
    bits = is_signed ? static_cast<int64_t>(static_cast<uint64_t>(bits) << unused) >> unused
                     : static_cast<int64_t>(static_cast<uint64_t>(bits) << unused >> unused);
    emit_imm(Opcode::mov, 4, d, bits);
  } else if (type == kBool) {
    copy(d, use(v), type);
    if (is_signed) emit(Opcode::neg, 4, d);
  } else {
    Source s = source(v, scalar_bytes(type));
    emit_source(is_signed ? Opcode::movsx : Opcode::movzx, scalar_bytes(type), d, s).aux = 4;
  }
  return d;
}

void Selector::select_shift(ValueId v, const Inst& i) {
  auto args = f_->args(i);
  Reg d = dest(v);
  if (i.type == kBool) return use_into(d, args[0]);  // the only count modulo 1 is 0
  unsigned width = op_width(i.type), bits = bit_width(i.type);
  Opcode op = i.op == Op::Shl ? Opcode::shl : i.op == Op::LShr ? Opcode::shr : Opcode::sar;
  Reg count;
  const Inst& by = f_->inst(args[1]);
  bool constant = by.op == Op::Const || by.op == Op::Undef;
  if (!constant) count = use(args[1]);
  if (i.op == Op::Shl) use_into(d, args[0]);
  else copy(d, extended(args[0], i.op == Op::AShr), i.type);
  if (constant) {
    int64_t n = by.op == Op::Undef ? 0 : by.imm & (bits - 1);
    if (n != 0) emit_imm(op, width, d, n);
    return;
  }
  emit(Opcode::mov, 4, rcx, count);
  if (bits < 32) emit_imm(Opcode::and_, 4, rcx, bits - 1);
  emit(op, width, d, rcx);
}

// Quotient in rax, remainder in rdx. Narrow operands are divided as 32-bit ones.
void Selector::select_division(ValueId v, const Inst& i) {
  auto args = f_->args(i);
  bool is_signed = is_signed_division(i.op);
  unsigned width = op_width(i.type);
  bool wanted = is_wanted(v);
  if (f_->is_const(args[1]) && select_division_by_constant(v, i, f_->inst(args[1]).imm)) return;
  Reg a = extended(args[0], is_signed), b = extended(args[1], is_signed);
  if (f_->is(kDevice)) make_device_division_safe(a, b, width, is_signed);
  else trap_on_bad_division(i, a, b, width);
  if (!wanted) return;
  Reg d = dest(v);
  emit(Opcode::mov, width, rax, a);
  if (is_signed) emit(width == 8 ? Opcode::cqo : Opcode::cdq, width, rdx, rax);
  else emit_imm(Opcode::mov, 4, rdx, 0);
  emit(is_signed ? Opcode::idiv : Opcode::div, width, rax, rdx, b);
  copy(d, is_remainder(i.op) ? rdx : rax, i.type);
  if (i.type == kBool) emit_imm(Opcode::and_, 4, d, 1);
}

void Selector::trap_on_bad_division(const Inst& i, Reg a, Reg b, unsigned width) {
  const Inst& divisor = f_->inst(f_->args(i)[1]);
  bool known = divisor.op == Op::Const;
  if (!known || divisor.imm == 0) {
    emit(Opcode::test, width, b, b);
    MInst& t = emit(Opcode::trap_if, 4);
    t.aux = static_cast<uint8_t>(Cond::E);
    t.imm = trap_number(TrapKind::DivideByZero, i.span);
  }
  bool may_be_minus_one = !known || divisor.imm == -1 || (i.type == kBool && divisor.imm == 1);
  if (!is_signed_division(i.op) || !may_be_minus_one) return;
  // Overflow: a is the smallest integer and b is -1. One comparison of (a - MIN) | (b + 1).
  Reg x = temp(Bank::Gpr, width), y = temp(Bank::Gpr, width);
  unsigned bits = bit_width(i.type);
  copy(x, a, width == 8 ? kInt64 : kInt32);
  if (bits == 64) {
    Reg smallest = temp();
    emit_imm(Opcode::mov, 8, smallest, INT64_MIN);
    emit(Opcode::xor_, 8, x, smallest);
  } else {
    emit_imm(Opcode::xor_, 4, x, static_cast<int32_t>(-(int64_t{1} << (bits - 1))));
  }
  copy(y, b, width == 8 ? kInt64 : kInt32);
  emit(Opcode::not_, width, y);  // zero when b is -1
  emit(Opcode::or_, width, x, y);
  MInst& t = emit(Opcode::trap_if, 4);
  t.aux = static_cast<uint8_t>(Cond::E);
  t.imm = trap_number(TrapKind::DivideOverflow, i.span);
}

// A kernel's division never faults: by 0 it becomes by 1, and a signed one by -1 becomes that of
// the negated dividend by 1.
void Selector::make_device_division_safe(Reg& a, Reg& b, unsigned width, bool is_signed) {
  TypeId type = width == 8 ? kInt64 : kInt32;
  Reg divisor = temp_of(type), one = temp_of(type);
  emit_imm(Opcode::mov, width, one, 1);
  copy(divisor, b, type);
  if (is_signed) {
    Reg negated = temp_of(type), dividend = temp_of(type);
    copy(negated, a, type);
    emit(Opcode::neg, width, negated);
    copy(dividend, a, type);
    emit_imm(Opcode::cmp, width, b, -1);
    emit(Opcode::cmov, width, dividend, negated).aux = static_cast<uint8_t>(Cond::E);
    emit(Opcode::cmov, width, divisor, one).aux = static_cast<uint8_t>(Cond::E);
    a = dividend;
  }
  emit(Opcode::test, width, b, b);
  emit(Opcode::cmov, width, divisor, one).aux = static_cast<uint8_t>(Cond::E);
  b = divisor;
}

// Powers of two. Other constants are divided by the divider, without checks.
bool Selector::select_division_by_constant(ValueId v, const Inst& i, int64_t divisor) {
  if (i.type == kBool || i.type == kInt8 || i.type == kInt16) return false;
  unsigned width = op_width(i.type), bits = bit_width(i.type);
  uint64_t d = bits == 64 ? static_cast<uint64_t>(divisor) : static_cast<uint32_t>(divisor);
  if (!std::has_single_bit(d) || (is_signed_division(i.op) && divisor < 0)) return false;
  if (!is_wanted(v)) return true;
  auto shift = static_cast<unsigned>(std::countr_zero(d));
  Reg a = use(f_->args(i)[0]), r = dest(v);
  if (!is_signed_division(i.op)) {
    if (i.op == Op::UDiv) {
      copy(r, a, i.type);
      if (shift != 0) emit_imm(Opcode::shr, width, r, shift);
    } else if (auto m = static_cast<int64_t>(d - 1); m == static_cast<int32_t>(m)) {
      copy(r, a, i.type);
      emit_imm(Opcode::and_, width, r, m);
    } else {
      emit_imm(Opcode::mov, width, r, m);
      emit(Opcode::and_, width, r, a);
    }
    return true;
  }
  if (shift == 0) {
    if (i.op == Op::Div) copy(r, a, i.type);
    else emit_imm(Opcode::mov, width, r, 0);
    return true;
  }
  // Rounding toward zero: negative dividends are first raised by divisor - 1.
  Reg raised = temp_of(i.type);
  copy(raised, a, i.type);
  if (shift > 1) emit_imm(Opcode::sar, width, raised, bits - 1);
  emit_imm(Opcode::shr, width, raised, bits - shift);
  emit(Opcode::add, width, raised, a);
  if (i.op == Op::Div) {
    copy(r, raised, i.type);
    emit_imm(Opcode::sar, width, r, shift);
    return true;
  }
  emit_imm(Opcode::shr, width, raised, shift);
  emit_imm(Opcode::shl, width, raised, shift);
  copy(r, a, i.type);
  emit(Opcode::sub, width, r, raised);
  return true;
}

Cond Selector::emit_compare(const Inst& i) {
  if (info(i.op).rule == TypeRule::FloatCompare) return emit_float_compare(i);
  auto args = f_->args(i);
  ValueId a = args[0], b = args[1];
  TypeId type = f_->type(a);
  Cond c = condition(i.op, type == kBool);
  if ((f_->is_const(a) && !f_->is_const(b)) || (can_fold_load(a) && !f_->is_const(b) && a != b)) {
    std::swap(a, b);
    c = swapped(c);
  }
  unsigned width = type == kBool ? 4 : scalar_bytes(type);
  Source right = source(b, a == b ? 0 : width);
  if (right.kind == Source::Immediate) {
    if (right.imm == 0) {
      Reg left = use(a);
      emit(Opcode::test, width, left, left);  // same flags as comparing with 0
      return c;
    }
    Source left = source(a, width);
    if (left.kind == Source::Memory) {
      MInst& m = emit_mem(Opcode::cmp, width, 0, left.address);
      m.has_imm = 1;
      m.imm = right.imm;
    } else {
      emit_imm(Opcode::cmp, width, in_register(left, type), right.imm);
    }
    return c;
  }
  emit_source(Opcode::cmp, width, use(a), right);
  return c;
}

// Flags that say whether a bool is true; a comparison used here only needs no register.
Cond Selector::emit_condition(ValueId v) {
  const Inst& i = f_->inst(v);
  TypeRule rule = info(i.op).rule;
  if ((rule == TypeRule::IntCompare || rule == TypeRule::FloatCompare) && at(v).uses == 1 &&
      can_fold(v))
    return emit_compare(i);
  Reg r = use(v);
  emit(Opcode::test, 4, r, r);
  return Cond::NE;
}

void Selector::select_compare(ValueId v, const Inst& i) {
  Reg d = dest(v);
  if (i.op == Op::FEq) return materialise_float_equal(d, i);
  Cond c = emit_compare(i);
  Reg byte = temp(Bank::Gpr, 4);
  emit(Opcode::set, 1, byte).aux = static_cast<uint8_t>(c);
  emit(Opcode::movzx, 1, d, byte);
}

void Selector::select_select(ValueId v, const Inst& i) {
  auto args = f_->args(i);
  Reg d = dest(v);
  if (is_float(i.type)) return select_float_select(d, i);
  unsigned width = op_width(i.type);
  Reg yes = use(args[1]), no = use(args[2]);
  Cond c = emit_condition(args[0]);
  if (c == Cond::EqOrdered) {  // unequal or unordered: the other one
    copy(d, yes, i.type);
    emit(Opcode::cmov, width, d, no).aux = static_cast<uint8_t>(Cond::NE);
    emit(Opcode::cmov, width, d, no).aux = static_cast<uint8_t>(Cond::P);
    return;
  }
  copy(d, no, i.type);
  emit(Opcode::cmov, width, d, yes).aux = static_cast<uint8_t>(c);
}

void Selector::select_convert(ValueId v, const Inst& i) {
  ValueId a = f_->args(i)[0];
  TypeId from = f_->type(a);
  Reg d = dest(v);
  unsigned from_bytes = scalar_bytes(from);
  bool widens = i.op == Op::ZExt || (i.op == Op::IntToPtr && from_bytes < 8);
  if (i.op == Op::Trunc || i.op == Op::PtrToInt) {
    if (f_->inst(a).op == Op::Const || f_->inst(a).op == Op::Undef) use_into(d, a);
    else copy(d, use(a), i.type);
    if (i.type == kBool) emit_imm(Opcode::and_, 4, d, 1);
  } else if (widens) {
    if (from == kBool) return copy(d, use(a), kInt32);
    Source s = no_immediate(source(a, from_bytes), 4);
    emit_source(Opcode::movzx, from_bytes, d, s);
  } else if (i.op == Op::SExt) {
    if (from == kBool) {
      copy(d, use(a), kInt32);
      emit(Opcode::neg, op_width(i.type), d);
      return;
    }
    Source s = no_immediate(source(a, from_bytes), 4);
    emit_source(from == kInt32 ? Opcode::movsxd : Opcode::movsx, from_bytes, d, s).aux =
        static_cast<uint8_t>(op_width(i.type));
  } else if (i.op == Op::Bitcast && is_float(from) != is_float(i.type)) {
    bool to_xmm = is_float(i.type), wide = from_bytes == 8;
    Opcode op =
        to_xmm ? (wide ? Opcode::movq : Opcode::movd) : (wide ? Opcode::movq_r : Opcode::movd_r);
    emit(op, from_bytes, d, use(a));
  } else {
    use_into(d, a);
  }
}

}  // namespace ll::x86
