// The call graph of a module, with the place of every call.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "ir/ir.h"

namespace ll::lang {

struct CallSite {
  FuncId caller, callee;
  Span span;
};

class CallGraph {
 public:
  explicit CallGraph(const Module& m);

  // Indices of call sites: in a function, and of a function.
  std::span<const uint32_t> calls(FuncId f) const { return out_[f.index]; }
  std::span<const uint32_t> callers(FuncId f) const { return in_[f.index]; }
  const CallSite& site(uint32_t index) const { return sites_[index]; }
  // Whether the function or something that it calls has an operation of work-items.
  bool reaches_device(FuncId f) const { return reaches_device_[f.index]; }

 private:
  std::vector<CallSite> sites_;
  std::vector<std::vector<uint32_t>> out_, in_;
  std::vector<bool> reaches_device_;
};

// What can be reached from a set of functions, and through which call each was reached first.
class Reach {
 public:
  Reach(const CallGraph& calls, size_t functions) : calls_(calls), via_(functions, kUnreached) {}
  void add_root(FuncId f);  // with everything behind it
  bool contains(FuncId f) const { return via_[f.index] != kUnreached; }
  // Calls from f back to a root, the last one first.
  std::vector<uint32_t> chain(FuncId f) const;

 private:
  static constexpr uint32_t kUnreached = 0xffffffff, kRoot = 0xfffffffe;
  const CallGraph& calls_;
  std::vector<uint32_t> via_;
};

}  // namespace ll::lang
