// SPIR-V for Vulkan compute: structured control flow from any reducible graph, device pointers as
// physical storage-buffer addresses, workgroup memory as variables, words in per-section buffers.
//
// Binding to the outside: every kernel is an entry point under its own name, LocalSize comes from
// specialisation constants 0, 1, 2, and the arguments are read from push constants, one 8-byte
// slot per parameter (kernel_desc.h).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/target.h"
#include "ir/verify.h"
#include "support/diag.h"
#include "support/kernel_desc.h"

namespace ll::spirv {

extern const Target kTarget;

struct Options {
  std::string arch = "vulkan1.2";  // a row of target.def
};

struct Binary {
  std::vector<uint32_t> words;
  std::vector<KernelDesc> kernels;
};

// Code for every kernel of the module. Nothing after a diagnostic.
std::optional<Binary> emit(const Verified& program, const Options& options, Diags& diags);

}  // namespace ll::spirv
