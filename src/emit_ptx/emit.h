// PTX: text in one pass over optimised IR, virtual registers by type, templates from insts.def.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ir/target.h"
#include "ir/verify.h"
#include "support/diag.h"
#include "support/kernel_desc.h"

namespace ll::ptx {

extern const Target kTarget;

struct Options {
  std::string arch = "sm_75";  // a row of target.def
};

struct Assembly {
  std::string text;
  std::vector<KernelDesc> kernels;
};

// Code for every kernel of the module and what it calls. Nothing after a diagnostic.
std::optional<Assembly> emit(const Verified& program, const Options& options, Diags& diags);

}  // namespace ll::ptx
