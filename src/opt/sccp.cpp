// Sparse conditional constant propagation (Wegman and Zadeck): finds values that are constant on
// every path that can be taken, replaces them, and turns branches on them into jumps.
//
// `undef` is not treated as a constant of choice: it must be one value at each of its uses.
// Needs Uses; keeps the graph unless it decides a branch. Linear in uses and edges.
#include "opt/edit.h"
#include "opt/fold.h"
#include "opt/passes.h"

namespace ll::opt {
namespace {

enum class State : uint8_t { Unknown, Constant, Varying };

class Solver {
 public:
  Solver(Function& f, Analyses& a)
      : f_(f),
        a_(a),
        uses_(a.uses(f)),
        state_(f.insts.size()),
        bits_(f.insts.size()),
        reached_(f.blocks.size()),
        taken_(f.edges.size()) {}

  bool run() {
    for (uint32_t n = 0; n < f_.insts.size(); ++n) {
      const Inst& i = f_.inst(ValueId(n));
      if (i.op == Op::Const) {
        state_[n] = State::Constant;
        bits_[n] = i.imm;
      } else if (is_leaf(i.op)) {
        state_[n] = State::Varying;
      }
    }
    for (ValueId p : f_.block(f_.entry()).params) lower(p, State::Varying, 0);
    reach(f_.entry());
    while (!blocks_.empty() || !values_.empty()) {
      while (!values_.empty()) {
        ValueId v = values_.back();
        values_.pop_back();
        for (const Use& u : uses_.of(v))
          if (BlockId b = uses_.block_of(u.user); reached_[b.index]) visit(u.user);
      }
      if (blocks_.empty()) break;
      BlockId b = blocks_.back();
      blocks_.pop_back();
      for (ValueId v : f_.block(b).insts) visit(v);
    }
    return rewrite();
  }

 private:
  void reach(BlockId b) {
    if (reached_[b.index]) return;
    reached_[b.index] = true;
    blocks_.push_back(b);
  }

  void lower(ValueId v, State to, int64_t bits) {
    State& s = state_[v.index];
    if (s == State::Varying || to == State::Unknown) return;
    if (s == State::Constant) {
      if (to == State::Constant && bits_[v.index] == bits) return;
      to = State::Varying;
    }
    s = to;
    bits_[v.index] = bits;
    values_.push_back(v);
  }

  void take(const Edge& e) {
    taken_[static_cast<size_t>(&e - f_.edges.data())] = true;
    reach(e.to);
    auto args = f_.args(e);
    auto& params = f_.block(e.to).params;
    for (size_t n = 0; n < args.size(); ++n)
      lower(params[n], state_[args[n].index], bits_[args[n].index]);
  }

  void visit(ValueId v) {
    const Inst& i = f_.inst(v);
    if (i.op == Op::Jmp) return take(f_.succs(i)[0]);
    if (i.op == Op::Br) {
      ValueId c = f_.args(i)[0];
      if (state_[c.index] == State::Unknown) return;
      bool varies = state_[c.index] == State::Varying;
      if (varies || bits_[c.index] != 0) take(f_.succs(i)[0]);
      if (varies || bits_[c.index] == 0) take(f_.succs(i)[1]);
      return;
    }
    if (i.type == kVoid || state_[v.index] == State::Varying) return;
    evaluate(v, i);
  }

  void evaluate(ValueId v, const Inst& i) {
    auto args = f_.args(i);
    if (!is_pure(i.op) || args.empty() || args.size() > 3) return lower(v, State::Varying, 0);
    if (i.op == Op::Select && state_[args[0].index] == State::Constant) {
      ValueId chosen = args[bits_[args[0].index] ? 1 : 2];
      return lower(v, state_[chosen.index], bits_[chosen.index]);
    }
    int64_t bits[3];
    bool unknown = false;
    for (size_t n = 0; n < args.size(); ++n) {
      State s = state_[args[n].index];
      if (s == State::Varying) return absorb(v, i, args);
      unknown |= s == State::Unknown;
      bits[n] = bits_[args[n].index];
    }
    if (unknown) return;
    auto result = fold_bits(i.op, i.type, f_.type(args[0]), i.imm, {bits, args.size()});
    lower(v, result ? State::Constant : State::Varying, result.value_or(0));
  }

  // Zero times or and-ed with anything is zero.
  void absorb(ValueId v, const Inst& i, std::span<const ValueId> args) {
    if (i.op == Op::Mul || i.op == Op::And)
      for (ValueId a : args)
        if (state_[a.index] == State::Constant && bits_[a.index] == 0)
          return lower(v, State::Constant, 0);
    lower(v, State::Varying, 0);
  }

  bool rewrite() {
    Replacements constants;
    uint64_t found = 0, branches = 0;
    for (BlockId b : f_.layout) {
      if (!reached_[b.index]) continue;
      for (ValueId p : f_.block(b).params) found += replace(p, constants);
      for (ValueId v : f_.block(b).insts)
        if (f_.type(v) != kVoid) found += replace(v, constants);
      Inst& last = f_.inst(f_.terminator(b));
      if (last.op != Op::Br) continue;
      auto first = static_cast<size_t>(last.imm);
      if (taken_[first] && taken_[first + 1]) continue;
      if (!taken_[first] && !taken_[first + 1]) continue;  // on undefined behaviour of ours only
      last.imm += taken_[first] ? 0 : 1;
      last.op = Op::Jmp;
      last.args_count = 0;
      ++branches;
    }
    constants.apply(f_);
    a_.count("sccp: constants found", found);
    a_.count("sccp: branches decided", branches);
    if (branches == 0) return found > 0;
    a_.invalidate(f_);
    remove_unreachable(f_, a_.cfg(f_));
    return true;
  }

  bool replace(ValueId v, Replacements& constants) {
    if (state_[v.index] != State::Constant || uses_.count(v) == 0) return false;
    constants.replace(v, f_.constant(f_.type(v), bits_[v.index]));
    return true;
  }

  Function& f_;
  Analyses& a_;
  const Uses& uses_;
  std::vector<State> state_;  // by value
  std::vector<int64_t> bits_;
  std::vector<bool> reached_, taken_;  // by block, by edge
  std::vector<BlockId> blocks_;
  std::vector<ValueId> values_;
};

}  // namespace

bool sccp(Function& f, Analyses& a) { return Solver(f, a).run(); }

}  // namespace ll::opt
