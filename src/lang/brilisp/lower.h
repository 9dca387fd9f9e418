// BriLisp to IR (language/brilisp.md). A module may hold several forms that share one name
// space: every form is declared first, then all bodies are lowered, so the order of items and
// forms does not matter.
//
//   Program program(module, diags.sources());
//   bool ok = declare(form, program, diags);       // for each form
//   ok = lower_bodies(program, diags) && ok;       // once
//
// After an error the module is unusable; lowering goes on to find further errors.
#pragma once
#include "lang/brilisp/program.h"
#include "sexp/sexp.h"
#include "support/diag.h"

namespace ll::brilisp {

// Collects the items of a (brilisp item …) form. The form must outlive the program.
bool declare(const Sexp& form, Program& program, Diags& diags);
// Structs, strings, globals and prototypes of all forms, then every function body.
bool lower_bodies(Program& program, Diags& diags);

}  // namespace ll::brilisp
