// Which functions are kernels, and what follows for the others.
#pragma once
#include "ir/ir.h"
#include "lang/brilisp/program.h"
#include "support/diag.h"

namespace ll::lang {

// Marks as kernels what is defined or launched as one; in a program without `main` also the
// function `kernel`, else every void function that nobody calls and that reaches an operation of
// work-items. Then marks the other functions that reach one as device code and, in a program with
// `main`, everything but `main` and the kernels as internal. False after an error: a kernel that
// returns something, takes an aggregate, or is called.
bool choose_kernels(Module& m, const brilisp::Program& program, Diags& diags);

// For a program that shall run on a device and has no kernel so far: the void functions that
// nobody calls become kernels (language/cuda-lisp.md §5). True if there is one now.
bool infer_kernels(Module& m);

}  // namespace ll::lang
