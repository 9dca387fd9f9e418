// The part of a module that runs on a device: its kernels and all they call. Those functions get
// the flag kDevice, under which division never stops the program. Globals stay; emitters write
// only those that kernels refer to.
//
// Needs nothing, keeps nothing, linear.
#include "opt/kernel_calls.h"
#include "opt/passes.h"

namespace ll::opt {

bool device_part(Module& m, Analyses&) {
  std::vector<FuncId> kernels;
  for (uint32_t n = 0; n < m.functions.size(); ++n)
    if (m.functions[n]->is(kKernel) && m.functions[n]->has_body()) kernels.push_back(FuncId(n));
  std::vector<bool> keep = reachable_functions(m, kernels);
  for (size_t n = 0; n < keep.size(); ++n)
    if (keep[n]) m.functions[n]->flags |= kDevice;
  m.retain_functions(keep);
  return true;
}

}  // namespace ll::opt
