// Scalar floats. SSE instructions modify their first operand, AVX ones do not; comparisons are
// arranged so that an unordered pair makes every condition false.
#include <bit>
#include <utility>

#include "emit_x86/isel.h"
#include "support/check.h"

namespace ll::x86 {

namespace {

// Immediate predicates of cmpss/cmpsd; all three are false for unordered operands.
constexpr int64_t kCmpEq = 0, kCmpLt = 1, kCmpLe = 2;

constexpr double kTwo63 = 9223372036854775808.0, kTwo64 = 18446744073709551616.0;

int64_t bits_of(double d) { return std::bit_cast<int64_t>(d); }

}  // namespace

// d = a OP b in whichever encoding the target has.
void Selector::emit_float(Opcode sse, Opcode avx, Reg d, Reg a, const Source& b) {
  if (!features_.has(kAvx)) {
    if (a != d) emit(Opcode::movaps, 8, d, a);
    emit_source(sse, 8, d, b);
    return;
  }
  MInst& m = emit(avx, 8, d, a, b.reg);
  if (b.kind == Source::Memory) set_address(m, 2, b.address);
}

void Selector::select_float_binary(ValueId v, const Inst& i) {
  auto args = f_->args(i);
  bool wide = i.type == kDouble;
  Reg d = dest(v);
  if (i.op == Op::FSqrt) {
    Source s = source(args[0], scalar_bytes(i.type));
    emit_source(wide ? Opcode::sqrtsd : Opcode::sqrtss, 8, d, s);
    return;
  }
  ValueId a = args[0], b = args[1];
  if (is_commutative(i.op) && a != b && (f_->is_const(a) || can_fold_load(a)) && !f_->is_const(b))
    std::swap(a, b);
  Source right = source(b, scalar_bytes(i.type));
  Reg left = use(a);
  switch (i.op) {
    case Op::FAdd:
      return emit_float(wide ? Opcode::addsd : Opcode::addss,
                        wide ? Opcode::vaddsd : Opcode::vaddss, d, left, right);
    case Op::FSub:
      return emit_float(wide ? Opcode::subsd : Opcode::subss,
                        wide ? Opcode::vsubsd : Opcode::vsubss, d, left, right);
    case Op::FMul:
      return emit_float(wide ? Opcode::mulsd : Opcode::mulss,
                        wide ? Opcode::vmulsd : Opcode::vmulss, d, left, right);
    case Op::FDiv:
      return emit_float(wide ? Opcode::divsd : Opcode::divss,
                        wide ? Opcode::vdivsd : Opcode::vdivss, d, left, right);
    default:
      LL_UNREACHABLE("not a two-operand float operation");
  }
}

void Selector::select_float_bits(ValueId v, const Inst& i) {
  bool wide = i.type == kDouble, negate = i.op == Op::FNeg;
  uint64_t sign = wide ? 0x8000000000000000u : 0x8000000080000000u;
  uint64_t bits = negate ? sign : ~sign;
  Source mask;
  mask.kind = Source::Memory;
  mask.address = constant_address(object_.constant128(bits, bits));
  Reg d = dest(v), a = use(f_->args(i)[0]);
  if (negate) emit_float(Opcode::xorps, Opcode::vxorps, d, a, mask);
  else emit_float(Opcode::andps, Opcode::vandps, d, a, mask);
}

void Selector::select_fma(ValueId v, const Inst& i) {
  auto args = f_->args(i);
  bool wide = i.type == kDouble;
  Reg d = dest(v);
  if (!features_.has(kFma)) {
    Reg values[3] = {use(args[0]), use(args[1]), use(args[2])};
    return call_math(wide ? "fma" : "fmaf", d, values, i.type);
  }
  // 231 accumulates into its first operand, which is what sums in loops want.
  Source b = source(args[1], scalar_bytes(i.type));
  Reg a = use(args[0]);
  use_into(d, args[2]);
  MInst& m = emit(wide ? Opcode::vfmadd231sd : Opcode::vfmadd231ss, 8, d, a, b.reg);
  if (b.kind == Source::Memory) set_address(m, 2, b.address);
}

// After `ucomis x, y`: above means x > y and is false when unordered; below is not. So the
// operands of less-than are exchanged.
Cond Selector::emit_float_compare(const Inst& i) {
  auto args = f_->args(i);
  ValueId a = args[0], b = args[1];
  bool wide = f_->type(a) == kDouble;
  if (i.op == Op::FLt || i.op == Op::FLe) std::swap(a, b);
  Source right = source(b, a == b ? 0 : wide ? 8 : 4);
  emit_source(wide ? Opcode::ucomisd : Opcode::ucomiss, 8, use(a), right);
  switch (i.op) {
    case Op::FEq:
      return Cond::EqOrdered;
    case Op::FNe:
      return Cond::NE;  // unordered sets the zero flag
    case Op::FLt:
    case Op::FGt:
      return Cond::A;
    default:
      return Cond::AE;
  }
}

void Selector::materialise_float_equal(Reg d, const Inst& i) {
  auto args = f_->args(i);
  bool wide = f_->type(args[0]) == kDouble;
  Source right = source(args[1], args[0] == args[1] ? 0 : wide ? 8 : 4);
  Reg left = use(args[0]), m = temp(Bank::Xmm);
  emit_float(wide ? Opcode::cmpsd : Opcode::cmpss, wide ? Opcode::vcmpsd : Opcode::vcmpss, m, left,
             right);
  seq_.back().imm = kCmpEq;
  emit(Opcode::movd_r, 4, d, m);
  emit_imm(Opcode::and_, 4, d, 1);
}

// No conditional move exists for vector registers: the condition becomes a mask of bits.
void Selector::select_float_select(Reg d, const Inst& i) {
  auto args = f_->args(i);
  Reg yes = use(args[1]), no = use(args[2]);
  const Inst& c = f_->inst(args[0]);
  Reg m = temp(Bank::Xmm);
  bool from_compare = info(c.op).rule == TypeRule::FloatCompare && c.op != Op::FNe &&
                      at(args[0]).uses == 1 && can_fold(args[0]);
  if (from_compare && f_->type(f_->args(c)[0]) == i.type) {
    ValueId a = f_->args(c)[0], b = f_->args(c)[1];
    bool wide = i.type == kDouble;
    if (c.op == Op::FGt || c.op == Op::FGe) std::swap(a, b);
    Source right = source(b, a == b ? 0 : wide ? 8 : 4);
    Reg left = use(a);
    emit_float(wide ? Opcode::cmpsd : Opcode::cmpss, wide ? Opcode::vcmpsd : Opcode::vcmpss, m,
               left, right);
    seq_.back().imm = c.op == Op::FEq                      ? kCmpEq
                      : c.op == Op::FLt || c.op == Op::FGt ? kCmpLt
                                                           : kCmpLe;
  } else {
    Reg r = temp();
    copy(r, use(args[0]), kInt32);
    emit(Opcode::neg, 8, r);  // a bool is clean in all 64 bits
    emit(Opcode::movq, 8, m, r);
  }
  Reg chosen = temp(Bank::Xmm), other = temp(Bank::Xmm);
  Source s_yes, s_no, s_other;
  s_yes.reg = yes;
  s_no.reg = no;
  s_other.reg = other;
  emit_float(Opcode::andps, Opcode::vandps, chosen, m, s_yes);
  emit_float(Opcode::andnps, Opcode::vandnps, other, m, s_no);
  emit_float(Opcode::orps, Opcode::vorps, d, chosen, s_other);
}

void Selector::select_float_convert(ValueId v, const Inst& i) {
  ValueId a = f_->args(i)[0];
  TypeId from = f_->type(a);
  Reg d = dest(v);
  bool wide = i.type == kDouble;
  switch (i.op) {
    case Op::FPExt:
      emit_source(Opcode::cvtss2sd, 8, d, source(a, 4));
      return;
    case Op::FPTrunc:
      emit_source(Opcode::cvtsd2ss, 8, d, source(a, 8));
      return;
    case Op::FPToSI:
    case Op::FPToUI:
      return select_fp_to_int(d, i);
    case Op::SIToFP: {
      Reg x = op_width(from) == scalar_bytes(from) ? use(a) : extended(a, true);
      emit(wide ? Opcode::cvtsi2sd : Opcode::cvtsi2ss, op_width(from), d, x);
      return;
    }
    case Op::UIToFP: {
      if (from == kInt64) return select_uint64_to_fp(d, use(a), wide);
      Reg x = temp();  // zero extended: never negative
      if (from == kInt32) emit(Opcode::movzx, 4, x, use(a));
      else copy(x, extended(a, false), kInt32);
      emit(wide ? Opcode::cvtsi2sd : Opcode::cvtsi2ss, from == kInt32 ? 8 : 4, d, x);
      return;
    }
    default:
      LL_UNREACHABLE("not a float conversion");
  }
}

// Values with the top bit set are halved with the lost bit kept as a sticky one, converted and
// doubled; the doubling is a multiplication by 1 or 2 made from the top bit.
void Selector::select_uint64_to_fp(Reg d, Reg x, bool is_double) {
  Reg half = temp(), low = temp(), top = temp();
  copy(half, x, kInt64);
  emit_imm(Opcode::shr, 8, half, 1);
  copy(low, x, kInt64);
  emit_imm(Opcode::and_, 8, low, 1);
  emit(Opcode::or_, 8, half, low);
  emit(Opcode::test, 8, x, x);
  emit(Opcode::cmov, 8, half, x).aux = static_cast<uint8_t>(Cond::NS);
  copy(top, x, kInt64);
  emit_imm(Opcode::shr, 8, top, 63);
  emit_imm(Opcode::shl, 8, top, is_double ? 52 : 23);
  Reg one = temp(), factor = temp(Bank::Xmm), converted = temp(Bank::Xmm);
  emit_imm(Opcode::mov, 8, one, is_double ? 0x3ff0000000000000 : 0x3f800000);
  emit(Opcode::add, 8, top, one);  // next exponent: 2.0
  emit(Opcode::movq, 8, factor, top);
  emit(is_double ? Opcode::cvtsi2sd : Opcode::cvtsi2ss, 8, converted, half);
  Source f;
  f.reg = factor;
  emit_float(is_double ? Opcode::mulsd : Opcode::mulss, is_double ? Opcode::vmulsd : Opcode::vmulss,
             d, converted, f);
}

// Saturation happens among doubles, where the bounds of up to 32 bits are exact: a NaN is masked
// to zero, then the value is clamped, then truncated. 64 bits need more care.
void Selector::select_fp_to_int(Reg d, const Inst& i) {
  ValueId a = f_->args(i)[0];
  Reg x = use(a);
  if (f_->type(a) == kFloat) {
    Reg wide = temp(Bank::Xmm);
    emit(Opcode::cvtss2sd, 8, wide, x);
    x = wide;
  }
  bool is_signed = i.op == Op::FPToSI;
  if (i.type == kInt64) return select_fp_to_int64(d, x, is_signed);
  unsigned bits = bit_width(i.type);
  double low = is_signed ? -static_cast<double>(uint64_t{1} << (bits - 1)) : 0.0;
  double high = is_signed ? static_cast<double>((uint64_t{1} << (bits - 1)) - 1)
                          : static_cast<double>((uint64_t{1} << bits) - 1);
  auto constant = [&](double value) {
    Source s;
    s.kind = Source::Memory;
    s.address = float_constant(kDouble, bits_of(value));
    return s;
  };
  Reg ordered = temp(Bank::Xmm), clean = temp(Bank::Xmm), below = temp(Bank::Xmm),
      clamped = temp(Bank::Xmm);
  Source sx, s_ordered;
  sx.reg = x;
  s_ordered.reg = ordered;
  emit_float(Opcode::cmpsd, Opcode::vcmpsd, ordered, x, sx);
  seq_.back().imm = kCmpEq;  // equal to itself: not a NaN
  emit_float(Opcode::andps, Opcode::vandps, clean, x, s_ordered);
  emit_float(Opcode::minsd, Opcode::vminsd, below, clean, constant(high));
  emit_float(Opcode::maxsd, Opcode::vmaxsd, clamped, below, constant(low));
  emit(Opcode::cvttsd2si, bits == 32 && !is_signed ? 8 : 4, d, clamped);
  if (i.type == kBool) emit_imm(Opcode::and_, 4, d, 1);
}

void Selector::select_fp_to_int64(Reg d, Reg x, bool is_signed) {
  auto constant = [&](double value) {
    Reg r = temp(Bank::Xmm);
    load(r, kDouble, float_constant(kDouble, bits_of(value)));
    return r;
  };
  if (is_signed) {
    // Out of range and NaN give the smallest integer: right for negative overflow only.
    Reg largest = temp(), zero = temp(), raw = temp(), bound = constant(kTwo63);
    emit_imm(Opcode::mov, 8, largest, INT64_MAX);
    emit_imm(Opcode::mov, 8, zero, 0);
    emit(Opcode::cvttsd2si, 8, raw, x);
    emit(Opcode::ucomisd, 8, x, bound);
    emit(Opcode::cmov, 8, raw, largest).aux = static_cast<uint8_t>(Cond::AE);
    emit(Opcode::cmov, 8, raw, zero).aux = static_cast<uint8_t>(Cond::P);
    copy(d, raw, kInt64);
    return;
  }
  // t = max(x, 0), which is 0 for a NaN. The high half of the range is converted less 2^63; the
  // first conversion's sign says which half it was.
  Reg zero = temp(Bank::Xmm), t = temp(Bank::Xmm), lowered = temp(Bank::Xmm);
  emit(Opcode::zerox, 4, zero);
  Source s_zero, s_two63;
  s_zero.reg = zero;
  s_two63.reg = constant(kTwo63);
  emit_float(Opcode::maxsd, Opcode::vmaxsd, t, x, s_zero);
  emit_float(Opcode::subsd, Opcode::vsubsd, lowered, t, s_two63);
  Reg low = temp(), high = temp(), half = temp(), all = temp(), two64 = constant(kTwo64);
  emit(Opcode::cvttsd2si, 8, low, t);
  emit(Opcode::cvttsd2si, 8, high, lowered);
  copy(half, low, kInt64);
  emit_imm(Opcode::sar, 8, half, 63);
  emit(Opcode::and_, 8, high, half);
  emit(Opcode::or_, 8, low, high);
  emit_imm(Opcode::mov, 8, all, -1);
  emit(Opcode::ucomisd, 8, t, two64);
  emit(Opcode::cmov, 8, low, all).aux = static_cast<uint8_t>(Cond::AE);
  copy(d, low, kInt64);
}

}  // namespace ll::x86
