// Who uses each value, and the block of each instruction. One linear walk over the instructions
// of the layout's blocks; any change to operands makes it stale.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "ir/ir.h"

namespace ll {

struct Use {
  ValueId user;   // a terminator for edge arguments
  uint32_t slot;  // index into Function::pool
};

class Uses {
 public:
  explicit Uses(const Function& f);

  std::span<const Use> of(ValueId v) const {
    return {uses_.data() + begin_[v.index], begin_[v.index + 1] - begin_[v.index]};
  }
  uint32_t count(ValueId v) const { return begin_[v.index + 1] - begin_[v.index]; }
  // Invalid for leaves and for instructions that stand in no block.
  BlockId block_of(ValueId v) const { return block_[v.index]; }

 private:
  std::vector<uint32_t> begin_;
  std::vector<Use> uses_;
  std::vector<BlockId> block_;
};

// Calls `visit(ValueId& operand)` for each operand and each edge argument of an instruction.
template <class F, class Visit>
void for_each_operand(F& f, ValueId v, Visit visit) {
  auto& i = f.inst(v);
  for (auto& a : f.args(i)) visit(a);
  for (auto& e : f.succs(i))
    for (auto& a : f.args(e)) visit(a);
}

}  // namespace ll
