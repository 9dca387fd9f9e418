// Host code and kernels each use only what they have.
#pragma once
#include "ir/ir.h"
#include "support/diag.h"

namespace ll::lang {

// Reports, with the chain of calls that leads there: C functions and device forms reached from a
// kernel; work-item operations and workgroup memory reached from host code; host code that reads
// or writes device memory. In a program without kernels and device forms all address spaces are
// the one memory of the host, and globals in them are moved there. False after an error.
bool check_places(Module& m, bool uses_device_forms, Diags& diags);

}  // namespace ll::lang
