// Loop-invariant code motion: an instruction whose operands are defined outside of a loop moves to
// the preheader of the outermost such loop.
//
// Pure operations that cannot stop the program move freely. A load moves when nothing in the loop
// may change what it reads, and reading it is safe there: it lies inside a slot or a global, or
// every turn of the loop comes through the load anyway and nothing else in the loop can end the
// program first. Convergence is no concern: only barriers are convergent, and they stay.
//
// Needs Cfg, Dom, Loops, and makes preheaders; keeps the graph otherwise. Blocks are visited in
// reverse post order, so operands have moved before their users. Linear times loop depth.
#include "opt/analysis/alias.h"
#include "opt/edit.h"
#include "opt/passes.h"

namespace ll::opt {
namespace {

constexpr size_t kMaxWrites = 64;  // looked through for one load

struct LoopInfo {
  BlockId preheader;
  std::vector<ValueId> writes;  // the first kMaxWrites + 1
  bool may_stop = false;
  BlockId always;  // the last block that every turn, and
                   // every way out, comes through
};

class Mover {
 public:
  Mover(Function& f, Analyses& a)
      : f_(f),
        cfg_(a.cfg(f)),
        dom_(a.dom(f)),
        loops_(a.loops(f)),
        alias_(a.module(), f, cfg_),
        block_of_(f.insts.size()),
        info_(loops_.all().size()) {}

  uint64_t run() {
    describe_loops();
    uint64_t moved = 0;
    for (BlockId b : cfg_.rpo()) {
      for (ValueId p : f_.block(b).params) block_of_[p.index] = b;
      auto& list = f_.block(b).insts;
      size_t kept = 0;
      for (ValueId v : list) {
        LoopId l = loops_.innermost(b).valid() ? outermost_invariant(v, b) : LoopId();
        block_of_[v.index] = l.valid() ? info_[l.index].preheader : b;
        if (!l.valid()) {
          list[kept++] = v;
          continue;
        }
        auto& into = f_.block(info_[l.index].preheader).insts;
        into.insert(into.end() - 1, v);
        ++moved;
      }
      list.resize(kept);
    }
    return moved;
  }

 private:
  void describe_loops() {
    for (uint32_t n = 0; n < info_.size(); ++n)
      info_[n].preheader = preheader(f_, cfg_, loops_, LoopId(n));
    for (BlockId b : cfg_.rpo()) {
      find_always_executed(b);
      for (ValueId v : f_.block(b).insts) {
        const Inst& i = f_.inst(v);
        bool writes = is_memory_def(i), stops = may_stop(i.op) && !is_removable(f_, i);
        if (!writes && !stops) continue;
        for (LoopId l = loops_.innermost(b); l.valid(); l = loops_[l].parent) {
          LoopInfo& in = info_[l.index];
          in.may_stop |= stops;
          if (writes && in.writes.size() <= kMaxWrites) in.writes.push_back(v);
        }
      }
    }
  }

  bool is_movable(const Inst& i) const {
    return i.op == Op::Load || (is_pure(i.op) && is_removable(f_, i));
  }

  // The outermost loop around b that v can leave; invalid when it must stay.
  LoopId outermost_invariant(ValueId v, BlockId b) const {
    const Inst& i = f_.inst(v);
    if (!is_movable(i)) return LoopId();
    LoopId best;
    for (LoopId l = loops_.innermost(b); l.valid(); l = loops_[l].parent) {
      for (ValueId a : f_.args(i))
        if (BlockId d = block_of_[a.index]; d.valid() && loops_.contains(l, d)) return best;
      if (i.op == Op::Load && !is_invariant_load(i, b, l)) return best;
      if (info_[l.index].preheader.valid()) best = l;
    }
    return best;
  }

  bool is_invariant_load(const Inst& i, BlockId b, LoopId l) const {
    const LoopInfo& in = info_[l.index];
    if (in.writes.size() > kMaxWrites) return false;
    Alias::Location at = alias_.accessed(i);
    for (ValueId w : in.writes)
      if (alias_.may_clobber(f_.inst(w), at)) return false;
    return alias_.is_dereferenceable(at) || (!in.may_stop && is_always_executed(b, l));
  }

  // Whether every way out of the loop and every way around it leads through b.
  bool is_always_executed(BlockId b, LoopId l) const {
    return dom_.dominates(b, info_[l.index].always);
  }

  BlockId common_dominator(BlockId a, BlockId b) const {
    while (!dom_.dominates(a, b)) a = dom_.idom(a);
    return a;
  }

  void find_always_executed(BlockId b) {
    auto succs = f_.succs(b);
    for (LoopId l = loops_.innermost(b); l.valid(); l = loops_[l].parent) {
      bool leaves = succs.empty();
      for (const Edge& e : succs) leaves |= e.to == loops_[l].header || !loops_.contains(l, e.to);
      BlockId& always = info_[l.index].always;
      if (leaves) always = always.valid() ? common_dominator(always, b) : b;
    }
  }

  Function& f_;
  const Cfg& cfg_;
  const Dom& dom_;
  const Loops& loops_;
  Alias alias_;
  std::vector<BlockId> block_of_;  // by value, after moving
  std::vector<LoopInfo> info_;
};

}  // namespace

bool licm(Function& f, Analyses& a) {
  bool changed = remove_unreachable(f, a.cfg(f));
  if (a.loops(f).all().empty()) return changed;
  changed |= make_preheaders(f, a);
  uint64_t moved = Mover(f, a).run();
  a.count("licm: instructions moved", moved);
  return changed || moved > 0;
}

}  // namespace ll::opt
