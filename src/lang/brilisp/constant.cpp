#include "lang/brilisp/constant.h"

#include <fmt/format.h>

#include <bit>
#include <cstdlib>

namespace ll::brilisp {
namespace {

struct ConstantWords {
  Symbol null{"null"}, undef{"undef"}, true_{"true"}, false_{"false"};
};
const ConstantWords& constant_words() {
  static const ConstantWords w;
  return w;
}

std::nullopt_t misfit(const SourceTypes& types, SourceType t, const Sexp& literal,
                      std::string_view expected, Diags& diags) {
  diags
      .error(Code::E0317, literal.span(),
             fmt::format("'{}' is not a constant of type {}", print(literal), types.str(t)))
      .note({}, fmt::format("expected {}", expected));
  return std::nullopt;
}

std::optional<int64_t> bool_bits(const SourceTypes& types, const Sexp& x, Diags& diags) {
  if (x.is_bool()) return x.boolean();
  if (x.is_symbol(constant_words().true_)) return 1;
  if (x.is_symbol(constant_words().false_)) return 0;
  if (x.is_int() && !x.is_big() && (x.integer() == 0 || x.integer() == 1)) return x.integer();
  return misfit(types, SourceTypes::kBool, x, "#t, #f, true, false, 0 or 1", diags);
}

// Rounds once, straight to the wanted type, whatever the literal looks like.
template <class Real>
Real rounded(const Sexp& x) {
  if (x.is_float()) return static_cast<Real>(x.real());
  if (!x.is_big()) return static_cast<Real>(x.integer());
  std::string digits(x.digits());
  if constexpr (std::is_same_v<Real, float>) return std::strtof(digits.c_str(), nullptr);
  else return std::strtod(digits.c_str(), nullptr);
}

}  // namespace

bool is_undefined(const SourceTypes& types, SourceType t, const Sexp& literal) {
  return literal.is_symbol(constant_words().null) ||
         (literal.is_symbol(constant_words().undef) && types.is_int_or_bool(t));
}

std::optional<int64_t> constant_bits(const SourceTypes& types, SourceType t, const Sexp& x,
                                     Diags& diags) {
  if (t == SourceTypes::kBool) return bool_bits(types, x, diags);
  if (types.is_int(t)) {
    if (x.is_int()) return normalize_bits(TypeId(t.index), x.integer());
    return misfit(types, t, x, "an integer literal", diags);
  }
  if (types.is_float(t)) {
    if (!x.is_int() && !x.is_float()) return misfit(types, t, x, "a number", diags);
    if (t == SourceTypes::kFloat) return std::bit_cast<uint32_t>(rounded<float>(x));
    return std::bit_cast<int64_t>(rounded<double>(x));
  }
  return misfit(types, t, x, "null: an address is made with inttoptr, ptr-to or string-ref", diags);
}

bool encode_constant(Program& program, SourceType t, const Sexp& x, std::span<uint8_t> at,
                     Diags& diags) {
  SourceTypes& types = program.types;
  if (is_undefined(types, t, x)) return true;
  if (!types.is_aggregate(t)) {
    std::optional<int64_t> bits = constant_bits(types, t, x, diags);
    for (size_t i = 0; bits && i < at.size(); ++i) at[i] = static_cast<uint8_t>(*bits >> (8 * i));
    return bits.has_value();
  }
  bool is_array = types.is_array(t);
  uint64_t count = is_array ? types.count(t) : types.fields(t).size();
  if (!x.is_list() || x.size() != count) {
    misfit(types, t, x,
           fmt::format("a list of {} literal{}{}", count, count == 1 ? "" : "s",
                       x.is_list() ? fmt::format(", not of {}", x.size()) : ""),
           diags);
    return false;
  }
  const Types& layout = program.module.types;
  TypeId whole = program.ir(t);
  bool ok = true;
  for (uint32_t i = 0; i < count; ++i) {
    SourceType part = is_array ? types.element(t) : types.fields(t)[i];
    uint64_t size = layout.size(program.ir(part));
    uint64_t offset = is_array ? i * size : layout.field_offset(whole, i);
    ok = encode_constant(program, part, x[i], at.subspan(offset, size), diags) && ok;
  }
  return ok;
}

}  // namespace ll::brilisp
