#include "emit_x86/emit.h"

#include <fmt/format.h>

#include "emit_x86/encode.h"
#include "emit_x86/features.h"
#include "emit_x86/frame.h"
#include "emit_x86/isel.h"
#include "emit_x86/object_builder.h"
#include "emit_x86/regalloc.h"
#include "support/check.h"

namespace ll::x86 {

namespace {

std::optional<Features> features_for(const Options& options, Diags& diags) {
  auto features = find_features(options.arch);
  if (features) return features;
  Diag& d = diags.error(Code::E0723, {}, fmt::format("'{}' is no level of x86-64", options.arch));
  d.suggest(fmt::format("use one of: {}", fmt::join(arch_names(), ", ")));
  return std::nullopt;
}

void allocate(MFunction& f, const Options& options) {
  AllocationTrace trace;
  AllocationTrace* wanted = options.check_allocation ? &trace : nullptr;
  if (options.allocator == Allocator::SpillAll) allocate_spill_all(f, wanted);
  else allocate_live_intervals(f, wanted);
  if (wanted == nullptr) return;
  std::string wrong = check_allocation(trace, f);
  LL_CHECK(wrong.empty(), wrong);
}

bool emit_function(const Function& f, const Options& options, Selector& selector, MFunction& code,
                   ObjectBuilder& object, Encoder& encoder, Diags& diags) {
  Phase phase("x86-64 code", f.name.str());
  // Virtual registers, then physical ones, then places in the frame, then bytes.
  if (!selector.select(f, code)) return false;
  allocate(code, options);
  if (!lay_out_frame(code)) {
    diags.error(Code::E0721, {},
                fmt::format("the slots of function '{}' need more than 1 GiB of "
                            "stack",
                            f.name.str()));
    return false;
  }
  uint32_t symbol = object.symbol_of(f);
  if (object.object().symbols[symbol].defined) {
    diags.error(Code::E0724, {},
                fmt::format("function '{}' is linked as '{}', and so is another "
                            "function",
                            f.name.str(), f.link_name.str()));
    return false;
  }
  if (options.print_asm)
    object.object().listing +=
        fmt::format("{}:\n{}\n", f.link_name.str(), print(code, &object.object()));
  encoder.encode(code, symbol, options.optimise);
  object.object().symbols[symbol].function = true;
  object.object().symbols[symbol].exported = !f.is(kInternal);
  return true;
}

}  // namespace

std::optional<CodeObject> emit(const Verified& program, const Options& options, Diags& diags) {
  auto features = features_for(options, diags);
  if (!features) return std::nullopt;
  const Module& m = program.module();
  CodeObject result;
  ObjectBuilder object(m, result);
  Selector selector(m, *features, object, diags);
  Encoder encoder(*features, object);
  MFunction code;
  bool ok = object.lay_out_globals(diags);
  for (auto& f : m.functions)
    if (f->has_body()) ok &= emit_function(*f, options, selector, code, object, encoder, diags);
  if (!ok) return std::nullopt;
  return result;
}

}  // namespace ll::x86
