// Peephole simplification: constant folding, algebraic identities, constants to the right, address
// chains combined. Float rules keep every bit.
//
// Operands are simplified before their users (reverse post order); rounds are repeated while
// something changes, at most kMaxRounds. Needs Cfg; keeps the graph. Each round is linear.
#include "opt/simplify.h"

#include <utility>

#include "opt/edit.h"
#include "opt/fold.h"
#include "opt/passes.h"

namespace ll::opt {

Op inverted_compare(Op op) {
  switch (op) {
    case Op::Eq:
      return Op::Ne;
    case Op::Ne:
      return Op::Eq;
    case Op::Lt:
      return Op::Ge;
    case Op::Le:
      return Op::Gt;
    case Op::Gt:
      return Op::Le;
    case Op::Ge:
      return Op::Lt;
    case Op::ULt:
      return Op::UGe;
    case Op::ULe:
      return Op::UGt;
    case Op::UGt:
      return Op::ULe;
    default:
      return Op::ULt;  // of uge
  }
}

Op exchanged_compare(Op op) {
  switch (op) {
    case Op::Lt:
      return Op::Gt;
    case Op::Le:
      return Op::Ge;
    case Op::Gt:
      return Op::Lt;
    case Op::Ge:
      return Op::Le;
    case Op::ULt:
      return Op::UGt;
    case Op::ULe:
      return Op::UGe;
    case Op::UGt:
      return Op::ULt;
    case Op::UGe:
      return Op::ULe;
    case Op::FLt:
      return Op::FGt;
    case Op::FLe:
      return Op::FGe;
    case Op::FGt:
      return Op::FLt;
    case Op::FGe:
      return Op::FLe;
    default:
      return op;  // equalities
  }
}

namespace {

constexpr int kMaxRounds = 4;

// Puts a constant operand on the right. A NaN stays where it is: which of two NaNs survives an
// operation depends on their order.
bool order_operands(Function& f, ValueId v) {
  Inst& i = f.inst(v);
  if (i.args_count < 2 || !f.is_const(f.args(i)[0]) || f.is_const(f.args(i)[1])) return false;
  TypeRule rule = info(i.op).rule;
  bool compare = rule == TypeRule::IntCompare || rule == TypeRule::FloatCompare;
  if (!compare && !is_commutative(i.op)) return false;
  TypeId type = f.type(f.args(i)[0]);
  if (is_float(type) && !compare && is_nan(type, f.inst(f.args(i)[0]).imm)) return false;
  if (compare) i.op = exchanged_compare(i.op);
  std::swap(f.args(i)[0], f.args(i)[1]);
  return true;
}

ValueId apply_rules(Rewriter& r, ValueId v) {
  const Inst& i = r.inst(v);
  switch (info(i.op).rule) {
    case TypeRule::Int:
      return simplify_int(r, v);
    case TypeRule::IntCompare:
      return simplify_compare(r, v);
    case TypeRule::Float:
      return simplify_float(r, v);
    case TypeRule::Select:
      return simplify_select(r, v);
    case TypeRule::PtrAdd:
      return simplify_ptradd(r, v);
    default:
      return info(i.op).format == Format::Convert ? simplify_convert(r, v) : ValueId();
  }
}

bool round(Function& f, const Cfg& cfg, Replacements& replaced, uint64_t& count) {
  bool changed = false;
  std::vector<ValueId> out;
  for (BlockId b : cfg.rpo()) {
    out.clear();
    Rewriter r(f, out);
    const size_t old_size = f.block(b).insts.size();
    for (size_t n = 0; n < old_size; ++n) {
      ValueId v = f.block(b).insts[n];
      for_each_operand(f, v, [&](ValueId& a) { a = replaced.find(a); });
      if (!is_pure(f.inst(v).op)) {
        out.push_back(v);
        continue;
      }
      changed |= order_operands(f, v);
      r.span = f.inst(v).span;
      ValueId by;
      if (auto bits = fold(f, f.inst(v))) by = f.constant(f.type(v), *bits);
      else by = apply_rules(r, v);
      if (by.valid()) {
        replaced.replace(v, by);
        ++count;
        changed = true;
      } else {
        out.push_back(v);
      }
    }
    f.block(b).insts = out;
  }
  return changed;
}

}  // namespace

bool simplify(Function& f, Analyses& a) {
  bool changed = remove_unreachable(f, a.cfg(f));
  Replacements replaced;
  uint64_t count = 0;
  for (int n = 0; n < kMaxRounds && round(f, a.cfg(f), replaced, count); ++n) {
    changed = true;
    replaced.apply(f);  // arguments on back edges
  }
  a.count("simplify: instructions simplified", count);
  return changed;
}

}  // namespace ll::opt
