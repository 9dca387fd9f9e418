// Rules for what moves values rather than computes them: select, conversions, address arithmetic.
#include <limits>

#include "opt/fold.h"
#include "opt/simplify.h"

namespace ll::opt {

ValueId simplify_select(Rewriter& r, ValueId v) {
  const TypeId type = r.inst(v).type;
  ValueId c = r.arg(v, 0), x = r.arg(v, 1), y = r.arg(v, 2);
  if (x == y) return x;
  if (r.is_const(c)) return r.bits(c) ? x : y;
  if (r.is(c, Op::Not)) return r.make(Op::Select, type, {r.arg(c, 0), y, x});
  if (type == kBool) {
    if (r.is_const(x)) {
      if (!r.is_const(y)) return r.bits(x) ? r.make(Op::Or, type, {c, y}) : ValueId();
      return r.bits(x) ? c : r.make(Op::Not, type, {c});
    }
    if (r.is_const(y, 0)) return r.make(Op::And, type, {c, x});
  }
  if (is_int(type) && r.is_const(y, 0)) {
    if (r.is_const(x, 1)) return r.make(Op::ZExt, type, {c});
    if (r.is_const(x, -1)) return r.make(Op::SExt, type, {c});
  }
  return {};
}

namespace {

ValueId rule_trunc(Rewriter& r, TypeId to, ValueId a) {
  const Op inner = r.inst(a).op;
  if (inner == Op::Trunc) return r.make(Op::Trunc, to, {r.arg(a, 0)});
  if (inner != Op::ZExt && inner != Op::SExt) return {};
  ValueId x = r.arg(a, 0);
  unsigned from = bit_width(r.f.type(x)), width = bit_width(to);
  if (from == width) return x;
  return r.make(width < from ? Op::Trunc : inner, to, {x});
}

ValueId rule_widen(Rewriter& r, Op op, TypeId to, ValueId a) {
  const Op inner = r.inst(a).op;
  if (inner == op || (op == Op::SExt && inner == Op::ZExt)) return r.make(inner, to, {r.arg(a, 0)});
  if (inner != Op::Trunc || r.f.type(r.arg(a, 0)) != to || op != Op::ZExt) return {};
  const auto mask = (uint64_t{1} << bit_width(r.f.type(a))) - 1;
  return r.make(Op::And, to, {r.arg(a, 0), r.constant(to, static_cast<int64_t>(mask))});
}

}  // namespace

ValueId simplify_convert(Rewriter& r, ValueId v) {
  const Op op = r.inst(v).op;
  const TypeId to = r.inst(v).type;
  ValueId a = r.arg(v, 0);
  const TypeId from = r.f.type(a);
  switch (op) {
    case Op::Trunc:
      return rule_trunc(r, to, a);
    case Op::ZExt:
    case Op::SExt:
      return rule_widen(r, op, to, a);
    case Op::Bitcast:
      if (to == from) return a;
      if (!r.is(a, Op::Bitcast)) return {};
      return r.f.type(r.arg(a, 0)) == to ? r.arg(a, 0) : r.make(Op::Bitcast, to, {r.arg(a, 0)});
    case Op::FPTrunc:
      return r.is(a, Op::FPExt) ? r.arg(a, 0) : ValueId();
    case Op::PtrToInt:
      return to == kInt64 && r.is(a, Op::IntToPtr) && r.f.type(r.arg(a, 0)) == kInt64 ? r.arg(a, 0)
                                                                                      : ValueId();
    case Op::IntToPtr:
      return from == kInt64 && r.is(a, Op::PtrToInt) && r.f.type(r.arg(a, 0)) == to ? r.arg(a, 0)
                                                                                    : ValueId();
    case Op::SpaceCast:
      return to == from ? a : ValueId();
    default:
      return {};
  }
}

namespace {

struct Sum {
  ValueId base, index;
  uint32_t scale = 0;
  int64_t offset = 0;

