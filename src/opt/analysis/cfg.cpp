#include "opt/analysis/cfg.h"

#include <algorithm>

namespace ll {

Cfg::Cfg(const Function& f) : number_(f.blocks.size(), kUnreachable), begin_(f.blocks.size() + 1) {
  // Depth-first post order with an explicit stack. Later edges are followed first, so that in the
  // reverse order the first edge of a branch comes first, as it does in the source.
  struct Visit {
    BlockId block;
    uint32_t left;  // edges not yet followed
  };
  std::vector<Visit> stack;
  auto enter = [&](BlockId b) {
    if (number_[b.index] != kUnreachable) return;
    number_[b.index] = 0;
    stack.push_back({b, static_cast<uint32_t>(f.succs(b).size())});
  };
  enter(f.entry());
  while (!stack.empty()) {
    Visit& top = stack.back();
    if (top.left > 0) {
      enter(f.succs(top.block)[--top.left].to);
    } else {
      rpo_.push_back(top.block);
      stack.pop_back();
    }
  }
  std::reverse(rpo_.begin(), rpo_.end());
  for (uint32_t i = 0; i < rpo_.size(); ++i) number_[rpo_[i].index] = i;

  for (BlockId b : rpo_)
    for (const Edge& e : f.succs(b)) ++begin_[e.to.index + 1];
  for (size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
  preds_.resize(begin_.back());
  std::vector<uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (BlockId b : rpo_)
    for (const Edge& e : f.succs(b))
      preds_[next[e.to.index]++] = {b, static_cast<uint32_t>(&e - f.edges.data())};
}

}  // namespace ll
