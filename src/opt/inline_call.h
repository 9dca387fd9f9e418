// Replaces calls by the bodies of what they call. Which calls is the caller's choice; the passes
// `inline` and `inline_all` share this.
#pragma once
#include <functional>

#include "ir/ir.h"

namespace ll {

// Asked once for each call of `f` to a function with a body other than `f` itself.
using InlineChoice = std::function<bool(ValueId call, FuncId callee)>;

// Inlines the chosen calls of `f`; calls inside the inserted bodies are not asked about, so work
// bottom-up over the call graph to flatten it. True when anything changed. Linear in the size of
// `f` plus all that is inserted.
bool inline_calls(Module& m, Function& f, const InlineChoice& choose);

}  // namespace ll
