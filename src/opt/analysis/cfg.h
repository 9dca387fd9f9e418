// The control-flow graph as seen from the entry: predecessors and orders of the reachable blocks.
//
// Built in one linear walk. Unreachable blocks appear nowhere here, neither in an order nor as a
// predecessor, so removing them from the layout keeps a Cfg (and all that is built on it) valid.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "ir/ir.h"

namespace ll {

struct Pred {
  BlockId from;
  uint32_t edge;  // index into Function::edges
};

class Cfg {
 public:
  explicit Cfg(const Function& f);

  // Reachable blocks, entry first; every block stands after at least one of its predecessors,
  // and after all of them but those of retreating edges.
  std::span<const BlockId> rpo() const { return rpo_; }
  uint32_t rpo_number(BlockId b) const { return number_[b.index]; }
  bool reachable(BlockId b) const { return number_[b.index] != kUnreachable; }
  // One entry an edge: a `br` with two equal targets is there twice.
  std::span<const Pred> preds(BlockId b) const {
    return {preds_.data() + begin_[b.index], begin_[b.index + 1] - begin_[b.index]};
  }
  // The block of the only edge into b; invalid when there is none or there are several.
  BlockId single_pred(BlockId b) const {
    auto p = preds(b);
    return p.size() == 1 ? p[0].from : BlockId();
  }

 private:
  static constexpr uint32_t kUnreachable = 0xffffffffu;
  std::vector<BlockId> rpo_;
  std::vector<uint32_t> number_;  // by block: position in rpo_
  std::vector<uint32_t> begin_;   // by block: slice of preds_
  std::vector<Pred> preds_;
};

}  // namespace ll
