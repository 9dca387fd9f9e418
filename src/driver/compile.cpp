#include "driver/compile.h"

#include <fmt/format.h>

#include <algorithm>

#include "opt/kernel_desc.h"
#include "support/check.h"

namespace ll::driver {
namespace {

bool run_passes(PassRunner& runner, Module& m, std::span<const std::string_view> passes) {
  return passes.empty() || runner.run(m, passes);
}

std::optional<Verified> verified(Session& session, const Module& m) {
  auto v = verify(m, session.diags);
  LL_CHECK(v || session.diags.has_errors(), "verification fails without a word");
  return v;
}

}  // namespace

bool has_kernels(const Module& m) {
  return std::any_of(m.functions.begin(), m.functions.end(),
                     [](auto& f) { return f->is(kKernel) && f->has_body(); });
}

std::unique_ptr<Module> prepare(Session& session, const Module& m, const Target& target,
                                Part part) {
  Phase phase("optimising");
  auto copy = m.clone();
  PassRunner runner(session.options.passes, session.diags);
  const std::string_view first[] = {part == Part::Host ? "host_part" : "device_part"};
  bool ok = run_passes(runner, *copy, first);
  // Kernels are legalised first: for a CPU that puts them in SSA form and cuts them into regions,
  // and the loops that result are for the pipeline to optimise.
  if (ok && part == Part::Kernels) ok = run_passes(runner, *copy, legalisation(target));
  ok = ok && run_passes(runner, *copy, pipeline(session.options.level));
  if (session.options.passes.time_passes || session.options.passes.stats)
    fmt::print(stderr, "{}", runner.report());
  return ok ? std::move(copy) : nullptr;
}

std::optional<x86::CodeObject> compile_x86(Session& session, const Module& m, Part part,
                                           bool listing) {
  std::vector<KernelDesc> kernels;
  if (part == Part::Kernels) kernels = describe_kernels(m);
  auto prepared = prepare(session, m, x86::kTarget, part);
  if (!prepared) return std::nullopt;
  auto program = verified(session, *prepared);
  if (!program) return std::nullopt;
  x86::Options options;
  if (!session.options.arch.empty()) options.arch = session.options.arch;
  options.allocator =
      session.options.spill_all ? x86::Allocator::SpillAll : x86::Allocator::LiveIntervals;
  options.optimise = session.options.level != OptLevel::O0;
  options.print_asm = listing;
  Phase phase("emitting x86-64");
  auto code = x86::emit(*program, options, session.diags);
  if (!code) return std::nullopt;
  for (KernelDesc& k : kernels) {
    FuncId f = prepared->find_function(Symbol(k.name));
    LL_CHECK(f.valid(), "a kernel is lost on the way");
    k.shared_bytes = prepared->function(f).shared_bytes;
    k.context_bytes = prepared->function(f).context_bytes;
  }
  code->kernels = std::move(kernels);
  return code;
}

std::optional<ptx::Assembly> compile_ptx(Session& session, const Module& m,
                                         const std::string& arch) {
  auto prepared = prepare(session, m, ptx::kTarget, Part::Kernels);
  auto program = prepared ? verified(session, *prepared) : std::nullopt;
  if (!program) return std::nullopt;
  ptx::Options options;
  if (!arch.empty()) options.arch = arch;
  Phase phase("emitting PTX");
  return ptx::emit(*program, options, session.diags);
}

std::optional<spirv::Binary> compile_spirv(Session& session, const Module& m,
                                           const std::string& arch) {
  auto prepared = prepare(session, m, spirv::kTarget, Part::Kernels);
  auto program = prepared ? verified(session, *prepared) : std::nullopt;
  if (!program) return std::nullopt;
  spirv::Options options;
  if (!arch.empty()) options.arch = arch;
  Phase phase("emitting SPIR-V");
  return spirv::emit(*program, options, session.diags);
}

}  // namespace ll::driver
