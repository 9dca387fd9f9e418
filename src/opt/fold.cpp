#include "opt/fold.h"

#include <bit>
#include <cmath>
#include <limits>

#include "support/check.h"

namespace ll {

uint64_t unsigned_bits(TypeId type, int64_t bits) {
  unsigned width = bit_width(type);
  auto u = static_cast<uint64_t>(bits);
  return width == 64 ? u : u & ((uint64_t{1} << width) - 1);
}

int64_t signed_bits(TypeId type, int64_t bits) { return type == kBool ? -(bits & 1) : bits; }

int64_t min_signed(TypeId type) {
  return normalize_bits(type, static_cast<int64_t>(uint64_t{1} << (bit_width(type) - 1)));
}

double float_value(TypeId type, int64_t bits) {
  return type == kFloat ? static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits)))
                        : std::bit_cast<double>(bits);
}

bool is_nan(TypeId type, int64_t bits) {
  if (type == kFloat) return (bits & 0x7fffffff) > 0x7f800000;
  return (bits & 0x7fffffffffffffff) > 0x7ff0000000000000;
}

namespace {

using Bits = std::optional<int64_t>;

template <class T>
T as(int64_t bits) {
  if constexpr (sizeof(T) == 4) return std::bit_cast<T>(static_cast<uint32_t>(bits));
  else return std::bit_cast<T>(bits);
}

// The bits of a float result; nothing for a NaN, whose payload is the machine's choice.
Bits from_float(float x) {
  if (x != x) return {};
  return static_cast<int64_t>(std::bit_cast<uint32_t>(x));
}
Bits from_float(double x) {
  if (x != x) return {};
  return std::bit_cast<int64_t>(x);
}

Bits divide(Op op, TypeId type, int64_t a, int64_t b) {
  if (unsigned_bits(type, b) == 0) return {};
  if (op == Op::UDiv) return static_cast<int64_t>(unsigned_bits(type, a) / unsigned_bits(type, b));
  if (op == Op::URem) return static_cast<int64_t>(unsigned_bits(type, a) % unsigned_bits(type, b));
  int64_t x = signed_bits(type, a), y = signed_bits(type, b);
  if (y == -1 && normalize_bits(type, a) == min_signed(type)) return {};
  return op == Op::Div ? x / y : x % y;
}

Bits int_binary(Op op, TypeId type, int64_t a, int64_t b) {
  auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
  unsigned count = static_cast<unsigned>(y) & (bit_width(type) - 1);
  switch (op) {
    case Op::Add:
      return static_cast<int64_t>(x + y);
    case Op::Sub:
      return static_cast<int64_t>(x - y);
    case Op::Mul:
      return static_cast<int64_t>(x * y);
    case Op::And:
      return a & b;
    case Op::Or:
      return a | b;
    case Op::Xor:
      return a ^ b;
    case Op::Shl:
      return static_cast<int64_t>(x << count);
    case Op::LShr:
      return static_cast<int64_t>(unsigned_bits(type, a) >> count);
    case Op::AShr:
      return signed_bits(type, a) >> count;
    default:
      return divide(op, type, a, b);
  }
}

bool int_compare(Op op, TypeId type, int64_t a, int64_t b) {
  int64_t x = signed_bits(type, a), y = signed_bits(type, b);
  uint64_t ux = unsigned_bits(type, a), uy = unsigned_bits(type, b);
  switch (op) {
    case Op::Eq:
      return ux == uy;
    case Op::Ne:
      return ux != uy;
    case Op::Lt:
      return x < y;
    case Op::Le:
      return x <= y;
    case Op::Gt:
      return x > y;
    case Op::Ge:
      return x >= y;
    case Op::ULt:
      return ux < uy;
    case Op::ULe:
      return ux <= uy;
    case Op::UGt:
      return ux > uy;
    case Op::UGe:
      return ux >= uy;
    default:
      LL_UNREACHABLE("integer comparison");
  }
}

// Exact in double for both float types.
bool float_compare(Op op, double x, double y) {
  switch (op) {
    case Op::FEq:
      return x == y;
    case Op::FNe:
      return x < y || x > y;
    case Op::FLt:
      return x < y;
    case Op::FLe:
      return x <= y;
    case Op::FGt:
      return x > y;
    case Op::FGe:
      return x >= y;
    default:
      LL_UNREACHABLE("float comparison");
  }
}

// One operation a call, so that no compiler can contract two of them.
template <class T>
Bits float_arithmetic(Op op, std::span<const int64_t> args) {
  T a = as<T>(args[0]), b = args.size() > 1 ? as<T>(args[1]) : T(0);
  switch (op) {
    case Op::FAdd:
      return from_float(static_cast<T>(a + b));
    case Op::FSub:
      return from_float(static_cast<T>(a - b));
    case Op::FMul:
      return from_float(static_cast<T>(a * b));
    case Op::FDiv:
      return from_float(static_cast<T>(a / b));
    case Op::FSqrt:
      return from_float(std::sqrt(a));
    case Op::Fma:
      return from_float(std::fma(a, b, as<T>(args[2])));
    default:
      LL_UNREACHABLE("float arithmetic");
  }
}

Bits float_sign(Op op, TypeId type, int64_t a) {
  auto sign = uint64_t{1} << (bit_width(type) - 1);
  uint64_t bits = unsigned_bits(type, a);
  return static_cast<int64_t>(op == Op::FNeg ? bits ^ sign : bits & ~sign);
}

template <class T>
Bits int_to_float(Op op, TypeId from, int64_t a) {
  if (op == Op::SIToFP) return from_float(static_cast<T>(signed_bits(from, a)));
  return from_float(static_cast<T>(unsigned_bits(from, a)));
}

int64_t float_to_int(Op op, TypeId type, double x) {
  if (x != x) return 0;
  x = std::trunc(x);
  unsigned width = bit_width(type);
  if (op == Op::FPToSI) {
    double limit = std::ldexp(1.0, static_cast<int>(width) - 1);
    if (x < -limit) return signed_bits(type, min_signed(type));
    if (x >= limit) return static_cast<int64_t>((uint64_t{1} << (width - 1)) - 1);
    return static_cast<int64_t>(x);
  }
  if (x <= 0) return 0;
  if (x >= std::ldexp(1.0, static_cast<int>(width))) return -1;
  return static_cast<int64_t>(static_cast<uint64_t>(x));
}

Bits convert(Op op, TypeId type, TypeId from, int64_t a) {
  switch (op) {
    case Op::Trunc:
    case Op::SpaceCast:
      return a;
    case Op::ZExt:
    case Op::PtrToInt:
    case Op::IntToPtr:
      return static_cast<int64_t>(unsigned_bits(from, a));
    case Op::SExt:
      return signed_bits(from, a);
    case Op::FPExt:
      return from_float(static_cast<double>(as<float>(a)));
    case Op::FPTrunc:
      return from_float(static_cast<float>(as<double>(a)));
    case Op::SIToFP:
    case Op::UIToFP:
      return type == kFloat ? int_to_float<float>(op, from, a) : int_to_float<double>(op, from, a);
    case Op::FPToSI:
    case Op::FPToUI:
      return float_to_int(op, type, float_value(from, a));
    case Op::Bitcast:
      return a;
    default:
      return {};
  }
}

Bits ptr_add(int64_t imm, std::span<const int64_t> args) {
  PtrAddImm p = PtrAddImm::unpack(imm);
  uint64_t index = args.size() > 1 ? static_cast<uint64_t>(args[1]) : 0;
  return static_cast<int64_t>(static_cast<uint64_t>(args[0]) + index * p.scale +
                              static_cast<uint64_t>(int64_t{p.offset}));
}

Bits evaluate(Op op, TypeId type, TypeId operand, int64_t imm, std::span<const int64_t> args) {
  switch (info(op).rule) {
    case TypeRule::Int:
      return op == Op::Not ? Bits(~args[0]) : int_binary(op, type, args[0], args[1]);
    case TypeRule::Float:
      if (op == Op::FNeg || op == Op::FAbs) return float_sign(op, type, args[0]);
      return type == kFloat ? float_arithmetic<float>(op, args)
                            : float_arithmetic<double>(op, args);
    case TypeRule::IntCompare:
      return int_compare(op, operand, args[0], args[1]);
    case TypeRule::FloatCompare:
      return float_compare(op, float_value(operand, args[0]), float_value(operand, args[1]));
    case TypeRule::Select:
      return args[0] & 1 ? args[1] : args[2];
    case TypeRule::PtrAdd:
      return ptr_add(imm, args);
    default:
      return info(op).format == Format::Convert ? convert(op, type, operand, args[0]) : Bits();
  }
}

}  // namespace

std::optional<int64_t> fold_bits(Op op, TypeId type, TypeId operand, int64_t imm,
                                 std::span<const int64_t> args) {
  if (!is_pure(op) || is_leaf(op) || args.empty()) return {};
  Bits r = evaluate(op, type, operand, imm, args);
  return r ? Bits(normalize_bits(type, *r)) : r;
}

std::optional<int64_t> fold(const Function& f, const Inst& i) {
  auto args = f.args(i);
  int64_t bits[3];
  if (args.empty() || args.size() > 3) return {};
  for (size_t n = 0; n < args.size(); ++n) {
    if (!f.is_const(args[n])) return {};
    bits[n] = f.inst(args[n]).imm;
  }
  return fold_bits(i.op, i.type, f.type(args[0]), i.imm, {bits, args.size()});
}

}  // namespace ll
