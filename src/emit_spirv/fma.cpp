// a * b + c, rounded once. GLSL's Fma may round twice, so it serves only where the target says
// that it does not.
#include <fmt/format.h>

#include <spirv/unified1/GLSL.std.450.h>
#include "emit_spirv/kernel.h"

namespace ll::spirv {

SpvId KernelEmitter::fma(const Inst& i) {
  SpvId a = use(i, 0), b = use(i, 1), c = use(i, 2);
  if (w_.target().fma) {
    SpvId r = glsl(GLSLstd450Fma, type(i.type), {a, b, c});
    w_.put(spv::Op::OpDecorate, {r, word(spv::Decoration::NoContraction)});
    return r;
  }
  if (i.type == kFloat) return fma_through_double(a, b, c);
  diags_
      .error(Code::E0763, i.span,
             fmt::format("fma of double is not exact on every {} device", w_.target().name))
      .suggest(fmt::format("use * and +, or --arch {}-gpu for devices whose fma rounds once",
                           w_.target().name));
  return a;
}

// The product of two floats is exact in double. The sum is rounded to odd (Boldo and Melquiond,
// "Emulation of FMA and correctly rounded sums", 2008): the nearest double and its error (Knuth's
// TwoSum) tell whether it is inexact, and then the neighbour with an odd significand is taken.
// With that, rounding once more to float is right, subnormals included.
SpvId KernelEmitter::fma_through_double(SpvId a, SpvId b, SpvId c) {
  using spv::Op;
  SpvId d = w_.float_type(64), u = w_.int_type(64), boolean = w_.bool_type();
  auto widen = [&](SpvId v) { return op(Op::OpFConvert, d, {v}); };
  auto add = [&](SpvId x, SpvId y) { return exact(Op::OpFAdd, d, {x, y}); };
  auto sub = [&](SpvId x, SpvId y) { return exact(Op::OpFSub, d, {x, y}); };
  SpvId p = exact(Op::OpFMul, d, {widen(a), widen(b)}), q = widen(c);
  SpvId s = add(p, q), p1 = sub(s, q), q1 = sub(s, p1);
  SpvId error = add(sub(p, p1), sub(q, q1));

  SpvId bits = op(Op::OpBitcast, u, {s}), one = int_constant(64, 1), zero = int_constant(64, 0);
  SpvId even = test(Op::OpIEqual, op(Op::OpBitwiseAnd, u, {bits, one}), zero);
  SpvId nothing = w_.float_constant(64, 0);
  SpvId inexact = test(Op::OpFOrdNotEqual, error, nothing);  // false for NaN, after overflow
  SpvId grows =
      op(Op::OpLogicalEqual, boolean,
         {test(Op::OpFOrdGreaterThan, error, nothing), test(Op::OpFOrdGreaterThan, s, nothing)});
  SpvId step = choose(u, grows, one, int_constant(64, ~uint64_t{0}));
  SpvId adjust = op(Op::OpLogicalAnd, boolean, {inexact, even});
  bits = op(Op::OpIAdd, u, {bits, choose(u, adjust, step, zero)});
  return op(Op::OpFConvert, w_.float_type(32), {op(Op::OpBitcast, d, {bits})});
}

}  // namespace ll::spirv
