// The module's variables as PTX text. Used by emit.cpp only.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ir/ir.h"
#include "support/diag.h"

namespace ll::ptx {

// Symbols of all globals, by id; different from each other and from those of functions.
std::vector<std::string> global_symbols(const Module& m);

// The symbol of a kernel.
std::string kernel_symbol(const Function& f);

// Appends the definitions of all globals that kernels refer to, directly or through the initial
// bytes of others. False after a diagnostic.
bool emit_globals(const Module& m, const std::vector<std::string>& symbols, Diags& diags,
                  std::string& out);

}  // namespace ll::ptx
