#include "lang/module/kernels.h"

#include <fmt/format.h>

#include <algorithm>

#include "lang/module/reach.h"

namespace ll::lang {
namespace {

bool can_be_kernel(const Function& f) {
  return f.has_body() && f.ret == kVoid &&
         std::none_of(f.params.begin(), f.params.end(), is_aggregate);
}

bool mark(Function& f, const Span* launched, Diags& diags) {
  f.flags |= kKernel;
  if (can_be_kernel(f)) return true;
  std::string_view why = f.ret == kVoid ? "takes an array or struct by value" : "returns a value";
  Diag& d = diags.error(Code::E0607, f.span,
                        fmt::format("'{}' {} and cannot be a kernel", f.name.str(), why));
  if (launched) d.note(*launched, "it is launched here");
  return false;
}

bool has_kernel(const Module& m) {
  return std::any_of(m.functions.begin(), m.functions.end(),
                     [](auto& f) { return f->is(kKernel); });
}

// The entry points of a device program that does not name them.
void choose_by_name_or_use(Module& m, const CallGraph& calls) {
  FuncId named = m.find_function(Symbol("kernel"));
  if (named.valid() && can_be_kernel(m.function(named))) {
    m.function(named).flags |= kKernel;
    return;
  }
  for (uint32_t i = 0; i < m.functions.size(); ++i)
    if (Function& f = *m.functions[i];
        can_be_kernel(f) && calls.callers(FuncId(i)).empty() && calls.reaches_device(FuncId(i)))
      f.flags |= kKernel;
}

bool check_calls_of_kernels(const Module& m, const CallGraph& calls, Diags& diags) {
  bool ok = true;
  for (uint32_t i = 0; i < m.functions.size(); ++i) {
    const Function& f = *m.functions[i];
    if (!f.is(kKernel) || calls.callers(FuncId(i)).empty()) continue;
    const CallSite& site = calls.site(calls.callers(FuncId(i)).front());
    diags
        .error(Code::E0608, site.span,
               fmt::format("kernel '{}' is called like a function", f.name.str()))
        .note(f.span, "defined here")
        .suggest("launch it from host code, or move what both need into a function");
    ok = false;
  }
  return ok;
}

}  // namespace

bool choose_kernels(Module& m, const brilisp::Program& program, Diags& diags) {
  bool ok = true;
  for (auto& f : m.functions)
    if (f->is(kKernel)) ok = mark(*f, nullptr, diags) && ok;
  for (const brilisp::Launch& l : program.launches)
    if (Function& f = m.function(l.kernel); !f.is(kKernel)) ok = mark(f, &l.span, diags) && ok;

  CallGraph calls(m);
  FuncId main = m.find_function(Symbol("main"));
  bool has_main = main.valid() && m.function(main).has_body();
  if (!has_main && !has_kernel(m)) choose_by_name_or_use(m, calls);
  if (!ok || !check_calls_of_kernels(m, calls, diags)) return false;

  for (uint32_t i = 0; i < m.functions.size(); ++i) {
    Function& f = *m.functions[i];
    if (!f.has_body() || f.is(kKernel)) continue;
    if (calls.reaches_device(FuncId(i))) f.flags |= kDevice;
    if (has_main && FuncId(i) != main) f.flags |= kInternal;
  }
  return true;
}

bool infer_kernels(Module& m) {
  if (has_kernel(m)) return true;
  CallGraph calls(m);
  for (uint32_t i = 0; i < m.functions.size(); ++i)
    if (Function& f = *m.functions[i]; can_be_kernel(f) && calls.callers(FuncId(i)).empty())
      f.flags |= kKernel;
  return has_kernel(m);
}

}  // namespace ll::lang
