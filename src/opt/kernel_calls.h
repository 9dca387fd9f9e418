// Walks over the calls of a module, and the flattening of kernels.
#pragma once
#include <vector>

#include "ir/ir.h"
#include "support/diag.h"

namespace ll {

// By FuncId: the given functions and all they call, directly or not.
std::vector<bool> reachable_functions(const Module& m, const std::vector<FuncId>& roots);

// Inlines into the kernels, bottom-up, every function for which `wanted` (by FuncId) holds.
// Recursion among them is reported (E0730). True when nothing was reported.
bool flatten_kernels(Module& m, const std::vector<bool>& wanted, Diags& diags);

}  // namespace ll
