// Interned names. Equal text means equal id, so symbols compare and hash as integers.
// The table is process wide and safe to use from several threads.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <string_view>

namespace ll {

class Symbol {
 public:
  constexpr Symbol() = default;
  explicit Symbol(std::string_view text);  // interns
  static constexpr Symbol from_id(uint32_t id) {
    Symbol s;
    s.id_ = id;
    return s;
  }

  std::string_view str() const;  // lives as long as the process
  constexpr uint32_t id() const { return id_; }
  constexpr bool empty() const { return id_ == 0; }  // id 0 is the empty text
  constexpr explicit operator bool() const { return id_ != 0; }
  constexpr auto operator<=>(const Symbol&) const = default;

 private:
  uint32_t id_ = 0;
};

}  // namespace ll

template <>
struct std::hash<ll::Symbol> {
  size_t operator()(ll::Symbol s) const noexcept { return s.id() * 0x9e3779b97f4a7c15ull; }
};
