// C-Lisp: typed expressions, block scopes, structured control flow (docs/language/c-lisp.md).
//
// `(c-lisp definition …)` becomes a `(brilisp …)` form: expressions are flattened into
// instructions over named variables, scopes into distinct names, statements into labels and
// jumps. Everything is type-checked here, so that errors speak of the program as it is written.
//
//   signatures.collect(form);  signatures.declare_structs(types);    // for all forms of a module
//   Context context{types, signatures, arena};
//   std::optional<Sexp> brilisp = lower(form, context, diags);       // for each C-Lisp form
//
// Inside a form, names are visible from their definition on; names of other forms always are.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "lang/brilisp/signatures.h"
#include "lang/brilisp/type.h"
#include "sexp/sexp.h"

namespace ll::clisp {

// What the forms of one module share.
struct Context {
  brilisp::SourceTypes& types;                           // holds the structs of all forms
  const brilisp::Signatures& signatures;                 // of all forms
  Arena& arena;                                          // of the lowered forms
  std::unordered_map<std::string, Symbol> strings = {};  // literals that have a name already
};

// The `(brilisp …)` form that `form` stands for; its nodes live in the context's arena and carry
// the spans of the source forms they come from. Nothing after an error, which is in `diags`.
std::optional<Sexp> lower(const Sexp& form, Context& context, Diags& diags);

}  // namespace ll::clisp
