// The text form of the IR (docs/ir.md): a `(brilisp (ir-version "1.0") …)` form. What is printed
// reads back to the same module; printing is deterministic.
#pragma once
#include <memory>
#include <string>

#include "ir/ir.h"
#include "sexp/sexp.h"

namespace ll {

// Whether a datum is IR text rather than a BriLisp program: its second item is (ir-version …).
bool is_ir_text(const Sexp& program);

// Null after an error. The result is well formed as text but not yet verified.
std::unique_ptr<Module> read_module(const Sexp& program, Diags& diags);

std::string print_module(const Module& m);
std::string print_function(const Module& m, const Function& f);  // the (define …) form alone
std::string print_inst(const Module& m, const Function& f, ValueId v);  // for messages

}  // namespace ll
