// Turns each kernel into a function that runs one workgroup: CpuKernelEntry of runtime/device.h,
//
//   int k(ptr args, ptr launch, ptr shared, ptr context)
//
// It is 0, or 1 when work-items wait at different barriers. Any control flow goes: the kernel is
// cut into regions at its barriers (workgroup_regions.h), each region runs in a loop over the
// work-items, and what lives from one region to another is kept per work-item or, where it is the
// same for all, once (workgroup_homes.h). A kernel without barriers is a single loop nest with its
// code inside.
//
// Called functions that ask for a work-item's place or contain barriers are inlined first; others
// stay calls. An `alloc` gives each work-item fresh storage until the whole group is done.
//
// Needs kernels with all they call. Keeps nothing. Near-linear.
#include <fmt/format.h>

#include "opt/kernel_calls.h"
#include "opt/passes.h"
#include "opt/workgroup_lower.h"

namespace ll::opt {
namespace {

// By FuncId: functions that, directly or through calls, do what only a work-item can.
std::vector<bool> work_item_functions(const Module& m) {
  std::vector<bool> out(m.functions.size());
  std::vector<std::vector<uint32_t>> callers(m.functions.size());
  std::vector<uint32_t> work;
  for (uint32_t n = 0; n < m.functions.size(); ++n) {
    const Function& f = *m.functions[n];
    for (BlockId b : f.layout)
      for (ValueId v : f.block(b).insts) {
        const Inst& i = f.inst(v);
        if (i.op == Op::Call) callers[static_cast<size_t>(i.imm)].push_back(n);
        if (is_device_only(i.op) && !out[n]) out[n] = true, work.push_back(n);
        for_each_operand(f, v, [&](ValueId a) {
          const Inst& leaf = f.inst(a);
          bool is_shared = leaf.op == Op::GlobalAddr && space_of(leaf.type) == Space::Shared;
          if (is_shared && !out[n]) out[n] = true, work.push_back(n);
        });
      }
  }
  while (!work.empty()) {
    uint32_t n = work.back();
    work.pop_back();
    for (uint32_t caller : callers[n])
      if (!out[caller]) out[caller] = true, work.push_back(caller);
  }
  return out;
}

bool lower(Module& m, Function& f, Analyses& a) {
  if (uint64_t bytes = shared_layout(m, f).bytes; bytes > INT32_MAX) {
    a.diags().error(
        Code::E0741, f.span,
        fmt::format("kernel '{}' needs {} bytes of workgroup memory", f.name.str(), bytes));
    return false;
  }
  std::vector<BlockId> barriers = split_at_barriers(f);
  a.invalidate(f);
  Uniform uniform(f, a);
  Regions regions(f, a.cfg(f), uniform, barriers);
  Homes homes(m, f, regions, uniform, a.uses(f), a.cfg(f));
  if (homes.overflows()) {
    a.diags().error(Code::E0734, f.span,
                    fmt::format("the private objects of kernel '{}' are too large to keep one of "
                                "each per work-item",
                                f.name.str()));
    return false;
  }
  WorkgroupLowering(m, f, regions, homes, a.dom(f), a.uses(f)).run();
  f.flags = (f.flags & ~uint32_t{kKernel}) | kCpuKernel | kDevice;
  a.invalidate(f);
  ssa(f, a);  // the homes of shared values
  a.invalidate(f);
  return true;
}

}  // namespace

bool workgroup(Module& m, Analyses& a) {
  bool has_kernels = false;
  for (const auto& f : m.functions) has_kernels |= f->is(kKernel) && f->has_body();
  if (!has_kernels) return false;
  std::vector<bool> inlined = work_item_functions(m);
  if (!flatten_kernels(m, inlined, a.diags())) return true;
  std::vector<bool> keep;
  for (size_t n = 0; n < inlined.size(); ++n)
    keep.push_back(!inlined[n] || m.functions[n]->is(kKernel) || !m.functions[n]->has_body());
  m.retain_functions(keep);
  for (const auto& f : m.functions)
    if (f->is(kKernel) && f->has_body() && !lower(m, *f, a)) return true;
  return true;
}

}  // namespace ll::opt
