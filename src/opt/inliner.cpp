// Inlining where it pays, bottom-up over the call graph: functions marked always-inline, small
// ones, and internal ones with a single call. Functions that call themselves are left alone.
//
// A callee with an `alloc` is inlined only when it must be: its storage would live until the
// caller returns, which in a loop adds up. Host and device code are not mixed, for division means
// something else in each.
//
// Needs nothing; keeps nothing. Linear in what is inserted, which kMaxCaller bounds.
#include <fmt/format.h>

#include "opt/analysis/call_components.h"
#include "opt/inline_call.h"
#include "opt/passes.h"

namespace ll::opt {
namespace {

constexpr size_t kSmall = 40;  // instructions
constexpr size_t kCalledOnce = 400;
constexpr size_t kMaxCaller = 20000;

size_t size_of(const Function& f) {
  size_t n = 0;
  for (BlockId b : f.layout) n += f.block(b).insts.size();
  return n;
}

bool has_alloc(const Function& f) {
  for (BlockId b : f.layout)
    for (ValueId v : f.block(b).insts)
      if (f.inst(v).op == Op::Alloc) return true;
  return false;
}

class Policy {
 public:
  Policy(Module& m, Analyses& a, bool always_only)
      : m_(m),
        a_(a),
        calls_(m),
        always_only_(always_only),
        size_(m.functions.size()),
        has_alloc_(m.functions.size()) {}

  bool run() {
    bool changed = false;
    for (FuncId f : calls_.bottom_up()) {
      Function& function = m_.function(f);
      if (!function.has_body()) continue;
      size_[f.index] = size_of(function);
      bool inlined =
          inline_calls(m_, function, [&](ValueId, FuncId callee) { return choose(f, callee); });
      if (inlined) size_[f.index] = size_of(function);
      has_alloc_[f.index] = has_alloc(function);
      if (function.is(kAlwaysInline) && calls_.is_recursive(f)) warn_recursive(function);
      changed |= inlined;
    }
    return changed;
  }

 private:
  bool choose(FuncId caller, FuncId callee) {
    const Function& to = m_.function(callee);
    if (calls_.is_recursive(callee) || to.is(kKernel) || to.is(kCpuKernel)) return false;
    if (to.is(kDevice) != m_.function(caller).is(kDevice)) return false;
    size_t size = size_[callee.index];
    if (!to.is(kAlwaysInline)) {
      if (always_only_ || has_alloc_[callee.index]) return false;
      size_t limit = to.is(kInternal) && calls_.call_count(callee) == 1 ? kCalledOnce : kSmall;
      if (size > limit || size_[caller.index] + size > kMaxCaller) return false;
    }
    size_[caller.index] += size;
    a_.count("inliner: calls inlined");
    return true;
  }

  void warn_recursive(const Function& f) {
    a_.diags()
        .warning(Code::W0710, f.span,
                 fmt::format("'{}' is marked always-inline but calls itself", f.name.str()))
        .suggest("calls of it stay calls; take the mark away or write it without recursion");
  }

  Module& m_;
  Analyses& a_;
  CallComponents calls_;
  bool always_only_;
  std::vector<size_t> size_;
  std::vector<bool> has_alloc_;
};

}  // namespace

bool inliner(Module& m, Analyses& a) { return Policy(m, a, false).run(); }
bool always_inline(Module& m, Analyses& a) { return Policy(m, a, true).run(); }

}  // namespace ll::opt
