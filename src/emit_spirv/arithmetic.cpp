// Integer and float arithmetic, comparisons, selection. Every float result that a driver might
// contract is decorated NoContraction.
#include <spirv/unified1/GLSL.std.450.h>
#include "emit_spirv/kernel.h"
#include "support/check.h"

namespace ll::spirv {
namespace {

enum class SelectionRule : uint8_t { Legalised, Integer, Compare, Float, FloatCompare };

struct Selection {
  SelectionRule rule = SelectionRule::Legalised;
  spv::Op code = spv::Op::OpNop, for_bool = spv::Op::OpNop;
};

constexpr std::array<Selection, kOpCount> make_selections() {
  std::array<Selection, kOpCount> rows{};
#define AT(op) rows[static_cast<unsigned>(Op::op)]
#define INTEGER(op, code, boolean) \
  AT(op) = {SelectionRule::Integer, spv::Op::Op##code, spv::Op::Op##boolean};
#define COMPARE(op, code) AT(op) = {SelectionRule::Compare, spv::Op::Op##code};
#define FLOAT(op, code) AT(op) = {SelectionRule::Float, spv::Op::Op##code};
#define FCOMPARE(op, code) AT(op) = {SelectionRule::FloatCompare, spv::Op::Op##code};
#define LEGALISED(op, how)
#include "emit_spirv/select.def"
#undef AT
#undef INTEGER
#undef COMPARE
#undef FLOAT
#undef FCOMPARE
#undef LEGALISED
  return rows;
}
constexpr auto kSelections = make_selections();

}  // namespace

// The operations that are one instruction.
bool KernelEmitter::plain(const Inst& i, SpvId& result) {
  const Selection& row = kSelections[static_cast<unsigned>(i.op)];
  if (row.rule == SelectionRule::Legalised) return false;
  if (row.rule == SelectionRule::Compare) {
    result = compare(i, row.code);
    return true;
  }
  SpvId a = use(i, 0), t = type(i.type);
  if (i.args_count == 1) {
    result = op(i.type == kBool ? row.for_bool : row.code, t, {a});
    return true;
  }
  SpvId b = use(i, 1);
  switch (row.rule) {
    case SelectionRule::Integer:
      result = op(i.type == kBool ? row.for_bool : row.code, t, {a, b});
      break;
    case SelectionRule::Float:
      result = exact(row.code, t, {a, b});
      break;
    default:
      result = test(row.code, a, b);
  }
  return true;
}

SpvId KernelEmitter::arithmetic(const Inst& i) {
  switch (i.op) {
    case Op::Div:
    case Op::Rem:
    case Op::UDiv:
    case Op::URem:
      return divide(i);
    case Op::Shl:
    case Op::LShr:
    case Op::AShr:
      return shift(i);
    case Op::FNeg:
    case Op::FAbs:
      return sign_bit(i);
    case Op::FSqrt: {
      SpvId root = glsl(GLSLstd450Sqrt, type(i.type), {use(i, 0)});
      w_.put(spv::Op::OpDecorate, {root, word(spv::Decoration::NoContraction)});
      return root;
    }
    default:
      LL_UNREACHABLE("not arithmetic");
  }
}

// A zero divisor, or MIN / -1, gives an unspecified value in a kernel, but some devices would
// fault: the divisor is 1 then.
SpvId KernelEmitter::divide(const Inst& i) {
  SpvId a = use(i, 0), b = use(i, 1), t = type(i.type);
  bool is_signed = i.op == Op::Div || i.op == Op::Rem,
       remainder = i.op == Op::Rem || i.op == Op::URem;
  if (i.type == kBool) return remainder ? w_.bool_constant(false) : a;  // the divisor is 1 (or -1)
  unsigned bits = bit_width(i.type);
  const Inst& divisor = f_.inst(f_.args(i)[1]);
  bool safe = divisor.op == Op::Const && divisor.imm != 0 && !(is_signed && divisor.imm == -1);
  if (!safe) {
    SpvId one = int_constant(bits, 1);
    SpvId bad = test(spv::Op::OpIEqual, b, int_constant(bits, 0));
    if (is_signed) {
      SpvId least = test(spv::Op::OpIEqual, a, int_constant(bits, uint64_t{1} << (bits - 1)));
      SpvId minus_one = test(spv::Op::OpIEqual, b, int_constant(bits, ~uint64_t{0}));
      SpvId overflow = op(spv::Op::OpLogicalAnd, w_.bool_type(), {least, minus_one});
      bad = op(spv::Op::OpLogicalOr, w_.bool_type(), {bad, overflow});
    }
    b = choose(t, bad, one, b);
  }
  if (i.op == Op::URem) return op(spv::Op::OpUMod, t, {a, b});
  SpvId quotient = op(is_signed ? spv::Op::OpSDiv : spv::Op::OpUDiv, t, {a, b});
  if (!remainder) return quotient;
  return op(spv::Op::OpISub, t, {a, op(spv::Op::OpIMul, t, {quotient, b})});
}

SpvId KernelEmitter::shift(const Inst& i) {
  SpvId a = use(i, 0), t = type(i.type);
  if (i.type == kBool) return a;  // any count modulo 1 is 0
  unsigned bits = bit_width(i.type);
  const Inst& count = f_.inst(f_.args(i)[1]);
  SpvId n;
  if (count.op == Op::Const) n = int_constant(bits, static_cast<uint64_t>(count.imm) & (bits - 1));
  else n = op(spv::Op::OpBitwiseAnd, t, {use(i, 1), int_constant(bits, bits - 1)});
  spv::Op code = i.op == Op::Shl    ? spv::Op::OpShiftLeftLogical
                 : i.op == Op::LShr ? spv::Op::OpShiftRightLogical
                                    : spv::Op::OpShiftRightArithmetic;
  return op(code, t, {a, n});
}

// As integers: float instructions may flush subnormals or lose the sign of a NaN.
SpvId KernelEmitter::sign_bit(const Inst& i) {
  unsigned bits = bit_width(i.type);
  SpvId integer = w_.int_type(bits);
  uint64_t sign = uint64_t{1} << (bits - 1);
  SpvId v = op(spv::Op::OpBitcast, integer, {use(i, 0)});
  v = i.op == Op::FNeg ? op(spv::Op::OpBitwiseXor, integer, {v, int_constant(bits, sign)})
                       : op(spv::Op::OpBitwiseAnd, integer, {v, int_constant(bits, sign - 1)});
  return op(spv::Op::OpBitcast, type(i.type), {v});
}

SpvId KernelEmitter::compare(const Inst& i, spv::Op code) {
  ValueId left = f_.args(i)[0];
  if (is_ptr(f_.type(left))) return compare_pointers(i, code);
  SpvId a = use(i, 0), b = use(i, 1);
  return f_.type(left) == kBool ? compare_bools(i.op, a, b) : test(code, a, b);
}

SpvId KernelEmitter::compare_bools(Op which, SpvId a, SpvId b) {
  SpvId t = w_.bool_type();
  auto both = [&](SpvId x, SpvId y) { return op(spv::Op::OpLogicalAnd, t, {x, y}); };
  auto either = [&](SpvId x, SpvId y) { return op(spv::Op::OpLogicalOr, t, {x, y}); };
  auto no = [&](SpvId x) { return op(spv::Op::OpLogicalNot, t, {x}); };
  switch (which) {  // signed: true is -1
    case Op::Eq:
      return op(spv::Op::OpLogicalEqual, t, {a, b});
    case Op::Ne:
      return op(spv::Op::OpLogicalNotEqual, t, {a, b});
    case Op::ULt:
    case Op::Gt:
      return both(no(a), b);
    case Op::UGt:
    case Op::Lt:
      return both(a, no(b));
    case Op::ULe:
    case Op::Ge:
      return either(no(a), b);
    case Op::UGe:
    case Op::Le:
      return either(a, no(b));
    default:
      LL_UNREACHABLE("not a comparison of integers");
  }
}

// Pointers into one object compare by offset. Different objects have different addresses, and no
// order.
SpvId KernelEmitter::compare_pointers(const Inst& i, spv::Op code) {
  ValueId left = f_.args(i)[0], right = f_.args(i)[1];
  uint32_t a = objects_.base[left.index], b = objects_.base[right.index];
  bool objects = in_object(left) || in_object(right);
  if (!objects || a == b) return test(code, use(left), use(right));
  if (i.op == Op::Eq || i.op == Op::Ne) {
    if (a != Base::kUnknown && b != Base::kUnknown) return w_.bool_constant(i.op == Op::Ne);
    auto offset = [&](ValueId v) { return in_object(v) ? use(v) : w_.u32(kNone); };
    return test(code, offset(left), offset(right));
  }
  diags_.error(Code::E0762, i.span,
               "pointers into different objects have no order on a Vulkan device");
  return w_.bool_constant(false);
}

SpvId KernelEmitter::select(ValueId v, const Inst& i) {
  auto arm = [&](unsigned n) {
    ValueId a = f_.args(i)[n];
    return in_object(v) && !in_object(a) ? w_.u32(kNone) : use(a);  // null
  };
  SpvId c = use(i, 0), yes = arm(1), no = arm(2);
  return choose(type_of(v), c, yes, no);
}

SpvId KernelEmitter::glsl(uint32_t which, SpvId type, std::initializer_list<uint32_t> operands) {
  std::vector<uint32_t> words{w_.glsl(), which};
  words.insert(words.end(), operands);
  SpvId id = w_.fresh();
  w_.put_value(spv::Op::OpExtInst, type, id, words);
  return id;
}

}  // namespace ll::spirv
