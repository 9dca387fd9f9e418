// The description of a module's kernels that goes with their code to a device, and the place of
// each shared global in a kernel's workgroup memory.
#pragma once
#include <utility>
#include <vector>

#include "ir/ir.h"
#include "support/kernel_desc.h"

namespace ll {

struct SharedLayout {
  std::vector<std::pair<GlobalId, uint64_t>> offsets;  // in order of the globals' ids
  uint64_t bytes = 0;                                  // padded to kSharedAlign
};
// Workgroup memory and each object in it starts at a multiple of this, so that it can be accessed
// by vectors.
inline constexpr uint32_t kSharedAlign = 16;

// Of every shared global that the function, or what it calls, refers to.
SharedLayout shared_layout(const Module& m, const Function& f);

// One description per kernel with a body, in order of the module; `entry` is the link name. To be
// called while kernels have their own signatures, that is, before the pass `workgroup`.
std::vector<KernelDesc> describe_kernels(const Module& m);

}  // namespace ll
