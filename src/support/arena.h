// A bump allocator. Memory lives until the arena does; destructors are not run, so only
// trivially destructible objects go in.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ll {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  void* allocate(size_t size, size_t align) {
    size_t at = (cursor_ + align - 1) & ~(align - 1);
    if (at + size > limit_) {
      grow(size + align);
      at = (cursor_ + align - 1) & ~(align - 1);
    }
    cursor_ = at + size;
    return reinterpret_cast<void*>(at);
  }

  template <class T>
  std::span<T> copy(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (items.empty()) return {};
    T* to = static_cast<T*>(allocate(items.size_bytes(), alignof(T)));
    std::memcpy(static_cast<void*>(to), items.data(), items.size_bytes());
    return {to, items.size()};
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* to = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

 private:
  static constexpr size_t kFirstBlock = 16 << 10, kLargestBlock = 4 << 20;

  void grow(size_t at_least) {
    size_t size = next_ > at_least ? next_ : at_least;
    if (next_ < kLargestBlock) next_ *= 2;
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
    cursor_ = reinterpret_cast<size_t>(blocks_.back().get());
    limit_ = cursor_ + size;
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  size_t cursor_ = 0, limit_ = 0, next_ = kFirstBlock;
};

}  // namespace ll
