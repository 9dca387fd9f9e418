// The items of a program outside of function bodies. Internal to this folder; lower.cpp calls
// these in order, declare_prelude serves calls.
#pragma once
#include "lang/brilisp/program.h"

namespace ll::brilisp {

// Each reports what is wrong and goes on; false when something was.
bool declare_structs(Program& program, Diags& diags);
bool declare_strings(Program& program, Diags& diags);
bool declare_globals(Program& program, Diags& diags);
bool declare_functions(Program& program, Diags& diags);

// A function of the host prelude that the program calls without declaring it; null if there is
// none of that name.
FunctionEntry* declare_prelude(Program& program, Symbol name, Diags& diags);

}  // namespace ll::brilisp
