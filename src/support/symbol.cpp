#include "support/symbol.h"

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "support/arena.h"
#include "support/check.h"

namespace ll {
namespace {

// Open addressing over the texts; ids index chunks that never move, so str() needs no lock.
class SymbolTable {
 public:
  SymbolTable() : slots_(1 << 12, 0) { (void)add(""); }

  uint32_t intern(std::string_view text) {
    if (text.empty()) return 0;
    std::lock_guard lock(mutex_);
    uint64_t mask = slots_.size() - 1;
    for (uint64_t at = hash(text) & mask;; at = (at + 1) & mask) {
      uint32_t id = slots_[at];
      if (id == 0) {
        id = add(text);
        slots_[at] = id;
        if (count_ * 2 > slots_.size()) rehash();
        return id;
      }
      if (str(id) == text) return id;
    }
  }

  std::string_view str(uint32_t id) const {
    return chunks_[id >> kChunkBits].load(std::memory_order_acquire)[id & kChunkMask];
  }

 private:
  static constexpr unsigned kChunkBits = 12, kChunkMask = (1 << kChunkBits) - 1;
  static constexpr size_t kMaxChunks = 1 << 16;

  // FNV-1a over eight bytes at a time; symbols are short, long ones must not be quadratic.
  static uint64_t hash(std::string_view s) {
    uint64_t h = 0xcbf29ce484222325ull ^ s.size();
    size_t i = 0;
    for (; i + 8 <= s.size(); i += 8) {
      uint64_t w;
      std::memcpy(&w, s.data() + i, 8);
      h = (h ^ w) * 0x9fb21c651e98df25ull;
      h ^= h >> 32;
    }
    uint64_t w = 0;
    std::memcpy(&w, s.data() + i, s.size() - i);
    h = (h ^ w) * 0x9fb21c651e98df25ull;
    return h ^ (h >> 29);
  }

  uint32_t add(std::string_view text) {
    uint32_t id = count_++;
    LL_CHECK((id >> kChunkBits) < kMaxChunks, "too many distinct symbols");
    if ((id & kChunkMask) == 0) {
      owned_.push_back(std::make_unique<std::string_view[]>(1 << kChunkBits));
      chunks_[id >> kChunkBits].store(owned_.back().get(), std::memory_order_release);
    }
    chunks_[id >> kChunkBits].load(std::memory_order_relaxed)[id & kChunkMask] = arena_.copy(text);
    return id;
  }

  void rehash() {
    std::vector<uint32_t> bigger(slots_.size() * 2, 0);
    uint64_t mask = bigger.size() - 1;
    for (uint32_t id = 1; id < count_; ++id) {
      uint64_t at = hash(str(id)) & mask;
      while (bigger[at] != 0) at = (at + 1) & mask;
      bigger[at] = id;
    }
    slots_ = std::move(bigger);
  }

  std::mutex mutex_;
  Arena arena_;
  uint32_t count_ = 0;
  std::vector<uint32_t> slots_;
  std::vector<std::unique_ptr<std::string_view[]>> owned_;
  std::unique_ptr<std::atomic<std::string_view*>[]> chunks_ =
      std::make_unique<std::atomic<std::string_view*>[]>(kMaxChunks);
};

SymbolTable& table() {
  static SymbolTable* t = new SymbolTable;  // never destroyed: symbols outlive static objects
  return *t;
}

}  // namespace

Symbol::Symbol(std::string_view text) : id_(table().intern(text)) {}
std::string_view Symbol::str() const { return table().str(id_); }

}  // namespace ll
