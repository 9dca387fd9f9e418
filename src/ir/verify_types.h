// Internal to verify*.cpp: the rules that concern one instruction and its operands alone.
#pragma once
#include <string>

#include "ir/ir.h"

namespace ll {

// What is wrong with the types, operands or immediate of `i`; empty when nothing is. Operands and
// slices have been checked to exist. Edges, dominance and places are the caller's business.
std::string broken_rule(const Module& m, const Function& f, const Inst& i);

}  // namespace ll
