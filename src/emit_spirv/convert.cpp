// Conversions between types.
#include "emit_spirv/kernel.h"
#include "support/check.h"

#include <bit>
#include <cmath>

namespace ll::spirv {

// Between integers of any widths.
SpvId KernelEmitter::convert_width(SpvId v, unsigned from, unsigned to, bool sign) {
  if (from == to) return v;
  return op(sign ? spv::Op::OpSConvert : spv::Op::OpUConvert, w_.int_type(to), {v});
}

SpvId KernelEmitter::convert(const Inst& i) {
  ValueId source = f_.args(i)[0];
  TypeId from = f_.type(source), to = i.type;
  switch (i.op) {
    case Op::Trunc:
      if (to == kBool) {
        unsigned bits = bit_width(from);
        SpvId low = op(spv::Op::OpBitwiseAnd, type(from), {use(source), int_constant(bits, 1)});
        return test(spv::Op::OpINotEqual, low, int_constant(bits, 0));
      }
      return convert_width(use(source), bit_width(from), bit_width(to), false);
    case Op::ZExt:
    case Op::SExt:
      if (from == kBool) {
        SpvId yes = int_constant(bit_width(to), i.op == Op::SExt ? ~uint64_t{0} : 1);
        return choose(type(to), use(source), yes, int_constant(bit_width(to), 0));
      }
      return convert_width(use(source), bit_width(from), bit_width(to), i.op == Op::SExt);
    case Op::FPExt:
    case Op::FPTrunc:
      return op(spv::Op::OpFConvert, type(to), {use(source)});
    case Op::SIToFP:
      return int_to_float(i, true);
    case Op::UIToFP:
      return int_to_float(i, false);
    case Op::FPToSI:
      return float_to_int(i, true);
    case Op::FPToUI:
      return float_to_int(i, false);
    case Op::PtrToInt:
      return convert_width(use(source), 64, bit_width(to), false);
    case Op::IntToPtr:
      return convert_width(use(source), bit_width(from), 64, false);
    case Op::Bitcast:
      return bitcast(use(source), from, to);
    case Op::SpaceCast:
      return use(source);
    default:
      LL_UNREACHABLE("not a conversion");
  }
}

SpvId KernelEmitter::bitcast(SpvId v, TypeId from, TypeId to) {
  return from == to ? v : op(spv::Op::OpBitcast, type(to), {v});
}

SpvId KernelEmitter::float_constant(TypeId t, double v) {
  int64_t bits =
      t == kFloat ? std::bit_cast<uint32_t>(static_cast<float>(v)) : std::bit_cast<int64_t>(v);
  return constant(t, bits);
}

SpvId KernelEmitter::int_to_float(const Inst& i, bool sign) {
  TypeId from = f_.type(f_.args(i)[0]);
  SpvId v = use(i, 0);
  if (bit_width(from) < 32) v = convert_width(v, bit_width(from), 32, sign);
  return op(sign ? spv::Op::OpConvertSToF : spv::Op::OpConvertUToF, type(i.type), {v});
}

// The instruction is undefined out of range, so it only ever sees what is in range; what is not
// is chosen from the bounds. NaN is in no range and gives 0.
SpvId KernelEmitter::float_to_int(const Inst& i, bool sign) {
  TypeId from = f_.type(f_.args(i)[0]), to = i.type;
  SpvId x = use(i, 0), zero = float_constant(from, 0);
  unsigned bits = bit_width(to), wide = bits < 32 ? 32 : bits;
  // The first value above the range, and a value at or below which the result is the least.
  SpvId above = float_constant(from, std::ldexp(1.0, static_cast<int>(sign ? bits - 1 : bits)));
  SpvId least = float_constant(from, sign ? -std::ldexp(1.0, static_cast<int>(bits - 1)) : 0);
  SpvId low = test(spv::Op::OpFOrdGreaterThan, x, least),
        high = test(spv::Op::OpFOrdLessThan, x, above);
  SpvId inside = op(spv::Op::OpLogicalAnd, w_.bool_type(), {low, high});
  SpvId safe = choose(type(from), inside, x, zero);
  SpvId v = op(sign ? spv::Op::OpConvertFToS : spv::Op::OpConvertFToU, w_.int_type(wide), {safe});
  uint64_t most = ~uint64_t{0} >> (64 - (sign ? bits - 1 : bits));
  SpvId over = test(spv::Op::OpFOrdGreaterThanEqual, x, above);
  v = choose(w_.int_type(wide), over, int_constant(wide, most), v);
  if (sign) {
    SpvId under = test(spv::Op::OpFOrdLessThanEqual, x, least);
    v = choose(w_.int_type(wide), under, int_constant(wide, ~most), v);
  }
  return convert_width(v, wide, bits, false);
}

}  // namespace ll::spirv
