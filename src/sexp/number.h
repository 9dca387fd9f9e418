// Number tokens (docs/language/sexp.md, "Numbers").
#pragma once
#include <string_view>
#include <variant>

#include "sexp/sexp.h"

namespace ll {

struct NotANumber {};  // the token is a symbol
struct BadNumber {
  std::string_view why;
};

// What a token denotes. `token` has no delimiter in it.
std::variant<NotANumber, BadNumber, Sexp> parse_number(std::string_view token, Span span);

}  // namespace ll
