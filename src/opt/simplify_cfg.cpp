// Simplifies control flow: branches on constants and to one place become jumps, blocks that only
// jump on are bypassed, a block and its only successor become one, parameters that always get one
// value are replaced by it, and a branch that only chooses between arguments becomes a `select`.
//
// Works in rounds over the whole function until nothing changes (at most kMaxCfgRounds). Needs Cfg;
// keeps the graph only if it changes nothing. Each round is linear.
#include "opt/edit.h"
#include "opt/passes.h"

namespace ll::opt {
namespace {

constexpr int kMaxCfgRounds = 6;
constexpr size_t kMaxSelects = 2;  // arguments a branch may choose between

class Simplifier {
 public:
  Simplifier(Function& f, Analyses& a) : f_(f), a_(a) {}

  bool run() {
    bool changed = remove_unreachable(f_, a_.cfg(f_));
    for (int round = 0; round < kMaxCfgRounds; ++round) {
      bool more = thread_jumps();
      for (BlockId b : f_.layout) more |= simplify_branch(b);
      if (more) {
        a_.invalidate(f_);
        remove_unreachable(f_, a_.cfg(f_));
      }
      if (remove_copies_of_one_value()) more = true;
      if (merge_chains()) more = true;
      if (!more) break;
      changed = true;
    }
    if (changed) a_.invalidate(f_);
    return changed;
  }

 private:
  void become_jump(Inst& br, size_t kept) {
    br.op = Op::Jmp;
    br.imm += static_cast<int64_t>(kept);
    br.args_count = 0;
    a_.count("simplify_cfg: branches turned into jumps");
  }

  bool simplify_branch(BlockId b) {
    ValueId last = f_.terminator(b);
    Inst& br = f_.inst(last);
    if (br.op != Op::Br) return false;
    ValueId c = f_.args(br)[0];
    if (f_.is_const(c)) {
      become_jump(br, f_.inst(c).imm ? 0 : 1);
      return true;
    }
    bool changed = false;
    if (f_.inst(c).op == Op::Not) {
      f_.args(br)[0] = f_.args(c)[0];
      auto edges = f_.succs(br);
      std::swap(edges[0], edges[1]);
      changed = true;
    }
    auto edges = f_.succs(br);
    if (edges[0].to != edges[1].to) return changed;
    return choose_arguments(b, last) || changed;
  }

  // br c (b x y) (b x z)  =>  jmp b x (select c y z)
  bool choose_arguments(BlockId b, ValueId last) {
    Edge yes = f_.succs(b)[0], no = f_.succs(b)[1];
    size_t different = 0;
    for (size_t n = 0; n < yes.args_count; ++n) different += f_.args(yes)[n] != f_.args(no)[n];
    if (different > kMaxSelects) return false;
    ValueId c = f_.arg(last, 0);
    Span span = f_.inst(last).span;
    std::vector<ValueId> chosen;
    auto& list = f_.block(b).insts;
    list.pop_back();
    for (size_t n = 0; n < yes.args_count; ++n) {
      ValueId x = f_.args(yes)[n], y = f_.args(no)[n];
      if (x != y) {
        Inst select{.op = Op::Select, .type = f_.type(x), .span = span};
        ValueId operands[] = {c, x, y};
        x = f_.add_inst(select, operands);
        list.push_back(x);
      }
      chosen.push_back(x);
    }
    list.push_back(last);
    Edge e = f_.make_edge(yes.to, chosen);
    Inst& jump = f_.inst(last);
    become_jump(jump, 0);
    f_.set_edges(jump, {&e, 1});
    return true;
  }