  bool fits() const {
    return offset >= std::numeric_limits<int32_t>::min() &&
           offset <= std::numeric_limits<int32_t>::max();
  }
};

Sum read_sum(Rewriter& r, ValueId v) {
  const Inst& i = r.inst(v);
  PtrAddImm p = PtrAddImm::unpack(i.imm);
  if (i.args_count == 1) return {r.arg(v, 0), {}, 0, p.offset};
  return {r.arg(v, 0), r.arg(v, 1), p.scale, p.offset};
}

// Index times scale, written with a simpler index; false when there is none. All arithmetic of
// a 64-bit index is modulo 2^64, as the address itself is; narrower arithmetic may wrap earlier.
bool simplify_index(Rewriter& r, Sum& s) {
  if (!s.index.valid()) return false;
  const TypeId type = r.f.type(s.index);
  if (r.is_const(s.index)) {
    int64_t product;
    if (__builtin_mul_overflow(signed_bits(type, r.bits(s.index)), int64_t{s.scale}, &product))
      return false;
    Sum t{s.base, {}, 0, 0};
    if (__builtin_add_overflow(s.offset, product, &t.offset) || !t.fits()) return false;
    s = t;
    return true;
  }
  if (r.is(s.index, Op::SExt) && is_int(r.f.type(r.arg(s.index, 0)))) {
    s.index = r.arg(s.index, 0);
    return true;
  }
  if (type != kInt64 || r.inst(s.index).args_count != 2) return false;
  ValueId by = r.arg(s.index, 1);
  if (!r.is_const(by)) return false;
  Sum t = s;
  t.index = r.arg(s.index, 0);
  int64_t product;
  if (r.is(s.index, Op::Add)) {
    if (__builtin_mul_overflow(r.bits(by), int64_t{s.scale}, &product)) return false;
    if (__builtin_add_overflow(s.offset, product, &t.offset) || !t.fits()) return false;
  } else if (r.is(s.index, Op::Shl) || r.is(s.index, Op::Mul)) {
    bool shift = r.is(s.index, Op::Shl);
    if (shift && (r.bits(by) < 0 || r.bits(by) > 31)) return false;
    int64_t factor = shift ? int64_t{1} << r.bits(by) : r.bits(by);
    if (factor <= 0 || factor > int64_t{0xffffffff} / s.scale) return false;
    t.scale = static_cast<uint32_t>(factor * s.scale);
  } else {
    return false;
  }
  s = t;
  return true;
}

// Whether an addressing mode multiplies by it; by anything else costs an instruction, which is
// better shared by all offsets from the product.
bool is_cheap_scale(uint32_t scale) { return scale == 1 || scale == 2 || scale == 4 || scale == 8; }

// ptradd (ptradd p …) …: one of the two has no index, and the offsets add up.
bool merge_base(Rewriter& r, Sum& s) {
  if (!r.is(s.base, Op::PtrAdd)) return false;
  Sum inner = read_sum(r, s.base);
  if (inner.index.valid() && (s.index.valid() || !is_cheap_scale(inner.scale))) return false;
  Sum t = s.index.valid() ? s : inner;
  t.base = inner.base;
  t.offset = s.offset + inner.offset;
  if (!t.fits()) return false;
  s = t;
  return true;
}

}  // namespace

ValueId simplify_ptradd(Rewriter& r, ValueId v) {
  Sum s = read_sum(r, v);
  if (s.index.valid() && s.scale == 0) s.index = ValueId();
  bool changed = s.index.valid() != (r.inst(v).args_count > 1);
  while (simplify_index(r, s) || merge_base(r, s)) changed = true;
  if (!s.index.valid() && s.offset == 0) return s.base;
  if (!changed) return {};
  const TypeId type = r.inst(v).type;
  int64_t imm = PtrAddImm{s.scale, static_cast<int32_t>(s.offset)}.pack();
  if (!s.index.valid()) return r.make(Op::PtrAdd, type, {s.base}, imm);
  return r.make(Op::PtrAdd, type, {s.base, s.index}, imm);
}

}  // namespace ll::opt
