#include "lang/clisp/initializer.h"

#include <fmt/format.h>

#include "lang/brilisp/spelling.h"

namespace ll::clisp {
namespace {

class InitializerCheck {
 public:
  InitializerCheck(SourceTypes& types, Diags& diags) : types_(types), diags_(diags) {}

  bool fits(const Sexp& literal, SourceType t) {
    if (literal.is_symbol(kNull)) return true;
    if (types_.is_aggregate(t)) return list_fits(literal, t);
    bool ok = false;
    if (SourceTypes::is_int(t)) ok = literal.is_int();
    else if (SourceTypes::is_float(t)) ok = literal.is_int() || literal.is_float();
    else if (t == SourceTypes::kBool) ok = is_bool(literal);
    if (ok) return true;
    Diag& d =
        diags_.error(Code::E0441, literal.span(),
                     fmt::format("{} is no constant of type {}", print(literal), types_.str(t)));
    if (types_.is_pointer(t)) d.suggest("a pointer can be initialised with (ptr-to global)");
    return false;
  }

 private:
  static inline const Symbol kNull{"null"}, kTrue{"true"}, kFalse{"false"};

  static bool is_bool(const Sexp& x) {
    return x.is_bool() || x.is_symbol(kTrue) || x.is_symbol(kFalse) ||
           (x.is_int() && !x.is_big() && (x.integer() == 0 || x.integer() == 1));
  }

  bool list_fits(const Sexp& literal, SourceType t) {
    uint64_t count = types_.is_array(t) ? types_.count(t) : types_.fields(t).size();
    if (!literal.is_list() || literal.size() != count) {
      diags_.error(
          Code::E0441, literal.span(),
          fmt::format("{} needs a list of {} constant{}, found {}", types_.str(t), count,
                      count == 1 ? "" : "s",
                      literal.is_list() ? fmt::format("{}", literal.size()) : print(literal)));
      return false;
    }
    for (uint32_t i = 0; i < count; ++i) {
      SourceType part = types_.is_array(t) ? types_.element(t) : types_.fields(t)[i];
      if (!part || !fits(literal[i], part)) return false;
    }
    return true;
  }

  SourceTypes& types_;
  Diags& diags_;
};

bool check_address(const Sexp& init, SourceType type, Environment& environment, SourceTypes& types,
                   Diags& diags) {
  Symbol name = init[1].symbol();
  const GlobalVariable* target = environment.global(name);
  if (!target) {
    Diag& d =
        diags.error(Code::E0405, init[1].span(),
                    fmt::format("ptr-to must refer to an earlier global, not '{}'", name.str()));
    if (std::optional<Span> later = environment.globals.later(name))
      d.note(*later, "it is defined here");
    else brilisp::suggest_spelling(d, name, environment.globals.names());
    return false;
  }
  if (!target->type) return false;
  SourceType address = types.pointer(target->type, target->space);
  if (address == type) return true;
  diags
      .error(Code::E0441, init.span(),
             fmt::format("the address of '{}' is {}, the global is {}", name.str(),
                         types.str(address), types.str(type)))
      .note(target->span, "the global is defined here");
  return false;
}

}  // namespace

std::optional<Space> check_initializer(const Sexp& init, SourceType type, Environment& environment,
                                       SourceTypes& types, Diags& diags) {
  static const Symbol kConst{"const"}, kPtrTo{"ptr-to"}, kAddrspace{"addrspace"};
  if (init.head() == kConst && init.size() == 2) {
    if (!InitializerCheck(types, diags).fits(init[1], type)) return std::nullopt;
    return Space::Generic;
  }
  if (init.head() == kPtrTo && init.size() == 2 && init[1].is_symbol()) {
    if (!check_address(init, type, environment, types, diags)) return std::nullopt;
    return Space::Generic;
  }
  if (init.head() == kAddrspace) return brilisp::parse_space(init, diags);
  diags.error(Code::E0404, init.span(),
              "a global's initialiser must be (const …), (ptr-to global) or (addrspace N)");
  return std::nullopt;
}

}  // namespace ll::clisp
