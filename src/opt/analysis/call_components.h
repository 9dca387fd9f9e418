// Who calls whom, as strongly connected components in bottom-up order (Tarjan, without recursion).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "ir/ir.h"

namespace ll {

class CallComponents {
 public:
  explicit CallComponents(const Module& m);

  // Every function stands after all that it calls, but for calls within one component.
  std::span<const FuncId> bottom_up() const { return order_; }
  // In a cycle of calls together with `b`, or the same function.
  bool same_component(FuncId a, FuncId b) const {
    return component_[a.index] == component_[b.index];
  }
  // Calls itself, directly or through others.
  bool is_recursive(FuncId f) const { return recursive_[f.index]; }
  // Call instructions that name f, in the whole module.
  uint32_t call_count(FuncId f) const { return call_count_[f.index]; }

 private:
  std::vector<FuncId> order_;
  std::vector<uint32_t> component_, call_count_;
  std::vector<bool> recursive_;
};

}  // namespace ll
