#include "ir/verify_dom.h"

#include <algorithm>
#include <utility>

namespace ll {

Dominance::Dominance(const Function& f) {
  number_blocks(f);
  find_predecessors(f);
  find_dominators();
  number_tree();
}

bool Dominance::dominates(Place a, Place b) const {
  if (a.block == b.block) return a.position < b.position;
  if (!is_reachable(a.block)) return false;
  uint32_t x = order_[a.block.index], y = order_[b.block.index];
  return first_[y] - first_[x] < count_[x];  // below first_[x] wraps around
}

// Reverse postorder, by a depth-first walk with its own stack.
void Dominance::number_blocks(const Function& f) {
  struct Visit {
    BlockId block;
    size_t next;
  };
  order_.assign(f.blocks.size(), kUnreached);
  std::vector<bool> seen(f.blocks.size(), false);
  std::vector<Visit> stack{{f.entry(), 0}};
  seen[f.entry().index] = true;
  while (!stack.empty()) {
    Visit& top = stack.back();
    auto succs = f.succs(top.block);
    if (top.next == succs.size()) {
      blocks_.push_back(top.block);
      stack.pop_back();
      continue;
    }
    BlockId to = succs[top.next++].to;
    if (seen[to.index]) continue;
    seen[to.index] = true;
    stack.push_back({to, 0});
  }
  std::reverse(blocks_.begin(), blocks_.end());
  for (uint32_t n = 0; n < blocks_.size(); ++n) order_[blocks_[n].index] = n;
}

void Dominance::find_predecessors(const Function& f) {
  preds_begin_.assign(blocks_.size() + 1, 0);
  for (BlockId b : blocks_)
    for (const Edge& e : f.succs(b)) ++preds_begin_[order_[e.to.index] + 1];
  for (size_t n = 1; n < preds_begin_.size(); ++n) preds_begin_[n] += preds_begin_[n - 1];
  preds_.resize(preds_begin_.back());
  std::vector<uint32_t> next(preds_begin_.begin(), preds_begin_.end() - 1);
  for (BlockId b : blocks_)
    for (const Edge& e : f.succs(b)) preds_[next[order_[e.to.index]]++] = order_[b.index];
}

uint32_t Dominance::nearest_common(uint32_t a, uint32_t b) const {
  while (a != b) {
    while (a > b) a = idom_[a];
    while (b > a) b = idom_[b];
  }
  return a;
}

void Dominance::find_dominators() {
  idom_.assign(blocks_.size(), kUnreached);
  idom_[0] = 0;
  for (bool changed = true; std::exchange(changed, false);) {
    for (uint32_t n = 1; n < blocks_.size(); ++n) {
      uint32_t dominator = kUnreached;
      // Latest first: where a long chain leaves to one exit at every step, the candidate then
      // climbs the chain once instead of every predecessor climbing all of it.
      for (uint32_t p = preds_begin_[n + 1]; p-- > preds_begin_[n];) {
        if (idom_[preds_[p]] == kUnreached) continue;
        dominator = dominator == kUnreached ? preds_[p] : nearest_common(dominator, preds_[p]);
      }
      changed |= std::exchange(idom_[n], dominator) != dominator;
    }
  }
}

// A dominator precedes what it dominates in reverse postorder, so sizes are summed backwards and
// preorder numbers handed out forwards, without walking the tree.
void Dominance::number_tree() {
  count_.assign(blocks_.size(), 1);
  for (size_t n = blocks_.size() - 1; n > 0; --n) count_[idom_[n]] += count_[n];
  first_.assign(blocks_.size(), 0);
  std::vector<uint32_t> next(blocks_.size(), 1);  // free number under each block
  for (size_t n = 1; n < blocks_.size(); ++n) {
    first_[n] = next[idom_[n]];
    next[idom_[n]] += count_[n];
    next[n] = first_[n] + 1;
  }
}

}  // namespace ll
