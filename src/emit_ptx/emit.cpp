// The module: header, variables, one entry per kernel. Section numbers of the PTX manual change
// with its versions, so chapters are named: "PTX Module Directives", "Kernel and Function
// Directives", "State Spaces, Types, and Variables".
#include "emit_ptx/emit.h"

#include <fmt/format.h>

#include <iterator>

#include "emit_ptx/function.h"
#include "emit_ptx/globals.h"
#include "emit_ptx/target.h"
#include "opt/kernel_desc.h"

namespace ll::ptx {

const Target kTarget = {.kind = TargetKind::Ptx, .has_generic_pointers = true, .has_calls = false};

namespace {

constexpr uint32_t kStaticShared = 48 * 1024;  // what every architecture has
constexpr uint32_t kParamBytes = 4096, kMoreParamBytes = 32764;
constexpr uint16_t kMoreParamsPtx = 81;

const Arch* require_arch(const Options& options, Diags& diags) {
  if (const Arch* arch = find_arch(options.arch)) return arch;
  std::string known;
  for (const Arch& a : archs()) known += fmt::format("{}{}", known.empty() ? "" : ", ", a.name);
  diags
      .error(ll::Code::E0740, {},
             fmt::format("'{}' is no architecture that PTX is made for", options.arch))
      .suggest("use one of " + known);
  return nullptr;
}

// Whether the kernel's workgroup memory and parameters fit the target.
bool check_limits(Unit& unit, const Function& f) {
  if (uint64_t bytes = shared_layout(unit.module, f).bytes; bytes > kStaticShared) {
    unit.diags.error(ll::Code::E0741, f.span,
                     fmt::format("kernel '{}' needs {} bytes of workgroup memory; there are {}",
                                 f.name.str(), bytes, kStaticShared));
    return false;
  }
  uint64_t params = 0;
  for (TypeId t : f.params)
    params = (params + scalar_bytes(t) - 1) / scalar_bytes(t) * scalar_bytes(t) + scalar_bytes(t);
  if (params > kParamBytes) unit.ptx = std::max(unit.ptx, kMoreParamsPtx);
  if (params <= kMoreParamBytes) return true;
  unit.diags.error(ll::Code::E0742, f.span,
                   fmt::format("the parameters of kernel '{}' take {} bytes; there are {}",
                               f.name.str(), params, kMoreParamBytes));
  return false;
}

}  // namespace

std::optional<Assembly> emit(const Verified& program, const Options& options, Diags& diags) {
  const Module& m = program.module();
  const Arch* arch = require_arch(options, diags);
  if (!arch) return std::nullopt;

  Unit unit{m, diags, global_symbols(m), arch->ptx};
  Assembly code;
  std::string body;
  bool ok = emit_globals(m, unit.global_names, diags, body);
  if (!body.empty()) body.insert(0, "\n");
  code.kernels = describe_kernels(m);
  size_t n = 0;
  for (const auto& f : m.functions) {
    if (!f->is(kKernel) || !f->has_body()) continue;
    KernelDesc& desc = code.kernels[n++];
    desc.entry = kernel_symbol(*f);
    body += "\n";
    ok &= check_limits(unit, *f) && FunctionEmitter(unit, *f).emit(desc.entry, body);
  }
  if (!ok) return std::nullopt;
  code.text = fmt::format(".version {}.{}\n.target {}\n.address_size 64\n", unit.ptx / 10,
                          unit.ptx % 10, arch->name);
  code.text += body;
  return code;
}

}  // namespace ll::ptx
