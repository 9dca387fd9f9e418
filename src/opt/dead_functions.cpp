// Removes internal functions and unused declarations that no remaining function calls.
//
// Needs nothing. Linear in the module.
#include <algorithm>

#include "opt/passes.h"

namespace ll::opt {

bool dead_functions(Module& m, Analyses& a) {
  std::vector<bool> live(m.functions.size());
  std::vector<uint32_t> work;
  auto mark = [&](uint32_t n) {
    if (live[n]) return;
    live[n] = true;
    work.push_back(n);
  };
  for (uint32_t n = 0; n < m.functions.size(); ++n)
    if (!m.functions[n]->is(kInternal) && m.functions[n]->has_body()) mark(n);
  while (!work.empty()) {
    const Function& f = *m.functions[work.back()];
    work.pop_back();
    for (BlockId b : f.layout)
      for (ValueId v : f.block(b).insts)
        if (const Inst& i = f.inst(v); i.op == Op::Call) mark(static_cast<uint32_t>(i.imm));
  }
  auto dead = std::count(live.begin(), live.end(), false);
  if (dead == 0) return false;
  a.count("dead_functions: removed", static_cast<uint64_t>(dead));
  a.invalidate_all();  // before the keys of its cache go
  m.retain_functions(live);
  return true;
}

}  // namespace ll::opt
