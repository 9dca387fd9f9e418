// Reports accesses whose address space is unknown, for targets without generic pointers. Changes
// nothing. Runs behind `spaces`.
#include "opt/passes.h"

namespace ll::opt {

bool check_spaces(Function& f, Analyses& a) {
  if (!f.is(kKernel)) return false;
  for (BlockId b : a.cfg(f).rpo())
    for (ValueId v : f.block(b).insts) {
      const Inst& i = f.inst(v);
      size_t addresses = i.op == Op::Copy ? 2 : i.op == Op::Load || i.op == Op::Store ? 1 : 0;
      for (size_t n = 0; n < addresses; ++n) {
        ValueId p = f.args(i)[n];
        if (f.type(p) != kPtr) continue;
        a.diags()
            .error(Code::E0732, i.span,
                   "the address space of this pointer cannot be found, and the target has no "
                   "generic pointers")
            .note(f.inst(p).span, "the pointer is made here")
            .suggest(
                "declare the pointer with its address space, or do not mix pointers to "
                "different memories in one variable");
      }
    }
  return false;
}

}  // namespace ll::opt
