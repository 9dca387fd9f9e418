// x86-64: selection of machine instructions over virtual registers, register allocation on live
// intervals, System V frames, encoding through xbyak into a code object (object.h).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "emit_x86/object.h"
#include "ir/target.h"
#include "ir/verify.h"
#include "support/diag.h"
#include "support/kernel_desc.h"

namespace ll::x86 {

extern const Target kTarget;

enum class Allocator : uint8_t { LiveIntervals, SpillAll };

struct Options {
  std::string arch = "native";  // a row of target.def
  Allocator allocator = Allocator::LiveIntervals;
  bool optimise = true;           // false: the fast path of -O0
  bool print_asm = false;         // fill CodeObject::listing
  bool check_allocation = false;  // prove the allocator's result (slow)
};

// Every function of the module that has a body, and every global. Kernels must have been lowered
// to workgroup functions (kCpuKernel): int k(args, launch, shared, context), see runtime/cpu.
std::optional<CodeObject> emit(const Verified& program, const Options& options, Diags& diags);

}  // namespace ll::x86
