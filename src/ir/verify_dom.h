// Internal to the verifier: which place dominates which. The optimiser has dominators of its own
// with richer queries; sharing them would turn the layers upside down, and a verifier that does
// not trust what it verifies is worth forty lines.
#pragma once
#include <cstdint>
#include <vector>

#include "ir/ir.h"

namespace ll {

// Where a value is defined: parameters are at position 0, instruction n at n + 1.
struct Place {
  BlockId block;
  uint32_t position = 0;
};

// Dominators after Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001);
// then a query is two comparisons on preorder numbers of the dominator tree. Needs ids and edges
// in range, and a terminator in every block of the layout.
class Dominance {
 public:
  explicit Dominance(const Function& f);
  bool is_reachable(BlockId b) const { return order_[b.index] != kUnreached; }
  // Whether control has passed `a` whenever it reaches `b`, which must be reachable.
  bool dominates(Place a, Place b) const;

 private:
  static constexpr uint32_t kUnreached = UINT32_MAX;
  void number_blocks(const Function& f);
  void find_predecessors(const Function& f);
  void find_dominators();
  void number_tree();
  uint32_t nearest_common(uint32_t a, uint32_t b) const;

  // All but the first are indexed by position in reverse postorder.
  std::vector<uint32_t> order_;  // by block: reverse postorder number
  std::vector<BlockId> blocks_;
  std::vector<uint32_t> preds_begin_, preds_;
  std::vector<uint32_t> idom_;
  std::vector<uint32_t> first_, count_;  // preorder number, size of subtree
};

}  // namespace ll
