// Natural loops and how they nest.
//
// A loop is the header of one or more back edges (edges to a dominator of their source) and all
// blocks that reach such an edge without passing the header. Loops with one header are one loop.
// Cycles without such a header are no loops here; `irreducible` tells that there are some.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "opt/analysis/dom.h"

namespace ll {

using LoopId = Id<struct LoopTag>;  // outer loops before inner ones

struct Loop {
  BlockId header;
  LoopId parent;  // invalid for an outermost loop
  uint32_t depth = 1;
  LoopId end;  // one past its last descendant
};

class Loops {
 public:
  Loops(const Function& f, const Cfg& cfg, const Dom& dom);

  std::span<const Loop> all() const { return loops_; }
  const Loop& operator[](LoopId l) const { return loops_[l.index]; }
  LoopId innermost(BlockId b) const { return loop_of_[b.index]; }  // invalid outside loops
  uint32_t depth(BlockId b) const {
    LoopId l = innermost(b);
    return l ? loops_[l.index].depth : 0;
  }
  bool contains(LoopId l, BlockId b) const {
    LoopId in = innermost(b);
    return in && l <= in && in < loops_[l.index].end;
  }
  bool is_header(BlockId b) const {
    LoopId l = innermost(b);
    return l && loops_[l.index].header == b;
  }
  // All blocks of a loop and of the loops inside it, in reverse post order within each loop.
  std::span<const BlockId> blocks(LoopId l) const {
    uint32_t from = begin_[l.index], to = begin_[loops_[l.index].end.index];
    return {blocks_.data() + from, to - from};
  }
  bool irreducible() const { return irreducible_; }

 private:
  std::vector<Loop> loops_;
  std::vector<LoopId> loop_of_;  // by block
  std::vector<uint32_t> begin_;  // by loop: slice of blocks_
  std::vector<BlockId> blocks_;
  bool irreducible_ = false;
};

}  // namespace ll
