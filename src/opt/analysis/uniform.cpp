#include "opt/analysis/uniform.h"

namespace ll {

class Uniform::Solver {
 public:
  Solver(Uniform& u, const Function& f, Analyses& a)
      : u_(u),
        f_(f),
        cfg_(a.cfg(f)),
        postdom_(a.postdom(f)),
        loops_(a.loops(f)),
        uses_(a.uses(f)),
        content_varies_(f.insts.size()),
        left_(loops_.all().size()) {}

  void run() {
    find_roots();
    for (BlockId b : cfg_.rpo())
      for (ValueId v : f_.block(b).insts) {
        Op op = f_.inst(v).op;
        if (op == Op::LocalId || op == Op::Alloc || op == Op::Call) mark(v);
        note_private_uses(v);
      }
    while (!work_.empty()) {
      ValueId v = work_.back();
      work_.pop_back();
      for (const Use& use : uses_.of(v)) visit(v, use);
    }
  }

 private:
  ValueId& root(ValueId v) { return u_.root_[v.index]; }

  void mark(ValueId v) {
    if (u_.varying_[v.index]) return;
    u_.varying_[v.index] = true;
    work_.push_back(v);
  }

  void find_roots() {
    for (BlockId b : cfg_.rpo())
      for (ValueId v : f_.block(b).insts) {
        const Inst& i = f_.inst(v);
        if (i.op == Op::Slot) root(v) = v;
        if (i.op == Op::PtrAdd || i.op == Op::SpaceCast) root(v) = root(f_.arg(v, 0));
      }
  }

  // What one object holds varies from here on.
  void mark_content(ValueId slot) {
    if (content_varies_[slot.index]) return;
    content_varies_[slot.index] = true;
    std::vector<ValueId> pointers{slot};
    while (!pointers.empty()) {
      ValueId p = pointers.back();
      pointers.pop_back();
      for (const Use& use : uses_.of(p)) {
        if (f_.inst(use.user).op == Op::Load) mark(use.user);
        else if (root(use.user).valid() && f_.inst(use.user).op != Op::Slot)
          pointers.push_back(use.user);
      }
    }
  }

  // Uses of private addresses by which the object is no longer followed.
  void note_private_uses(ValueId v) {
    const Inst& i = f_.inst(v);
    auto args = f_.args(i);
    for (size_t n = 0; n < args.size(); ++n) {
      ValueId slot = root(args[n]);
      if (!slot.valid()) continue;
      bool is_followed = i.op == Op::Load || (i.op == Op::Store && n == 0) || root(v).valid();
      if (is_followed) continue;
      mark_content(slot);
      if (i.type != kVoid) mark(v);
    }
    for (const Edge& e : f_.succs(i))
      for (size_t n = 0; n < e.args_count; ++n)
        if (ValueId slot = root(f_.args(e)[n]); slot.valid()) {
          mark_content(slot);
          mark(f_.block(e.to).params[n]);
        }
  }

  void visit(ValueId v, const Use& use) {
    const Inst& i = f_.inst(use.user);
    if (is_terminator(i.op)) {
      for (const Edge& e : f_.succs(i))
        if (use.slot - e.args_begin < e.args_count)
          mark(f_.block(e.to).params[use.slot - e.args_begin]);
      if (i.op == Op::Br && f_.args(i)[0] == v) diverge(use.user);
      return;
    }
    // A varying index or value makes a private object vary.
    if (i.op == Op::Store && root(f_.args(i)[0]).valid()) mark_content(root(f_.args(i)[0]));
    if (i.type != kVoid) mark(use.user);
  }

  void diverge(ValueId branch) {
    BlockId from = uses_.block_of(branch);
    leave_loops(from, branch);
    if (u_.is_divergent(from)) return;  // its whole region is already
    BlockId end = postdom_.idom(from);
    std::vector<BlockId> blocks;
    auto reach = [&](BlockId b) {
      if (cfg_.preds(b).size() > 1)
        for (ValueId p : f_.block(b).params) mark(p);
      if (b == end || u_.cause_[b.index] == branch) return;
      make_divergent(b, branch);
      blocks.push_back(b);
    };
    for (const Edge& e : f_.succs(from)) reach(e.to);
    while (!blocks.empty()) {
      BlockId b = blocks.back();
      blocks.pop_back();
      for (const Edge& e : f_.succs(b)) reach(e.to);
    }
    // Without a header to name the loop, all that leaves the region may come from any round.
    if (loops_.irreducible()) mark_leaving([&](BlockId b) { return u_.cause_[b.index] == branch; });
  }

  void make_divergent(BlockId b, ValueId branch) {
    u_.cause_[b.index] = branch;
    for (ValueId v : f_.block(b).insts)
      if (f_.inst(v).op == Op::Store && root(f_.arg(v, 0)).valid())
        mark_content(root(f_.arg(v, 0)));
  }

  // A varying branch out of a loop: work-items leave it in different rounds.
  void leave_loops(BlockId from, ValueId branch) {
    for (LoopId l = loops_.innermost(from); l; l = loops_[l].parent) {
      bool leaves = false;
      for (const Edge& e : f_.succs(f_.inst(branch))) leaves |= !loops_.contains(l, e.to);
      if (!leaves || left_[l.index]) continue;
      left_[l.index] = true;
      for (BlockId b : loops_.blocks(l))
        mark_leaving_block(b, [&](BlockId in) { return loops_.contains(l, in); });
    }
  }

  template <class Inside>
  void mark_leaving(Inside inside) {
    for (BlockId b : cfg_.rpo())
      if (inside(b)) mark_leaving_block(b, inside);
  }
  template <class Inside>
  void mark_leaving_block(BlockId b, Inside inside) {
    auto check = [&](ValueId v) {
      for (const Use& use : uses_.of(v))
        if (!inside(uses_.block_of(use.user))) return mark(v);
      // As an argument of an edge that leaves, the value varies on the other side.
      for (const Use& use : uses_.of(v))
        for (const Edge& e : f_.succs(f_.inst(use.user)))
          if (use.slot - e.args_begin < e.args_count && !inside(e.to))
            mark(f_.block(e.to).params[use.slot - e.args_begin]);
    };
    for (ValueId p : f_.block(b).params) check(p);
    for (ValueId v : f_.block(b).insts) check(v);
  }

  Uniform& u_;
  const Function& f_;
  const Cfg& cfg_;
  const Dom& postdom_;
  const Loops& loops_;
  const Uses& uses_;
  std::vector<bool> content_varies_;  // by slot
  std::vector<bool> left_;            // by loop: left in different rounds
  std::vector<ValueId> work_;
};

Uniform::Uniform(const Function& f, Analyses& a)
    : varying_(f.insts.size()), root_(f.insts.size()), cause_(f.blocks.size()) {
  Solver(*this, f, a).run();
}

}  // namespace ll
