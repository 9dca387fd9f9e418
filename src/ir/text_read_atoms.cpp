// Types and literals of the IR's text form.
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include "ir/text_read.h"

namespace ll {
namespace {

struct NamedType {
  Symbol name;
  TypeId type;
};

TypeId find_scalar(Symbol name) {
  static const NamedType kNames[] = {{Symbol("void"), kVoid},     {Symbol("bool"), kBool},
                                     {Symbol("int8"), kInt8},     {Symbol("int16"), kInt16},
                                     {Symbol("int"), kInt32},     {Symbol("int32"), kInt32},
                                     {Symbol("int64"), kInt64},   {Symbol("float"), kFloat},
                                     {Symbol("double"), kDouble}, {Symbol("ptr"), kPtr}};
  for (const NamedType& t : kNames)
    if (t.name == name) return t.type;
  return TypeId();
}

// All 64 bits of an integer; nothing when it needs more. A big one comes as it was spelt.
std::optional<uint64_t> word(const Sexp& x) {
  if (!x.is_big()) return static_cast<uint64_t>(x.integer());
  std::string_view digits = x.digits();
  int base = 10;
  if (digits.size() > 2 && digits[0] == '#') {
    base = digits[1] == 'x' ? 16 : digits[1] == 'o' ? 8 : digits[1] == 'b' ? 2 : 10;
    digits.remove_prefix(2);
  }
  if (digits.starts_with('+')) digits.remove_prefix(1);
  uint64_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

bool is_pair(const Sexp& x, std::string_view word) {
  return x.size() == 2 && x.head().str() == word;
}

Symbol TextReader::name(const Sexp& x, std::string_view what) {
  if (x.is_symbol() && !x.symbol().empty()) return x.symbol();
  malformed(x.span(), fmt::format("expected {}", what));
  return Symbol();
}

std::optional<int64_t> TextReader::integer(const Sexp& x, int64_t least, int64_t most,
                                           std::string_view what) {
  if (!x.is_int()) {
    malformed(x.span(), fmt::format("expected {} (an integer)", what));
    return std::nullopt;
  }
  if (x.is_big() || x.integer() < least || x.integer() > most) {
    out_of_range(x.span(), fmt::format("{} must lie between {} and {}", what, least, most));
    return std::nullopt;
  }
  return x.integer();
}

std::optional<int64_t> TextReader::attribute(const Sexp& x, int64_t least, int64_t most) {
  std::string_view word = x.head().str();
  if (x.size() == 2) return integer(x[1], least, most, fmt::format("the number of '{}'", word));
  malformed(x.span(), fmt::format("'{}' takes one number", word));
  return std::nullopt;
}

std::optional<uint16_t> TextReader::align_log2(const Sexp& x) {
  auto bytes = attribute(x, 1, int64_t{1} << kMaxAlignLog2);
  if (!bytes) return std::nullopt;
  if (std::has_single_bit(static_cast<uint64_t>(*bytes)))
    return static_cast<uint16_t>(std::countr_zero(static_cast<uint64_t>(*bytes)));
  out_of_range(x.span(), "an alignment is a power of two");
  return std::nullopt;
}

TypeId TextReader::type(const Sexp& x) {
  if (x.is_symbol()) {
    TypeId t = find_scalar(x.symbol());
    if (!t.valid()) unknown(x.span(), fmt::format("there is no type '{}'", x.symbol().str()));
    return t;
  }
  std::string_view head = x.head().str();
  if (head == "arr") return array_type(x);
  if (head == "struct") return struct_type(x);
  if (head == "ptr") return pointer_type(x);
  malformed(x.span(), "expected a type");
  return TypeId();
}

TypeId TextReader::array_type(const Sexp& x) {
  if (x.size() != 3) {
    malformed(x.span(), "an array type is written (arr COUNT TYPE)");
    return TypeId();
  }
  auto count = integer(x[1], 0, std::numeric_limits<int64_t>::max(), "the count of an array");
  TypeId element = object_type(x[2]);
  if (!count || !element.valid()) return TypeId();
  if (auto t = module.types.array(static_cast<uint64_t>(*count), element)) return *t;
  out_of_range(x.span(), fmt::format("an array of {} elements of {} bytes is too large", *count,
                                     module.types.size(element)));
  return TypeId();
}

TypeId TextReader::struct_type(const Sexp& x) {
  if (x.size() != 2 || !x[1].is_symbol()) {
    malformed(x.span(), "a struct type is written (struct NAME)");
    return TypeId();
  }
  if (auto t = module.types.find_struct(x[1].symbol())) return *t;
  unknown(x.span(), fmt::format("there is no struct '{}'", x[1].symbol().str()));
  return TypeId();
}

TypeId TextReader::pointer_type(const Sexp& x) {
  if (x.size() != 2 || x[1].head().str() != "addrspace") {
    malformed(x.span(), "a pointer type is written ptr or (ptr (addrspace N))")
        .suggest("pointers of the IR are opaque: loads and stores name the type in memory");
    return TypeId();
  }
  auto space = attribute(x[1], 0, kSpaceCount - 1);
  if (!space) return TypeId();
  TypeId t = ptr_type(static_cast<Space>(*space));
  if (module.types.contains(t)) return t;
  out_of_range(x.span(), fmt::format("there is no address space {}", *space));
  return TypeId();
}

TypeId TextReader::scalar_type(const Sexp& x) {
  TypeId t = type(x);
  if (!t.valid() || is_scalar(t)) return t;
  malformed(x.span(), fmt::format("a value cannot be of type {}", module.types.str(t)))
      .suggest(t == kVoid ? "" : "aggregates live in memory: use a slot and its address");
  return TypeId();
}

TypeId TextReader::object_type(const Sexp& x) {
  TypeId t = type(x);
  if (!t.valid()) return t;
  if (t != kVoid && module.types.is_complete(t)) return t;
  malformed(x.span(), t == kVoid ? std::string("no object is of type void")
                                 : fmt::format("{} has no known size here: its fields are not "
                                               "defined, or it would contain itself",
                                               module.types.str(t)));
  return TypeId();
}

std::optional<int64_t> TextReader::literal(TypeId type, const Sexp& x) {
  if (is_float(type)) return float_literal(type, x);
  if (type == kBool) {
    if (x.is_bool()) return x.boolean();
    malformed(x.span(), "a constant of type bool is #t or #f");
    return std::nullopt;
  }
  if (!x.is_int()) {
    malformed(x.span(), fmt::format("a constant of type {} is an integer", module.types.str(type)));
    return std::nullopt;
  }
  // Both readings of the bits are accepted: (int8 255) is (int8 -1).
  auto bits = word(x);
  unsigned width = bit_width(type);
  bool fits = bits.has_value();
  if (fits && width < 64) {
    int64_t least = -(int64_t{1} << (width - 1)), most = (int64_t{1} << width) - 1;
    fits = !x.is_big() && x.integer() >= least && x.integer() <= most;
  }
  if (!fits) {
    out_of_range(x.span(), fmt::format("the number does not fit type {}", module.types.str(type)));
    return std::nullopt;
  }
  return normalize_bits(type, static_cast<int64_t>(*bits));
}

std::optional<int64_t> TextReader::float_literal(TypeId type, const Sexp& x) {
  if (is_pair(x, "bits") && x[1].is_int()) {
    auto bits = word(x[1]);
    if (bits && (type == kDouble || *bits <= 0xffffffffu)) return static_cast<int64_t>(*bits);
    out_of_range(x.span(), fmt::format("the bits do not fit type {}", module.types.str(type)));
    return std::nullopt;
  }
  double value = 0;
  if (x.is_float()) {
    value = x.real();
  } else if (x.is_symbol() && x.symbol().str() == "+inf.0") {
    value = std::numeric_limits<double>::infinity();
  } else if (x.is_symbol() && x.symbol().str() == "-inf.0") {
    value = -std::numeric_limits<double>::infinity();
  } else {
    malformed(x.span(), fmt::format("a constant of type {} is written with a decimal point or as "
                                    "(bits N)",
                                    module.types.str(type)));
    return std::nullopt;
  }
  if (type == kDouble) return std::bit_cast<int64_t>(value);
  // Checked before converting, as the conversion of what is out of range is undefined in C++.
  constexpr double kHalfPastLargest = 0x1.ffffffp127;
  if (std::isfinite(value) && std::fabs(value) >= kHalfPastLargest) {
    out_of_range(x.span(), "the number is too large for type float");
    return std::nullopt;
  }
  return std::bit_cast<uint32_t>(static_cast<float>(value));
}

}  // namespace ll
