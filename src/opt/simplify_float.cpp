// Rules for floats. Each keeps every bit of every result that is not a NaN, and does not make,
// drop or negate a NaN either; so no rule exchanges or reassociates, and x + 0.0 stays (-0.0).
#include <bit>
#include <cmath>

#include "opt/fold.h"
#include "opt/simplify.h"

namespace ll::opt {
namespace {

bool is_value(Rewriter& r, TypeId type, ValueId v, double value) {
  return r.is_const(v) &&
         std::bit_cast<uint64_t>(float_value(type, r.bits(v))) == std::bit_cast<uint64_t>(value);
}

// x / 2^k  =>  x * 2^-k, where both powers are normal numbers.
ValueId rule_reciprocal(Rewriter& r, TypeId type, ValueId a, ValueId b) {
  if (!r.is_const(b)) return {};
  double c = float_value(type, r.bits(b));
  int exponent = 0;
  if (!std::isfinite(c) || std::abs(std::frexp(c, &exponent)) != 0.5) return {};
  const int limit = type == kFloat ? 125 : 1021;
  if (exponent > limit || exponent < -limit) return {};
  return r.make(Op::FMul, type, {a, r.f.constant_float(type, 1.0 / c)});
}

}  // namespace

ValueId simplify_float(Rewriter& r, ValueId v) {
  const TypeId type = r.inst(v).type;
  ValueId a = r.arg(v, 0);
  switch (r.inst(v).op) {
    case Op::FNeg:
      return r.is(a, Op::FNeg) ? r.arg(a, 0) : ValueId();
    case Op::FAbs:
      if (r.is(a, Op::FAbs)) return a;
      return r.is(a, Op::FNeg) ? r.make(Op::FAbs, type, {r.arg(a, 0)}) : ValueId();
    case Op::FAdd:
      return is_value(r, type, r.arg(v, 1), -0.0) ? a : ValueId();
    case Op::FSub:
      return is_value(r, type, r.arg(v, 1), 0.0) ? a : ValueId();
    case Op::FMul:
      return is_value(r, type, r.arg(v, 1), 1.0) ? a : ValueId();
    case Op::FDiv:
      if (is_value(r, type, r.arg(v, 1), 1.0)) return a;
      return rule_reciprocal(r, type, a, r.arg(v, 1));
    default:
      return {};
  }
}

}  // namespace ll::opt
