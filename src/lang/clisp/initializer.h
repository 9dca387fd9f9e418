// Initialisers of globals (docs/language/c-lisp.md).
#pragma once
#include <optional>

#include "lang/clisp/environment.h"

namespace ll::clisp {

// Checks `(const literal)`, `(ptr-to earlier-global)` or `(addrspace N)` against the global's
// type. The address space that it puts the global in; nothing after an error.
std::optional<Space> check_initializer(const Sexp& init, SourceType type, Environment& environment,
                                       SourceTypes& types, Diags& diags);

}  // namespace ll::clisp
