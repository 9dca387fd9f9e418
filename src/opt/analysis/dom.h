// Dominators and post-dominators of the reachable blocks.
//
// Algorithm: Semi-NCA (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems"),
// near-linear and without recursion. The tree is numbered in preorder, so that `dominates` is two
// comparisons.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "opt/analysis/cfg.h"

namespace ll {

class Dom {
 public:
  // The tree of dominators: the root is the entry.
  static Dom forward(const Function& f, const Cfg& cfg);
  // The tree of post-dominators: the root is a virtual exit that no BlockId names. Blocks that
  // leave the function lead there, and so does one block of every region that cannot leave.
  static Dom backward(const Function& f, const Cfg& cfg);

  // Invalid for the entry; in the post-dominator tree for blocks just below the virtual exit.
  BlockId idom(BlockId b) const { return idom_[b.index]; }
  // Reflexive. Nothing (post-)dominates or is dominated by an unreachable block.
  bool dominates(BlockId a, BlockId b) const {
    uint32_t at = pre_[b.index];
    return pre_[a.index] <= at && at < end_[a.index];
  }
  std::span<const BlockId> children(BlockId b) const {
    return {children_.data() + child_begin_[b.index],
            child_begin_[b.index + 1] - child_begin_[b.index]};
  }
  // Every block stands after its immediate dominator, and subtrees are contiguous.
  std::span<const BlockId> preorder() const { return preorder_; }
  uint32_t depth(BlockId b) const { return depth_[b.index]; }

 private:
  struct Graph;
  Dom() = default;
  void build(const Graph& succs, const Graph& preds, uint32_t root, uint32_t block_count);
  void collect_children(uint32_t block_count);

  std::vector<BlockId> idom_;
  std::vector<uint32_t> pre_, end_, depth_;  // by block; pre_ none: unreachable
  std::vector<BlockId> preorder_, children_;
  std::vector<uint32_t> child_begin_;
};

// Dominance frontiers (Cooper, Harvey and Kennedy's two-line form) of all blocks at once.
class Frontiers {
 public:
  Frontiers(const Cfg& cfg, const Dom& dom, size_t block_count);
  std::span<const BlockId> of(BlockId b) const {
    return {list_.data() + begin_[b.index], begin_[b.index + 1] - begin_[b.index]};
  }

 private:
  std::vector<uint32_t> begin_;
  std::vector<BlockId> list_;
};

}  // namespace ll
