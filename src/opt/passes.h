// The passes, declared from passes.def. Each is a free function in a file of its own name, which
// says there what the pass needs, keeps and costs. Function passes are called only for functions
// with a body; a pass leaves the function verifiable and returns whether it changed anything.
#pragma once
#include "opt/analyses.h"

namespace ll::opt {

#define PASS(name, kind, keeps, why) bool name(kind&, Analyses&);
#include "opt/passes.def"
#undef PASS

}  // namespace ll::opt
