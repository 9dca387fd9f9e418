// What a target can do, as plain data passed into the optimiser; filled from each emitter's
// target.def.
#pragma once
#include <cstdint>

namespace ll {

enum class TargetKind : uint8_t { X86, Ptx, Spirv };

struct Target {
  TargetKind kind;
  bool has_generic_pointers;  // else every access must have a known address space
  bool has_calls;             // else everything is inlined into the kernels
};

}  // namespace ll
