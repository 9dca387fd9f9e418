// What the chosen processor can do; code asks for a feature, never for a model.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ll::x86 {

enum Feature : uint32_t { kAvx = 1, kFma = 2 };

class Features {
 public:
  constexpr explicit Features(uint32_t bits = 0) : bits_(bits) {}
  constexpr bool has(Feature f) const { return (bits_ & f) != 0; }

 private:
  uint32_t bits_;
};

// A row of target.def, or "native". Nothing for an unknown name.
std::optional<Features> find_features(std::string_view arch);
std::vector<std::string_view> arch_names();

// What the processor at hand and its operating system support (encode.cpp: xbyak asks cpuid).
Features native_features();

}  // namespace ll::x86