  // Edges into a block that holds nothing but a jump go to where it jumps. Parameters of such a
  // block are looked through when only its own jump uses them.
  bool thread_jumps() {
    const Uses& uses = a_.uses(f_);
    std::vector<bool> forwards(f_.blocks.size());
    for (BlockId b : f_.layout) {
      const Block& block = f_.block(b);
      if (b == f_.entry() || block.insts.size() != 1 || f_.inst(block.insts[0]).op != Op::Jmp)
        continue;
      bool only_here = true;
      for (ValueId p : block.params)
        for (const Use& u : uses.of(p)) only_here &= u.user == block.insts[0];
      forwards[b.index] = only_here && f_.succs(b)[0].to != b;
    }
    bool changed = false;
    std::vector<ValueId> args;
    for (BlockId b : f_.layout) {
      if (forwards[b.index]) continue;  // its own edge is left for later
      for (Edge& e : f_.succs(f_.inst(f_.terminator(b)))) {
        for (int hops = 0; hops < 64 && forwards[e.to.index]; ++hops) {
          const Block& through = f_.block(e.to);
          const Edge& next = f_.succs(e.to)[0];
          args.clear();
          for (ValueId a : f_.args(next)) {
            const Inst& i = f_.inst(a);
            bool own = i.op == Op::Param && static_cast<size_t>(i.imm) < through.params.size() &&
                       through.params[static_cast<size_t>(i.imm)] == a;
            args.push_back(own ? f_.args(e)[static_cast<size_t>(i.imm)] : a);
          }
          e = f_.make_edge(next.to, args);
          changed = true;
        }
      }
    }
    if (changed) a_.count("simplify_cfg: jumps threaded");
    return changed;
  }

  // A parameter whose arguments are all one value (or itself) is that value.
  bool remove_copies_of_one_value() {
    const Cfg& cfg = a_.cfg(f_);
    Replacements same;
    for (BlockId b : cfg.rpo()) {
      if (b == f_.entry()) continue;
      auto& params = f_.block(b).params;
      for (size_t n = 0; n < params.size(); ++n) {
        ValueId only;
        bool one = true;
        for (const Pred& p : cfg.preds(b)) {
          ValueId arg = same.find(f_.args(f_.edges[p.edge])[n]);
          if (arg == params[n]) continue;
          if (only.valid() && only != arg) one = false;
          only = arg;
        }
        if (one && only.valid()) same.replace(params[n], only);
      }
    }
    if (!same.any()) return false;
    same.apply(f_);
    erase_params(f_, [&](ValueId p) { return same.is_replaced(p); });
    a_.keep(f_, analysis::Cfg | analysis::Dom | analysis::Loops);
    return true;
  }

  // A block that ends in a jump to a block with no other way in takes that block's instructions.
  bool merge_chains() {
    const Cfg& cfg = a_.cfg(f_);
    std::vector<bool> merged(f_.blocks.size());
    Replacements params;
    uint64_t count = 0;
    for (BlockId b : cfg.rpo()) {
      if (merged[b.index]) continue;
      auto& list = f_.block(b).insts;
      while (true) {
        const Inst& last = f_.inst(list.back());
        if (last.op != Op::Jmp) break;
        const Edge e = f_.succs(last)[0];
        if (e.to == b || e.to == f_.entry() || cfg.preds(e.to).size() != 1) break;
        Block& next = f_.block(e.to);
        for (size_t n = 0; n < next.params.size(); ++n)
          params.replace(next.params[n], params.find(f_.args(e)[n]));
        list.pop_back();
        list.insert(list.end(), next.insts.begin(), next.insts.end());
        next.insts.clear();
        next.params.clear();
        merged[e.to.index] = true;
        ++count;
      }
    }
    if (count == 0) return false;
    std::erase_if(f_.layout, [&](BlockId b) { return merged[b.index]; });
    params.apply(f_);
    a_.invalidate(f_);
    a_.count("simplify_cfg: blocks merged", count);
    return true;
  }

  Function& f_;
  Analyses& a_;
};

}  // namespace

bool simplify_cfg(Function& f, Analyses& a) { return Simplifier(f, a).run(); }

}  // namespace ll::opt
