// Where each block stands in the structured program, and which ways come together at each merge:
// what structure.cpp must know before it writes.
//
// Terms. The *region tree* has the function's blocks as nodes: a child stands inside an arm of its
// parent's branch (an *inner* block), behind the branch (a *join*, in order), or behind the loop
// that the parent heads (its *tail*). A *context* is the innermost loop around a place. A way to a
// block that does nothing but return is no way at all: the return is written where it starts.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "emit_spirv/structure.h"
#include "opt/analysis/loops.h"

namespace ll::spirv {

// What a way is for: to enter a block, or to start a loop's next round.
struct Goal {
  BlockId block;
  bool again = false;
  bool operator==(const Goal&) const = default;
};

// The ways out of a loop, seen from its merge.
struct LoopExits {
  Goal first;  // when there is only one goal: it
  bool any = false, several = false;
  bool tail = false;     // to the loop's tail
  bool again = false;    // to the next round of the loop around it
  bool outward = false;  // out of the loop around it
  bool join = false;     // to a block behind an enclosing selection
  bool returns = false;  // nothing but returns leave it: they leave through the merge
};

enum class Way : uint8_t { Return, Inner, Again, Out, Join };

class Placement {
 public:
  Placement(const Function& f, const Cfg& cfg, const Dom& dom, const Loops& loops);

  // The context of a block's code, and of its place: they differ for a loop's header.
  LoopId code_context(BlockId b) const {
    return is_header(b) ? loops_.innermost(b) : place_[b.index];
  }
  LoopId place_context(BlockId b) const { return place_[b.index]; }
  LoopId around(LoopId l) const { return place_[loops_[l].header.index]; }
  bool is_header(BlockId b) const { return loops_.is_header(b); }
  LoopId loop_of_header(BlockId b) const { return loops_.innermost(b); }

  std::span<const BlockId> joins(BlockId b) const {
    return {joins_.data() + join_begin_[b.index], join_begin_[b.index + 1] - join_begin_[b.index]};
  }
  BlockId header(LoopId l) const { return loops_[l].header; }
  BlockId tail(LoopId l) const { return tails_[l.index]; }

  bool returns_at_once(BlockId b) const { return returns_[b.index]; }
  Goal goal(BlockId from, BlockId to) const {
    return {to, cfg_.rpo_number(to) <= cfg_.rpo_number(from)};
  }
  Way way(BlockId from, BlockId to) const;
  // What a way does in a context: start the next round, leave, or go to a join.
  Way way_in(LoopId context, Goal goal) const;
  LoopId goal_context(Goal g) const {
    return g.again ? loops_.innermost(g.block) : place_[g.block.index];
  }

  // Whether ways through enclosing merges leave an arm of b's branch; whether the merge before a
  // join lets nothing else through.
  bool arm_leaves(BlockId b, unsigned arm) const { return arm_high_[b.index * 2 + arm] != 0; }
  bool is_only_way(BlockId join) const { return only_way_[join.index]; }
  uint32_t size(BlockId b) const { return end_[b.index] - seq_[b.index]; }
  // The one block that all ways out of b's region lead to through enclosing merges; invalid when
  // there are several.
  BlockId only_goal(BlockId b) const;

  // Whether code behind the loop uses a value of its last round, other than the loop's parameters.
  bool leaks(LoopId l) const { return leaks_[l.index]; }
  const LoopExits& exits(LoopId l) const { return exits_[l.index]; }

  // The number of a goal; numbers of inner contexts are greater.
  uint32_t code(Goal g) const {
    return codes_[g.again ? f_.blocks.size() + loops_.innermost(g.block).index : g.block.index];
  }
  uint32_t depth(LoopId l) const { return l ? depth_[l.index] : 0; }
  uint32_t first_code(LoopId context) const { return depth_first_[depth(context)]; }

 private:
  void find_returns();
  void number_dominators();
  void choose_tails();
  BlockId best_tail(LoopId l, std::span<const BlockId> candidates) const;
  void collect_joins();
  void number_regions();
  void find_exits();
  void note_exits(BlockId from, Goal g);
  void find_leaks();
  void find_highs();
  uint32_t arm_high(BlockId b, BlockId to) const;
  void count_ways();
  void number_codes();

  const Function& f_;
  const Cfg& cfg_;
  const Dom& dom_;
  const Loops& loops_;
  std::vector<uint32_t> dom_at_, dom_size_;                   // by block: dominator preorder
  std::vector<bool> returns_, is_tail_, is_join_, only_way_;  // by block
  std::vector<BlockId> tails_;                                // by loop
  std::vector<uint32_t> join_begin_;
  std::vector<BlockId> joins_;
  std::vector<LoopId> place_;               // by block
  std::vector<uint32_t> depth_;             // by loop: loops around its code
  std::vector<BlockId> sequence_, parent_;  // region tree in preorder; by block
  std::vector<uint32_t> seq_, end_;         // by block: from 1, end exclusive
  std::vector<LoopExits> exits_;
  std::vector<bool> leaks_;  // by loop
  // Ways to joins: (goal's seq, source's seq), sorted; and, of all that leave a region, the goal
  // with the greatest seq (0: none leave).
  std::vector<std::pair<uint32_t, uint32_t>> ways_;
  std::vector<uint32_t> high_, arm_high_, loop_high_;
  std::vector<int64_t> balance_;  // by seq: ways begun - ended, summed
  std::vector<uint32_t> codes_, depth_first_;
};

}  // namespace ll::spirv
