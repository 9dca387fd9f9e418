// The architectures of target.def.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace ll::ptx {

struct Arch {
  std::string_view name;
  uint16_t ptx;  // oldest version, times ten
};
std::span<const Arch> archs();
const Arch* find_arch(std::string_view name);  // null when there is none

}  // namespace ll::ptx
