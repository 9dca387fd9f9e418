#include "sexp/number.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace ll {
namespace {

using Result = std::variant<NotANumber, BadNumber, Sexp>;

constexpr BadNumber kTooLong{"a number may have at most 4096 characters"};
constexpr BadNumber kOutOfRange{"this float is beyond the range of a double"};

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// An unsigned run of digits: its value modulo 2^64, and whether it needs more bits.
struct Natural {
  uint64_t modulo = 0;
  bool overflow = false;
};

std::optional<Natural> parse_natural(std::string_view digits, unsigned base) {
  if (digits.empty()) return std::nullopt;
  Natural n;
  for (char c : digits) {
    auto d = static_cast<unsigned>(digit_value(c));
    if (d >= base) return std::nullopt;
    unsigned __int128 next = static_cast<unsigned __int128>(n.modulo) * base + d;
    n.overflow |= (next >> 64) != 0;
    n.modulo = static_cast<uint64_t>(next);
  }
  return n;
}

Sexp make_integer(Natural n, bool negative, std::string_view token, Span span) {
  constexpr uint64_t kMin = uint64_t{1} << 63;
  uint64_t modulo = negative ? 0 - n.modulo : n.modulo;
  bool fits = !n.overflow && (n.modulo < kMin || (negative && n.modulo == kMin));
  if (fits) return Sexp::integer(static_cast<int64_t>(modulo), span);
  return Sexp::big_integer(modulo, token, span);
}

double to_double(std::string_view decimal_digits) {
  double value = 0;
  std::from_chars(decimal_digits.data(), decimal_digits.data() + decimal_digits.size(), value);
  return value;
}

Result parse_fraction(std::string_view body, size_t slash, bool negative, std::string_view token,
                      Span span) {
  auto over = parse_natural(body.substr(0, slash), 10);
  auto under = parse_natural(body.substr(slash + 1), 10);
  if (!over || !under) return NotANumber{};
  if (under->modulo == 0 && !under->overflow) return BadNumber{"a fraction with denominator 0"};
  bool exact = !over->overflow && !under->overflow;
  if (exact && over->modulo % under->modulo == 0)
    return make_integer({over->modulo / under->modulo, false}, negative, token, span);
  double value = to_double(body.substr(0, slash)) / to_double(body.substr(slash + 1));
  if (!std::isfinite(value)) return kOutOfRange;
  return Sexp::real(negative ? -value : value, span);
}

// digits [. digits] [exponent], with at least one digit before the exponent.
Result parse_decimal(std::string_view body, bool negative, Span span) {
  size_t i = 0, mantissa_digits = 0;
  std::string canonical;
  for (; i < body.size() && is_digit(body[i]); ++i) ++mantissa_digits;
  if (i < body.size() && body[i] == '.')
    for (++i; i < body.size() && is_digit(body[i]); ++i) ++mantissa_digits;
  if (mantissa_digits == 0) return NotANumber{};
  canonical.assign(body.substr(0, i));
  if (i < body.size()) {
    if (std::string_view("eEdDsSfFlL").find(body[i]) == std::string_view::npos) return NotANumber{};
    canonical += 'e';
    ++i;
    if (i < body.size() && (body[i] == '-' || body[i] == '+')) canonical += body[i++];
    size_t exponent_from = i;
    while (i < body.size() && is_digit(body[i])) canonical += body[i++];
    if (i == exponent_from || i != body.size()) return NotANumber{};
    if (canonical[canonical.size() - (i - exponent_from) - 1] == '+')
      canonical.erase(canonical.size() - (i - exponent_from) - 1, 1);
  }
  double value = 0;
  auto [end, ec] = std::from_chars(canonical.data(), canonical.data() + canonical.size(), value);
  if (ec == std::errc::result_out_of_range) {
    // Also reported for values that round to zero: those are zero, not an error.
    value = std::strtod(canonical.c_str(), nullptr);
    if (!std::isfinite(value)) return kOutOfRange;
  } else if (ec != std::errc() || end != canonical.data() + canonical.size()) {
    return NotANumber{};
  }
  return Sexp::real(negative ? -value : value, span);
}

Result parse_plain(std::string_view token, Span span) {
  std::string_view body = token;
  bool negative = body.starts_with('-');
  if (negative || body.starts_with('+')) body.remove_prefix(1);
  if (body == "inf.0" && body.size() != token.size())
    return Sexp::real(negative ? -HUGE_VAL : HUGE_VAL, span);
  if (body == "nan.0" && body.size() != token.size())
    return Sexp::real(std::numeric_limits<double>::quiet_NaN(), span);
  if (body.empty() || !(is_digit(body[0]) || body[0] == '.')) return NotANumber{};
  if (token.size() > kMaxNumber) return kTooLong;
  if (auto n = parse_natural(body, 10)) return make_integer(*n, negative, token, span);
  if (size_t slash = body.find('/'); slash != std::string_view::npos)
    return parse_fraction(body, slash, negative, token, span);
  return parse_decimal(body, negative, span);
}

Result parse_based(std::string_view token, unsigned base, Span span) {
  std::string_view body = token.substr(2);
  bool negative = body.starts_with('-');
  if (negative || body.starts_with('+')) body.remove_prefix(1);
  if (token.size() > kMaxNumber) return kTooLong;
  if (auto n = parse_natural(body, base)) return make_integer(*n, negative, token, span);
  return BadNumber{"not a number in this base"};
}

// #e and #i change the kind of the number behind them.
Result parse_exactness(std::string_view token, bool exact, Span span) {
  Result r = parse_plain(token.substr(2), span);
  if (std::holds_alternative<NotANumber>(r)) return BadNumber{"no number after the prefix"};
  const Sexp* x = std::get_if<Sexp>(&r);
  if (!x) return r;
  if (!exact)
    return x->is_float() ? *x
                         : Sexp::real(x->is_big() ? to_double(token.substr(2))
                                                  : static_cast<double>(x->integer()),
                                      span);
  if (x->is_int()) return *x;
  // A whole float becomes an integer; a fraction stays the float it would become anyway.
  double whole = std::trunc(x->real());
  if (whole != x->real() || std::fabs(whole) >= 0x1p63) return *x;
  return Sexp::integer(static_cast<int64_t>(whole), span);
}

}  // namespace

Result parse_number(std::string_view token, Span span) {
  if (token.size() < 2 || token[0] != '#') return parse_plain(token, span);
  switch (token[1] | 0x20) {
    case 'x':
      return parse_based(token, 16, span);
    case 'b':
      return parse_based(token, 2, span);
    case 'o':
      return parse_based(token, 8, span);
    case 'd':
      return parse_based(token, 10, span);
    case 'e':
      return parse_exactness(token, true, span);
    case 'i':
      return parse_exactness(token, false, span);
    default:
      return NotANumber{};
  }
}

}  // namespace ll
