// One check per TypeRule (ir.h), in the order of that list, and the ranges of immediates.
#include "ir/verify_types.h"

#include <bit>

#include <fmt/format.h>

#include "support/check.h"

namespace ll {
namespace {

// Checks one instruction. A check returns what is wrong, or the empty text.
class Rules {
 public:
  Rules(const Module& m, const Function& f, const Inst& i)
      : m_(m), f_(f), i_(i), args_(f.args(i)) {}

  std::string check() const {
    int count = operand_count(info(i_.op).format);
    if (count >= 0 && args_.size() != static_cast<size_t>(count))
      return fmt::format("it takes {} operands, not {}", count, args_.size());
    if (i_.flags != 0) return "flags are reserved and must be 0";
    if (is_statement(info(i_.op).rule) && i_.type != kVoid) return "it has no result";
    return by_rule();
  }

 private:
  TypeId type(size_t n) const { return f_.type(args_[n]); }
  std::string text(TypeId t) const { return m_.types.str(t); }
  std::string want(TypeId wanted, TypeId given, std::string_view what) const {
    if (wanted == given) return {};
    return fmt::format("{} is of type {} where {} is expected", what, text(given), text(wanted));
  }
  // Operands from n on and the result all have type t.
  std::string same(TypeId t, size_t n) const {
    for (; n < args_.size(); ++n)
      if (type(n) != t) return want(t, type(n), fmt::format("operand {}", n + 1));
    return want(t, i_.type, "the result");
  }

  std::string by_rule() const;
  std::string leaf() const;
  std::string compare(bool is_operand_type, std::string_view kinds) const;
  std::string convert() const;
  std::string object() const;
  std::string access(TypeId address, TypeId value) const;
  std::string align() const {
    if (i_.aux <= kMaxAlignLog2) return {};
    return fmt::format("the alignment is above {}", 1u << kMaxAlignLog2);
  }
  std::string ptradd() const;
  std::string copy() const;
  std::string call() const;
  std::string ret() const;
  std::string writable(TypeId address) const {
    return is_ptr(address) && space_of(address) == Space::Constant
               ? "constant memory (address space 4) is never written"
               : "";
  }

