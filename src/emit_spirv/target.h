// The rows of target.def.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace ll::spirv {

struct TargetRow {
  std::string_view name;
  uint32_t version;
  bool narrow, nan, fma, pin;
  std::string_view env;
};

std::span<const TargetRow> target_rows();
const TargetRow* find_target(std::string_view name);  // null when there is none

}  // namespace ll::spirv
