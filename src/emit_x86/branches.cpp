#include "emit_x86/branches.h"

#include <algorithm>
#include <cstring>

namespace ll::x86 {

void Branches::start(const MFunction& f) {
  list_.clear();
  trap_at_.clear();
  block_at_.assign(f.blocks.size(), 0);
  find_forwards(f);
}

// A ring of blocks that only jump on is an endless loop, and one of them stays.
void Branches::find_forwards(const MFunction& f) {
  auto size = static_cast<uint32_t>(f.blocks.size());
  forward_.resize(size);
  for (uint32_t n = 0; n < size; ++n) {
    uint32_t first = f.blocks[n].begin;
    while (is_copy(f.insts[first]) && f.insts[first].r[0] == f.insts[first].r[1]) ++first;
    const MInst& i = f.insts[first];
    forward_[n] = i.op == Opcode::jmp ? static_cast<uint32_t>(i.imm) : n;
  }
  std::vector<uint32_t> path;
  std::vector<bool> on_path(size, false);
  for (uint32_t n = 0; n < size; ++n) {
    path.clear();
    uint32_t at = n;
    for (; forward_[at] != at && !on_path[at]; at = forward_[at]) {
      on_path[at] = true;
      path.push_back(at);
    }
    for (uint32_t step : path) {
      forward_[step] = at;  // `at` itself when on a ring
      on_path[step] = false;
    }
  }
}

uint32_t Branches::to_block(uint32_t at, Cond c, bool always, uint32_t block) {
  // Code only gets shorter: a backward branch that is near stays near.
  bool is_near = block_at_[block] != 0 && at - (block_at_[block] - 1) + 2 <= 128;
  list_.push_back({at, block, c, always, false, is_near});
  return list_.back().size();
}

uint32_t Branches::to_trap(uint32_t at, Cond c, bool always, uint32_t trap) {
  list_.push_back({at, trap, c, always, true, false});
  return list_.back().size();
}

// Bytes saved ahead of an offset, from what is saved ahead of each branch.
uint32_t Branches::saved_before(uint32_t at, const std::vector<uint32_t>& saved) const {
  auto next = std::lower_bound(list_.begin(), list_.end(), at,
                               [](const Branch& b, uint32_t a) { return b.at < a; });
  return saved[static_cast<size_t>(next - list_.begin())];
}

// One round over the long branches; marks those that would reach as short ones.
bool Branches::find_short(std::vector<bool>& shrink, std::vector<uint32_t>& saved) const {
  bool changed = false;
  for (size_t k = 0; k < list_.size(); ++k) {
    const Branch& b = list_[k];
    if (b.is_short || shrink[k]) continue;
    uint32_t to = target(b);
    int64_t from_now = int64_t{b.at} - saved[k] + 2;
    int64_t to_now = int64_t{to} - saved_before(to, saved);
    if (to > b.at) to_now -= b.size() - 2;
    int64_t distance = to_now - from_now;
    if (distance < -128 || distance > 127) continue;
    shrink[k] = changed = true;
  }
  uint32_t sum = 0;
  for (size_t k = 0; k < list_.size(); ++k) {
    saved[k] = sum;
    if (shrink[k]) sum += list_[k].size() - 2;
  }
  saved[list_.size()] = sum;
  return changed;
}

uint32_t Branches::close_gaps(uint8_t* bytes, uint32_t size, const std::vector<bool>& shrink) {
  uint32_t from = 0, to = 0;
  for (size_t k = 0; k <= list_.size(); ++k) {
    uint32_t until = k < list_.size() ? list_[k].at : size;
    std::memmove(bytes + to, bytes + from, until - from);
    to += until - from;
    from = until;
    if (k == list_.size()) break;
    from += list_[k].size();
    list_[k].at = to;
    list_[k].is_short |= shrink[k];
    to += list_[k].size();
  }
  return to;
}

uint32_t Branches::shorten(uint8_t* bytes, uint32_t size, std::vector<PendingReloc>& relocs) {
  std::vector<uint32_t> saved(list_.size() + 1, 0);
  std::vector<bool> shrink(list_.size(), false);
  while (find_short(shrink, saved)) {
  }
  if (saved.back() == 0) return size;
  for (uint32_t& at : block_at_) at -= saved_before(at - 1, saved);
  for (uint32_t& at : trap_at_) at -= saved_before(at, saved);
  for (PendingReloc& r : relocs) r.at -= saved_before(r.at, saved);
  return close_gaps(bytes, size, shrink);
}

void Branches::patch(uint8_t* bytes) const {
  for (const Branch& b : list_) {
    auto distance = static_cast<int32_t>(target(b) - (b.at + b.size()));
    uint8_t* p = bytes + b.at;
    auto cc = static_cast<uint8_t>(b.cond);
    if (b.is_short) {
      *p++ = b.always ? 0xeb : static_cast<uint8_t>(0x70 | cc);
      *p = static_cast<uint8_t>(distance);
      continue;
    }
    if (b.always) {
      *p++ = 0xe9;
    } else {
      *p++ = 0x0f;
      *p++ = static_cast<uint8_t>(0x80 | cc);
    }
    std::memcpy(p, &distance, 4);
  }
}

}  // namespace ll::x86
