// Typed 32-bit indices into tables. IR objects refer to each other by id, never by pointer,
// so tables may grow and be copied freely, and an id prints the same in memory and in text.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>

namespace ll {

template <class Tag>
struct Id {
  static constexpr uint32_t kNone = 0xffffffffu;
  uint32_t index = kNone;

  constexpr Id() = default;
  constexpr explicit Id(uint32_t i) : index(i) {}
  constexpr bool valid() const { return index != kNone; }
  constexpr explicit operator bool() const { return valid(); }
  constexpr auto operator<=>(const Id&) const = default;
};

}  // namespace ll

template <class Tag>
struct std::hash<ll::Id<Tag>> {
  size_t operator()(ll::Id<Tag> id) const noexcept { return id.index * 0x9e3779b97f4a7c15ull; }
};
