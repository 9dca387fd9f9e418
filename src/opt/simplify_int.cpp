// Rules for integer and bool arithmetic and comparisons. Signed readings of bool (#t is -1) make
// some rules wrong for it; those exclude it.
#include <bit>

#include "opt/fold.h"
#include "opt/simplify.h"

namespace ll::opt {
namespace {

int64_t wrapped(uint64_t x) { return static_cast<int64_t>(x); }
int64_t add(int64_t a, int64_t b) {
  return wrapped(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
int64_t sub(int64_t a, int64_t b) {
  return wrapped(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

// (x op c1) op c2  =>  x op (c1 op c2), for an associative op with constants on the right.
ValueId reassociate(Rewriter& r, Op op, TypeId type, ValueId a, ValueId b) {
  if (!r.is(a, op) || !r.is_const(b) || !r.is_const(r.arg(a, 1))) return {};
  int64_t bits[] = {r.bits(r.arg(a, 1)), r.bits(b)};
  return r.make(op, type, {r.arg(a, 0), r.constant(type, *fold_bits(op, type, type, 0, bits))});
}

ValueId rule_add(Rewriter& r, TypeId type, ValueId a, ValueId b) {
  if (r.is_const(b, 0)) return a;
  if (r.is(a, Op::Sub) && r.arg(a, 1) == b) return r.arg(a, 0);  // (x - b) + b
  if (r.is(b, Op::Sub) && r.arg(b, 1) == a) return r.arg(b, 0);  // a + (x - a)
  if (r.is(b, Op::Sub) && r.is_const(r.arg(b, 0), 0))
    return r.make(Op::Sub, type, {a, r.arg(b, 1)});
  return reassociate(r, Op::Add, type, a, b);
}

ValueId rule_sub(Rewriter& r, TypeId type, ValueId a, ValueId b) {
  if (a == b) return r.constant(type, 0);
  if (r.is_const(b)) {
    if (r.bits(b) == 0) return a;
    return r.make(Op::Add, type, {a, r.constant(type, sub(0, r.bits(b)))});
  }
  if (r.is(a, Op::Add) && r.arg(a, 1) == b) return r.arg(a, 0);  // (x + b) - b
  if (r.is(a, Op::Add) && r.arg(a, 0) == b) return r.arg(a, 1);  // (b + x) - b
  if (r.is(b, Op::Sub) && r.is_const(r.arg(b, 0), 0))
    return r.make(Op::Add, type, {a, r.arg(b, 1)});
  return {};
}

ValueId rule_mul(Rewriter& r, TypeId type, ValueId a, ValueId b) {
  if (!r.is_const(b)) return {};
  int64_t c = r.bits(b);
  if (c == 0) return b;
  if (c == 1) return a;
  if (c == -1) return r.make(Op::Sub, type, {r.constant(type, 0), a});
  if (ValueId v = reassociate(r, Op::Mul, type, a, b); v.valid()) return v;
  if (uint64_t u = unsigned_bits(type, c); std::has_single_bit(u))
    return r.make(Op::Shl, type, {a, r.constant(type, std::countr_zero(u))});
  return {};
}

// Unsigned division by a power of two; signed division is the emitters' concern.
ValueId rule_divide(Rewriter& r, Op op, TypeId type, ValueId a, ValueId b) {
  if (!r.is_const(b)) return {};
  uint64_t c = unsigned_bits(type, r.bits(b));
  bool is_signed = op == Op::Div || op == Op::Rem;
  bool remainder = op == Op::Rem || op == Op::URem;
  if (c == 1 && !(is_signed && type == kBool)) return remainder ? r.constant(type, 0) : a;
  if (is_signed || !std::has_single_bit(c)) return {};
  if (remainder) return r.make(Op::And, type, {a, r.constant(type, wrapped(c - 1))});
  return r.make(Op::LShr, type, {a, r.constant(type, std::countr_zero(c))});
}

ValueId rule_and(Rewriter& r, TypeId type, ValueId a, ValueId b) {
  if (a == b || r.is_const(b, 0)) return b;
  if (r.is_const(b, normalize_bits(type, -1))) return a;
  return reassociate(r, Op::And, type, a, b);
}

ValueId rule_or(Rewriter& r, TypeId type, ValueId a, ValueId b) {
  if (a == b || r.is_const(b, 0)) return a;
  if (r.is_const(b, normalize_bits(type, -1))) return b;
  return reassociate(r, Op::Or, type, a, b);
}

ValueId rule_xor(Rewriter& r, TypeId type, ValueId a, ValueId b) {
  if (a == b) return r.constant(type, 0);
  if (r.is_const(b, 0)) return a;
  if (r.is_const(b, normalize_bits(type, -1))) return r.make(Op::Not, type, {a});
  return reassociate(r, Op::Xor, type, a, b);
}

ValueId rule_not(Rewriter& r, ValueId a) {
  if (r.is(a, Op::Not)) return r.arg(a, 0);
  if (info(r.inst(a).op).rule == TypeRule::IntCompare)
    return r.make(inverted_compare(r.inst(a).op), kBool, {r.arg(a, 0), r.arg(a, 1)});
  return {};
}

ValueId rule_shift(Rewriter& r, Op op, TypeId type, ValueId a, ValueId b) {
  if (type == kBool) return a;  // counts are modulo one
  if (!r.is_const(b)) return r.is_const(a, 0) ? a : ValueId();
  const int64_t width = bit_width(type), count = r.bits(b) & (width - 1);
  if (count == 0) return a;
  if (count != r.bits(b)) return r.make(op, type, {a, r.constant(type, count)});
  if (!r.is(a, op) || !r.is_const(r.arg(a, 1))) return {};
  int64_t sum = (r.bits(r.arg(a, 1)) & (width - 1)) + count;
  if (sum >= width) {
    if (op != Op::AShr) return r.constant(type, 0);
    sum = width - 1;
  }
  return r.make(op, type, {r.arg(a, 0), r.constant(type, sum)});
}

}  // namespace

ValueId simplify_int(Rewriter& r, ValueId v) {
  const Op op = r.inst(v).op;
  const TypeId type = r.inst(v).type;
  ValueId a = r.arg(v, 0);
  if (op == Op::Not) return rule_not(r, a);
  ValueId b = r.arg(v, 1);
  switch (op) {
    case Op::Add:
      return rule_add(r, type, a, b);
    case Op::Sub:
      return rule_sub(r, type, a, b);
    case Op::Mul:
      return rule_mul(r, type, a, b);
    case Op::Div:
    case Op::Rem:
    case Op::UDiv:
    case Op::URem:
      return rule_divide(r, op, type, a, b);
    case Op::And:
      return rule_and(r, type, a, b);
    case Op::Or:
      return rule_or(r, type, a, b);
    case Op::Xor:
      return rule_xor(r, type, a, b);
    default:
      return rule_shift(r, op, type, a, b);
  }
}

namespace {

ValueId truth(Rewriter& r, bool b) { return r.constant(kBool, b); }

// Comparison of a bool with a constant: the bool or its inverse.
ValueId rule_bool_equality(Rewriter& r, Op op, ValueId a, ValueId b) {
  bool same = (op == Op::Eq) == (r.bits(b) != 0);
  return same ? a : r.make(Op::Not, kBool, {a});
}

ValueId rule_equality(Rewriter& r, Op op, TypeId type, ValueId a, ValueId b) {
  if (r.is_const(b, 0) && (r.is(a, Op::Xor) || r.is(a, Op::Sub)))
    return r.make(op, kBool, {r.arg(a, 0), r.arg(a, 1)});
  if (!r.is_const(b)) return {};
  if (type == kBool) return rule_bool_equality(r, op, a, b);
  if (r.is(a, Op::Add) && r.is_const(r.arg(a, 1)))
    return r.make(op, kBool, {r.arg(a, 0), r.constant(type, sub(r.bits(b), r.bits(r.arg(a, 1))))});
  if (!r.is(a, Op::ZExt) && !r.is(a, Op::SExt)) return {};
  const Op widen = r.inst(a).op;
  const TypeId narrow = r.f.type(r.arg(a, 0));
  const int64_t low = normalize_bits(narrow, r.bits(b));
  const int64_t back = widen == Op::ZExt ? static_cast<int64_t>(unsigned_bits(narrow, low))
                                         : signed_bits(narrow, low);
  if (normalize_bits(type, back) != r.bits(b)) return truth(r, op == Op::Ne);
  return r.make(op, kBool, {r.arg(a, 0), r.constant(narrow, low)});
}

// x op x
ValueId rule_same(Rewriter& r, Op op) {
  return truth(r, op == Op::Eq || op == Op::Le || op == Op::Ge || op == Op::ULe || op == Op::UGe);
}

// At the ends of the range, and non-strict comparisons made strict.
ValueId rule_order(Rewriter& r, Op op, TypeId type, ValueId a, int64_t c) {
  const bool is_signed = op == Op::Lt || op == Op::Le || op == Op::Gt || op == Op::Ge;
  const int64_t least = is_signed ? min_signed(type) : 0;
  const int64_t most = normalize_bits(type, is_signed ? sub(min_signed(type), 1) : -1);
  auto strict = [&](Op as, int64_t by) {
    return r.make(as, kBool, {a, r.constant(type, add(c, by))});
  };
  switch (op) {
    case Op::Lt:
    case Op::ULt:
      if (c == least) return truth(r, false);
      if (op == Op::ULt && c == 1) return r.make(Op::Eq, kBool, {a, r.constant(type, 0)});
      return {};
    case Op::Gt:
    case Op::UGt:
      if (c == most) return truth(r, false);
      if (op == Op::UGt && c == 0) return r.make(Op::Ne, kBool, {a, r.constant(type, 0)});
      return {};
    case Op::Le:
    case Op::ULe:
      return c == most ? truth(r, true) : strict(is_signed ? Op::Lt : Op::ULt, 1);
    default:
      return c == least ? truth(r, true) : strict(is_signed ? Op::Gt : Op::UGt, -1);
  }
}

}  // namespace

ValueId simplify_compare(Rewriter& r, ValueId v) {
  const Op op = r.inst(v).op;
  ValueId a = r.arg(v, 0), b = r.arg(v, 1);
  const TypeId type = r.f.type(a);
  if (a == b) return rule_same(r, op);
  if (is_ptr(type)) return {};
  if (op == Op::Eq || op == Op::Ne) return rule_equality(r, op, type, a, b);
  if (r.is_const(b) && type != kBool) return rule_order(r, op, type, a, r.bits(b));
  return {};
}

}  // namespace ll::opt
