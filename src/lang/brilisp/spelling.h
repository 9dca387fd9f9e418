// "did you mean …": the known name nearest to a misspelt one.
#pragma once
#include <span>

#include "support/diag.h"
#include "support/symbol.h"

namespace ll::brilisp {

// The name within a third of the length in edit distance; the empty symbol when none is.
Symbol nearest_name(Symbol wrong, std::span<const Symbol> known);
// Adds "did you mean 'x'?" to a diagnostic where there is such a name.
void suggest_spelling(Diag& diag, Symbol wrong, std::span<const Symbol> known);

}  // namespace ll::brilisp
