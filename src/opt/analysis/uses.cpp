#include "opt/analysis/uses.h"

namespace ll {

Uses::Uses(const Function& f) : begin_(f.insts.size() + 1), block_(f.insts.size()) {
  for (BlockId b : f.layout) {
    for (ValueId p : f.block(b).params) block_[p.index] = b;
    for (ValueId v : f.block(b).insts) {
      block_[v.index] = b;
      for_each_operand(f, v, [&](const ValueId& a) { ++begin_[a.index + 1]; });
    }
  }
  for (size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
  uses_.resize(begin_.back());
  std::vector<uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (BlockId b : f.layout)
    for (ValueId v : f.block(b).insts)
      for_each_operand(f, v, [&](const ValueId& a) {
        uses_[next[a.index]++] = {v, static_cast<uint32_t>(&a - f.pool.data())};
      });
}

}  // namespace ll