  const Module& m_;
  const Function& f_;
  const Inst& i_;
  std::span<const ValueId> args_;
};

std::string Rules::by_rule() const {
  TypeId r = i_.type;
  switch (info(i_.op).rule) {
    case TypeRule::Param:
      return is_scalar(r) ? "" : "a block parameter is a scalar";
    case TypeRule::Const:
    case TypeRule::Undef:
    case TypeRule::GlobalAddr:
      return leaf();
    case TypeRule::Int:
      return is_int_or_bool(r) ? same(r, 0) : "the result must be an integer or bool";
    case TypeRule::Float:
      return is_float(r) ? same(r, 0) : "the result must be float or double";
    case TypeRule::IntCompare:
      return compare(is_int_or_bool(type(0)) || is_ptr(type(0)), "integers, bools or pointers");
    case TypeRule::FloatCompare:
      return compare(is_float(type(0)), "float or double");
    case TypeRule::Select:
      if (type(0) != kBool) return want(kBool, type(0), "the condition");
      return is_scalar(r) ? same(r, 1) : "the result must be a scalar";
    case TypeRule::Narrow:
    case TypeRule::Widen:
    case TypeRule::FloatWiden:
    case TypeRule::FloatNarrow:
    case TypeRule::IntToFloat:
    case TypeRule::FloatToInt:
    case TypeRule::PtrToInt:
    case TypeRule::IntToPtr:
    case TypeRule::Bits:
    case TypeRule::SpaceCast:
      return convert();
    case TypeRule::Slot:
      return object();
    case TypeRule::Alloc:
      return is_int(type(0)) ? object() : "the count must be an integer";
    case TypeRule::PtrAdd:
      return ptradd();
    case TypeRule::Load:
      return access(type(0), r);
    case TypeRule::Store: {
      std::string wrong = access(type(0), type(1));
      return wrong.empty() ? writable(type(0)) : wrong;
    }
    case TypeRule::Copy:
      return copy();
    case TypeRule::Call:
      return call();
    case TypeRule::Jmp:
    case TypeRule::Nullary:
      return {};
    case TypeRule::Br:
      return want(kBool, type(0), "the condition");
    case TypeRule::Ret:
      return ret();
    case TypeRule::Trap:
      return i_.imm >= 0 && i_.imm < kTrapKinds ? "" : "there is no such kind";
    case TypeRule::Dim:
      if (i_.imm < 0 || i_.imm > 2) return "the dimension must be 0, 1 or 2";
      return want(kInt32, r, "the result");
  }
  LL_UNREACHABLE("type rule");
}

std::string Rules::leaf() const {
  if (!is_scalar(i_.type)) return "a constant is a scalar";
  if (i_.op == Op::Undef) return i_.imm == 0 ? "" : "undef has no bits";
  if (i_.op == Op::Const)
    return normalize_bits(i_.type, i_.imm) == i_.imm ? "" : "the bits are not in canonical form";
  if (i_.imm < 0 || static_cast<uint64_t>(i_.imm) >= m_.globals.size())
    return "there is no such global";
  return want(ptr_type(m_.globals[static_cast<size_t>(i_.imm)].space), i_.type, "the address");
}

std::string Rules::compare(bool is_operand_type, std::string_view kinds) const {
  if (!is_operand_type) return fmt::format("the operands must be {}", kinds);
  if (type(0) != type(1)) return want(type(0), type(1), "operand 2");
  return want(kBool, i_.type, "the result");
}

std::string Rules::convert() const {
  TypeId from = type(0), to = i_.type;
  bool good = false;
  switch (info(i_.op).rule) {
    case TypeRule::Narrow:
      good = is_int(from) && is_int_or_bool(to) && bit_width(to) < bit_width(from);
      break;
    case TypeRule::Widen:
      good = is_int_or_bool(from) && is_int(to) && bit_width(to) > bit_width(from);
      break;
    case TypeRule::FloatWiden:
      good = from == kFloat && to == kDouble;
      break;
    case TypeRule::FloatNarrow:
      good = from == kDouble && to == kFloat;
      break;
    case TypeRule::IntToFloat:
      good = is_int(from) && is_float(to);
      break;
    case TypeRule::FloatToInt:
      good = is_float(from) && is_int(to);
      break;
    case TypeRule::PtrToInt:
      good = is_ptr(from) && is_int(to);
      break;
    case TypeRule::IntToPtr:
      good = is_int(from) && is_ptr(to);
      break;
    case TypeRule::Bits:
      good = (is_int(from) || is_float(from)) && (is_int(to) || is_float(to)) &&
             bit_width(from) == bit_width(to);
      break;
    case TypeRule::SpaceCast:
      good = is_ptr(from) && is_ptr(to);
      break;
    default:
      break;
  }
  return good ? "" : fmt::format("it does not convert {} to {}", text(from), text(to));
}

std::string Rules::object() const {
  TypeId t(static_cast<uint32_t>(i_.imm));
  if (i_.imm < 0 || i_.imm > UINT32_MAX || !m_.types.contains(t)) return "there is no such type";
  if (t == kVoid || !m_.types.is_complete(t)) return fmt::format("{} has no size", text(t));
  if (i_.type != kPtr && i_.type != ptr_type(Space::Private))
    return "the result must be a generic or private pointer";
  if (i_.aux < std::countr_zero(m_.types.align(t)))
    return "the alignment is below that of the type";
  return align();
}

std::string Rules::access(TypeId address, TypeId value) const {
  if (!is_ptr(address)) return "the address must be a pointer";
  if (!is_scalar(value)) return "what is loaded or stored must be a scalar";
  return align();
}

std::string Rules::ptradd() const {
  if (args_.empty() || args_.size() > 2) return "it takes a pointer and at most one index";
  if (!is_ptr(type(0))) return "operand 1 must be a pointer";
  if (type(0) != i_.type) return want(type(0), i_.type, "the result");
  if (args_.size() == 2) return is_int(type(1)) ? "" : "the index must be an integer";
  return PtrAddImm::unpack(i_.imm).scale == 0 ? "" : "without an index the scale must be 0";
}

std::string Rules::copy() const {
  if (!is_ptr(type(0)) || !is_ptr(type(1))) return "both addresses must be pointers";
  if (i_.imm < 0 || i_.imm > static_cast<int64_t>(Types::kMaxBytes))
    return "the size is out of range";
  std::string wrong = writable(type(0));
  return wrong.empty() ? align() : wrong;
}

// Operands follow the note on aggregates in ir.h.
std::string Rules::call() const {
  if (i_.imm < 0 || static_cast<uint64_t>(i_.imm) >= m_.functions.size())
    return "there is no such function";
  const Function& callee = m_.callee(i_);
  if (callee.is(kKernel))
    return fmt::format("kernel '{}' is launched, not called", callee.name.str());
  bool by_address = is_aggregate(callee.ret);
  size_t expected = callee.params.size() + (by_address ? 1 : 0);
  if (args_.size() != expected)
    return fmt::format("'{}' takes {} operands{}, not {}", callee.name.str(), expected,
                       by_address ? " (the first is where the result goes)" : "", args_.size());
  if (by_address && type(0) != kPtr) return want(kPtr, type(0), "the address of the result");
  for (size_t p = 0, n = by_address ? 1 : 0; n < args_.size(); ++p, ++n) {
    TypeId wanted = is_aggregate(callee.params[p]) ? kPtr : callee.params[p];
    if (type(n) != wanted) return want(wanted, type(n), fmt::format("operand {}", n + 1));
  }
  return want(by_address ? kVoid : callee.ret, i_.type, "the result");
}

std::string Rules::ret() const {
  if (f_.ret == kVoid) return args_.empty() ? "" : "the function returns void";
  if (args_.size() != 1) return fmt::format("it must return a value of type {}", text(f_.ret));
  if (!is_aggregate(f_.ret)) return want(f_.ret, type(0), "the value");
  return want(kPtr, type(0), "the address of the value");
}

}  // namespace

std::string broken_rule(const Module& m, const Function& f, const Inst& i) {
  return Rules(m, f, i).check();
}

}  // namespace ll
