// Reports barriers that not the whole workgroup reaches together: below a branch that depends on
// the work-item, in a loop that work-items leave in different rounds, or after a return that only
// some of them take. Changes nothing.
//
// Needs kernels without calls and with variables in values (ssa); what it cannot see through,
// such as a condition kept in memory whose address is passed around, counts as varying.
#include "opt/analysis/uniform.h"
#include "opt/passes.h"

namespace ll::opt {

bool barriers(Function& f, Analyses& a) {
  if (!f.is(kKernel)) return false;
  bool has_barrier = false;
  for (BlockId b : f.layout)
    for (ValueId v : f.block(b).insts) has_barrier |= f.inst(v).op == Op::Barrier;
  if (!has_barrier) return false;

  Uniform uniform(f, a);
  for (BlockId b : a.cfg(f).rpo()) {
    if (!uniform.is_divergent(b)) continue;
    for (ValueId v : f.block(b).insts)
      if (f.inst(v).op == Op::Barrier)
        a.diags()
            .error(Code::E0733, f.inst(v).span,
                   "not all work-items of a workgroup reach this barrier together")
            .note(f.inst(uniform.cause(b)).span,
                  "they part at this branch, whose condition depends on the work-item")
            .suggest(
                "let the condition be the same for the whole workgroup, or move the barrier out");
  }
  return false;
}

}  // namespace ll::opt
