// From a program as read, in any language, to one IR module (language/host.md §1).
//
//   (module FORM…)   gather.cpp   forms and included files, in order
//   cuda-lisp        -> c-lisp -> brilisp, form by form, knowing the signatures of all forms
//   brilisp          -> IR, all forms together
//   kernels.cpp      which functions are kernels and which device code
//   check.cpp        host and device code use only what they have
#pragma once
#include <memory>
#include <string>

#include "ir/ir.h"
#include "sexp/sexp.h"
#include "support/arena.h"
#include "support/diag.h"

namespace ll::lang {

// `path` is where the program stands, for the includes in it. Null after an error. The module is
// not verified yet. `arena` must outlive the call alone.
std::unique_ptr<Module> load(const Sexp& program, const std::string& path, Arena& arena,
                             Diags& diags);

}  // namespace ll::lang
