// What a device must know about a compiled kernel. Made by the compiler, used by the runtime;
// neither needs the other's headers.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace ll {

enum class ParamKind : uint8_t { Int, Float, Pointer };

struct KernelParam {
  ParamKind kind;
  uint32_t size;  // bytes: 1, 2, 4 or 8; a bool is 1
  bool operator==(const KernelParam&) const = default;
};

struct KernelDesc {
  std::string name;   // as the program spells it, and as launches name it
  std::string entry;  // the symbol in the code
  std::vector<KernelParam> params;
  uint32_t shared_bytes = 0;   // static workgroup memory
  uint32_t context_bytes = 0;  // cpu only: per work-item memory that lives across barriers
};

// Every argument of a launch occupies one slot of 8 bytes, little endian, in declared order,
// whatever its size; what a kernel does not read of its slot is ignored.
inline constexpr uint32_t kArgSlot = 8;

struct Dim3 {
  uint32_t x = 1, y = 1, z = 1;
  uint64_t count() const { return uint64_t{x} * y * z; }
  bool operator==(const Dim3&) const = default;
};

}  // namespace ll
