#include "emit_x86/live.h"

#include <algorithm>

namespace ll::x86 {

void Liveness::build() {
  size_t vregs = f_.vregs.size(), blocks = f_.blocks.size();
  first_.assign(vregs + 2, 0);
  auto for_each_virtual = [&](auto visit) {
    for (uint32_t b = 0; b < blocks; ++b)
      for (uint32_t n = f_.blocks[b].begin; n < f_.blocks[b].end; ++n)
        for_each_reg(f_.insts[n], [&](const Reg& r, Role role, unsigned) {
          if (r.is_virt()) visit(r.vreg(), b, n, role);
        });
  };
  // Counting sort by register; instructions come in ascending order, each at most once.
  last_inst_.assign(vregs, Reg::kNone);
  for_each_virtual([&](uint32_t v, uint32_t, uint32_t n, Role) {
    first_[v + 2] += last_inst_[v] != n;
    last_inst_[v] = n;
  });
  for (size_t v = 2; v < first_.size(); ++v) first_[v] += first_[v - 1];
  occurrences_.resize(first_.back());
  last_inst_.assign(vregs, Reg::kNone);
  for_each_virtual([&](uint32_t v, uint32_t b, uint32_t n, Role role) {
    if (last_inst_[v] != n) occurrences_[first_[v + 1]++] = {n, b, false, false};
    last_inst_[v] = n;
    Occurrence& o = occurrences_[first_[v + 1] - 1];
    o.reads |= reads(role);
    o.writes |= writes(role);
  });
  first_.pop_back();
  first_pred_.assign(blocks + 2, 0);
  for (const MBlock& b : f_.blocks)
    for (unsigned k = 0; k < b.succ_count(); ++k) ++first_pred_[b.succ[k] + 2];
  for (size_t b = 2; b < first_pred_.size(); ++b) first_pred_[b] += first_pred_[b - 1];
  preds_.resize(first_pred_.back());
  for (uint32_t b = 0; b < blocks; ++b)
    for (unsigned k = 0; k < f_.blocks[b].succ_count(); ++k)
      preds_[first_pred_[f_.blocks[b].succ[k] + 1]++] = b;
  first_pred_.pop_back();
  seen_.assign(blocks, 0);
  defined_.assign(blocks, 0);
  stamp_ = 0;
}

const std::vector<uint32_t>& Liveness::live_in_blocks(uint32_t vreg) {
  live_in_.clear();
  auto list = occurrences(vreg);
  if (list.empty()) return live_in_;
  ++stamp_;
  auto enter = [&](uint32_t b) {
    if (seen_[b] == stamp_) return;
    seen_[b] = stamp_;
    live_in_.push_back(b);
  };
  for (size_t k = 0; k < list.size(); ++k) {
    const Occurrence& o = list[k];
    bool first_in_block = k == 0 || list[k - 1].block != o.block;
    if (first_in_block && o.reads) enter(o.block);
    if (o.writes) defined_[o.block] = stamp_;
  }
  for (size_t k = 0; k < live_in_.size(); ++k)
    for (uint32_t p : preds(live_in_[k]))
      if (defined_[p] != stamp_) enter(p);
  return live_in_;
}

Range Liveness::extent(uint32_t vreg) {
  auto list = occurrences(vreg);
  if (list.empty()) return {0, 0};
  uint32_t from = list.front().read_or_write(), to = list.back().end();
  bool local = list.front().block == list.back().block && (from & 1) != 0;
  if (local) return {from, to};
  for (uint32_t b : live_in_blocks(vreg)) {
    from = std::min(from, block_start(b));
    to = std::max(to, block_start(b) + 1);
    for (uint32_t p : preds(b)) {
      from = std::min(from, block_end(p) - 1);
      to = std::max(to, block_end(p));
    }
  }
  return {from, to};
}

void Liveness::ranges(uint32_t vreg, std::vector<Range>& out) {
  size_t begin = out.size();
  auto list = occurrences(vreg);
  live_in_blocks(vreg);
  std::sort(live_in_.begin(), live_in_.end());
  auto is_live_in = [&](uint32_t b) { return seen_[b] == stamp_; };
  auto is_live_out = [&](uint32_t b) {
    for (unsigned k = 0; k < f_.blocks[b].succ_count(); ++k)
      if (is_live_in(f_.blocks[b].succ[k])) return true;
    return false;
  };
  auto add = [&](uint32_t from, uint32_t to) {
    if (out.size() > begin && out.back().to >= from) out.back().to = std::max(out.back().to, to);
    else out.push_back({from, to});
  };
  size_t k = 0, live = 0;
  while (k < list.size() || live < live_in_.size()) {
    uint32_t b = k < list.size() ? list[k].block : live_in_[live];
    if (live < live_in_.size()) b = std::min(b, live_in_[live]);
    bool open = live < live_in_.size() && live_in_[live] == b;
    live += open;
    uint32_t from = block_start(b), to = from;
    for (; k < list.size() && list[k].block == b; ++k) {
      const Occurrence& o = list[k];
      if (o.writes && !o.reads) {
        if (open && to > from) add(from, to);
        from = 2 * o.inst + 1;
      }
      open = true;
      to = o.end();
    }
    if (is_live_out(b)) to = block_end(b);
    add(from, to);
  }
}

}  // namespace ll::x86
