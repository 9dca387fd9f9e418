#include "emit_spirv/emit.h"

#include <fmt/format.h>

#include "emit_spirv/kernel.h"
#include "emit_spirv/module.h"
#include "opt/kernel_desc.h"

namespace ll::spirv {

std::optional<Binary> emit(const Verified& program, const Options& options, Diags& diags) {
  const TargetRow* target = find_target(options.arch);
  if (target == nullptr) {
    std::string known;
    for (const TargetRow& row : target_rows()) known += fmt::format(" {}", row.name);
    diags.error(ll::Code::E0767, {}, fmt::format("there is no Vulkan target {}", options.arch))
        .suggest(fmt::format("one of:{}", known));
    return std::nullopt;
  }
  const Module& m = program.module();
  ModuleWriter writer(*target);
  Builtins builtins;
  bool ok = true;
  for (const auto& f : m.functions)
    if (f->is(kKernel) && f->has_body()) ok &= KernelEmitter(writer, builtins, m, *f, diags).run();
  if (!ok) return std::nullopt;
  return Binary{writer.finish(), describe_kernels(m)};
}

}  // namespace ll::spirv
