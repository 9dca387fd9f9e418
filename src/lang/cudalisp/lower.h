// cuda-lisp: a thin layer over C-Lisp for kernels, defined by a rewriting
// (docs/language/cuda-lisp.md).
//
// `(cuda-lisp item …)` becomes `(c-lisp item …)`: a `define-shared` becomes a global in workgroup
// memory, and inside `define-kernel` bodies the forms of forms.def become calls of intrinsics,
// which are declared just before the first kernel that uses them. Kernels stay `define-kernel`
// items, so that the levels below know the entry points.
#pragma once
#include <optional>

#include "sexp/sexp.h"

namespace ll::cudalisp {

// The `(c-lisp …)` form that `form` stands for; its nodes live in `arena` and carry the spans of
// the source forms they come from. Nothing after an error, which is in `diags`.
std::optional<Sexp> lower(const Sexp& form, Arena& arena, Diags& diags);

}  // namespace ll::cudalisp
