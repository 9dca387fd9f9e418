// Which values are the same for all work-items of a workgroup, and which blocks only some of them
// may reach together (divergent blocks). For kernels; arguments are the same for everybody.
//
// A value varies when it is computed from something that varies: a local id, an address of
// private memory, a call's result, memory at a varying address, a block parameter where paths
// meet that a varying branch has parted, or anything a loop leaves behind from which work-items
// depart in different rounds. A load from an address that does not vary is taken to give the same
// to all: that is so but for data races. Private objects are followed as long as their address is
// only loaded from and stored to.
//
// Algorithm: propagation over uses from the sources. A varying branch makes all blocks between it
// and its post-dominator divergent (a superset of Karrenbach's and Hack's sync dependence).
#pragma once
#include <vector>

#include "opt/analyses.h"

namespace ll {

class Uniform {
 public:
  Uniform(const Function& f, Analyses& a);

  bool is_varying(ValueId v) const { return varying_[v.index] || root_[v.index].valid(); }
  bool is_divergent(BlockId b) const { return cause_[b.index].valid(); }
  // The branch that makes a divergent block so.
  ValueId cause(BlockId b) const { return cause_[b.index]; }

 private:
  class Solver;
  std::vector<bool> varying_;   // by value
  std::vector<ValueId> root_;   // by value: the slot it points into
  std::vector<ValueId> cause_;  // by block
};

}  // namespace ll
