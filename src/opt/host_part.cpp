// The part of a module that runs on the host: everything but kernels and what exists only for
// them (device functions, and internal functions that nothing else calls). Declarations that no
// kept function calls go too, so they never become link requirements.
//
// Needs nothing, keeps nothing, linear.
#include "opt/kernel_calls.h"
#include "opt/passes.h"

namespace ll::opt {

bool host_part(Module& m, Analyses&) {
  std::vector<FuncId> kernels, roots;
  for (uint32_t n = 0; n < m.functions.size(); ++n)
    if (m.functions[n]->is(kKernel)) kernels.push_back(FuncId(n));
  std::vector<bool> in_kernels = reachable_functions(m, kernels);
  for (uint32_t n = 0; n < m.functions.size(); ++n) {
    const Function& f = *m.functions[n];
    bool is_host = f.has_body() && !f.is(kKernel) && !f.is(kDevice);
    if (is_host && (!in_kernels[n] || !f.is(kInternal))) roots.push_back(FuncId(n));
  }
  m.retain_functions(reachable_functions(m, roots));
  return true;
}

}  // namespace ll::opt
