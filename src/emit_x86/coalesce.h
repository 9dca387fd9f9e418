#pragma once
#include "emit_x86/live.h"

namespace ll::x86 {

// Renames registers in place; true when it did, and `live` must be built anew.
bool coalesce(MFunction& f, Liveness& live);

}  // namespace ll::x86
