// Edits that passes share. Values are replaced in bulk: a pass notes what replaces what and
// rewrites all operands once at its end, so that no pass needs use lists just to replace.
#pragma once
#include <vector>

#include "opt/analyses.h"

namespace ll {

class Replacements {
 public:
  void replace(ValueId from, ValueId to) {
    if (from.index >= to_.size()) to_.resize(from.index + 1);
    to_[from.index] = to;
    any_ = true;
  }
  // What stands for v in the end.
  ValueId find(ValueId v) {
    ValueId last = v;
    while (last.index < to_.size() && to_[last.index].valid()) last = to_[last.index];
    while (v != last) {
      ValueId next = to_[v.index];
      to_[v.index] = last;
      v = next;
    }
    return last;
  }
  bool is_replaced(ValueId v) const { return v.index < to_.size() && to_[v.index].valid(); }
  bool any() const { return any_; }
  void apply(Function& f);  // to every operand; linear

 private:
  std::vector<ValueId> to_;
  bool any_ = false;
};

// Takes blocks that the entry does not reach out of the layout. Keeps every analysis but Uses.
bool remove_unreachable(Function& f, const Cfg& cfg);

// Drops from every block the instructions for which `is_dead(v)`.
template <class Dead>
void erase_insts(Function& f, Dead is_dead) {
  for (BlockId b : f.layout) std::erase_if(f.block(b).insts, is_dead);
}

// Drops block parameters for which `is_dead(param)`, with the arguments that edges carry for
// them. All edges of the layout's blocks are adjusted, in one linear walk.
template <class Dead>
bool erase_params(Function& f, Dead is_dead) {
  std::vector<bool> touched(f.blocks.size());
  std::vector<std::vector<ValueId>> old(f.blocks.size());
  bool any = false;
  for (BlockId b : f.layout) {
    auto& params = f.block(b).params;
    if (b == f.entry()) continue;
    bool some = false;
    for (ValueId p : params) some |= is_dead(p);
    if (!some) continue;
    any = touched[b.index] = true;
    old[b.index] = params;
    std::erase_if(params, is_dead);
    for (size_t n = 0; n < params.size(); ++n) f.inst(params[n]).imm = static_cast<int64_t>(n);
  }
  if (!any) return false;
  for (BlockId b : f.layout)
    for (Edge& e : f.succs(f.inst(f.terminator(b)))) {
      if (!touched[e.to.index]) continue;
      auto args = f.args(e);
      uint32_t kept = 0;
      for (size_t n = 0; n < args.size(); ++n)
        if (!is_dead(old[e.to.index][n])) args[kept++] = args[n];
      e.args_count = kept;
    }
  return true;
}

// Puts a block of its own on an edge, at the end of the layout; the edge's arguments move to the
// jump of that block. Analyses become stale.
BlockId split_edge(Function& f, uint32_t edge);

// Gives every loop a preheader: a block that ends in a jump to the header and is the only way in
// from outside. True when a block was added; then the analyses of f have been dropped.
bool make_preheaders(Function& f, Analyses& a);
// The preheader of a loop that has one.
BlockId preheader(const Function& f, const Cfg& cfg, const Loops& loops, LoopId l);

}  // namespace ll
