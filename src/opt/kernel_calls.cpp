#include "opt/kernel_calls.h"

#include <fmt/format.h>

#include "opt/inline_call.h"

namespace ll {
namespace {

struct CallSite {
  FuncId callee;
  Span span;
};

std::vector<CallSite> calls_of(const Function& f) {
  std::vector<CallSite> out;
  for (BlockId b : f.layout)
    for (ValueId v : f.block(b).insts)
      if (const Inst& i = f.inst(v); i.op == Op::Call)
        out.push_back({FuncId(static_cast<uint32_t>(i.imm)), i.span});
  return out;
}

// A depth-first walk from the kernels with a stack of its own; each function is flattened when
// all it calls has been.
class Flattener {
 public:
  Flattener(Module& m, const std::vector<bool>& wanted, Diags& diags)
      : m_(m), wanted_(wanted), diags_(diags), state_(m.functions.size(), kNew) {}

  bool run() {
    for (uint32_t n = 0; n < m_.functions.size(); ++n)
      if (m_.functions[n]->is(kKernel) && m_.functions[n]->has_body()) walk(FuncId(n));
    return ok_;
  }

 private:
  enum State : uint8_t { kNew, kOpen, kDone };
  struct Frame {
    FuncId f;
    std::vector<CallSite> calls;
    size_t next = 0;
  };

  void open(FuncId f) {
    state_[f.index] = kOpen;
    stack_.push_back({f, calls_of(m_.function(f)), 0});
  }

  void walk(FuncId kernel) {
    open(kernel);
    while (!stack_.empty()) {
      Frame& top = stack_.back();
      if (top.next == top.calls.size()) {
        finish(top.f);
        stack_.pop_back();
        continue;
      }
      CallSite call = top.calls[top.next++];
      if (!wanted_[call.callee.index] || !m_.function(call.callee).has_body()) continue;
      if (state_[call.callee.index] == kNew) open(call.callee);
      else if (state_[call.callee.index] == kOpen) report_recursion(call);
    }
  }

  void finish(FuncId f) {
    state_[f.index] = kDone;
    inline_calls(m_, m_.function(f), [&](ValueId, FuncId callee) {
      return wanted_[callee.index] && state_[callee.index] == kDone;
    });
  }

  void report_recursion(CallSite call) {
    ok_ = false;
    Diag& d = diags_.error(Code::E0730, call.span,
                           fmt::format("'{}' calls itself, which code for a device cannot do",
                                       m_.function(call.callee).name.str()));
    for (size_t n = 0; n + 1 < stack_.size(); ++n)
      d.note(stack_[n].calls[stack_[n].next - 1].span,
             fmt::format("'{}' is called from '{}' here", m_.function(stack_[n + 1].f).name.str(),
                         m_.function(stack_[n].f).name.str()));
  }

  Module& m_;
  const std::vector<bool>& wanted_;
  Diags& diags_;
  std::vector<State> state_;
  std::vector<Frame> stack_;
  bool ok_ = true;
};

}  // namespace

std::vector<bool> reachable_functions(const Module& m, const std::vector<FuncId>& roots) {
  std::vector<bool> seen(m.functions.size());
  std::vector<FuncId> work;
  auto add = [&](FuncId f) {
    if (!seen[f.index]) work.push_back(f);
    seen[f.index] = true;
  };
  for (FuncId f : roots) add(f);
  while (!work.empty()) {
    FuncId f = work.back();
    work.pop_back();
    for (const CallSite& call : calls_of(m.function(f))) add(call.callee);
  }
  return seen;
}

bool flatten_kernels(Module& m, const std::vector<bool>& wanted, Diags& diags) {
  return Flattener(m, wanted, diags).run();
}

}  // namespace ll
