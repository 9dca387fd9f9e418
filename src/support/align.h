// Alignment arithmetic.
#pragma once
#include <cstdint>

namespace ll {

// The smallest multiple of `align` that is at least n.
constexpr uint64_t round_up(uint64_t n, uint64_t align) { return (n + align - 1) / align * align; }

}  // namespace ll
