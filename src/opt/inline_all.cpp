// Inlines every call in kernels, for targets that have none. Afterwards the module holds kernels
// only. What cannot be inlined is the user's error: recursion, and C functions, which a device
// does not have; each is reported at the call with the chain of calls that leads there.
//
// Needs kernels with all they call (device_part). Keeps nothing. Linear in what it makes.
#include <fmt/format.h>

#include "opt/kernel_calls.h"
#include "opt/passes.h"

namespace ll::opt {
namespace {

// Breadth first from the kernels, remembering for each function the call that led to it.
class ExternalCalls {
 public:
  ExternalCalls(const Module& m, Diags& diags) : m_(m), diags_(diags), from_(m.functions.size()) {}

  bool report() {
    std::vector<FuncId> work;
    std::vector<bool> seen(m_.functions.size());
    for (uint32_t n = 0; n < m_.functions.size(); ++n)
      if (m_.functions[n]->is(kKernel) && m_.functions[n]->has_body())
        work.push_back(FuncId(n)), seen[n] = true;
    for (size_t next = 0; next < work.size(); ++next) {
      const Function& f = m_.function(work[next]);
      for (BlockId b : f.layout)
        for (ValueId v : f.block(b).insts) {
          const Inst& i = f.inst(v);
          if (i.op != Op::Call) continue;
          FuncId callee(static_cast<uint32_t>(i.imm));
          if (!m_.function(callee).has_body()) report_call(work[next], i);
          if (seen[callee.index]) continue;
          seen[callee.index] = true;
          from_[callee.index] = {work[next], i.span};
          work.push_back(callee);
        }
    }
    return ok_;
  }

 private:
  struct Caller {
    FuncId f;
    Span span;
  };
  void report_call(FuncId in, const Inst& call) {
    ok_ = false;
    Diag& d = diags_.error(Code::E0731, call.span,
                           fmt::format("'{}' is a C function, which does not exist on the device",
                                       m_.callee(call).name.str()));
    for (FuncId f = in; from_[f.index].f.valid(); f = from_[f.index].f)
      d.note(from_[f.index].span,
             fmt::format("'{}' is called from '{}' here", m_.function(f).name.str(),
                         m_.function(from_[f.index].f).name.str()));
  }

  const Module& m_;
  Diags& diags_;
  std::vector<Caller> from_;
  bool ok_ = true;
};

}  // namespace

bool inline_all(Module& m, Analyses& a) {
  if (!ExternalCalls(m, a.diags()).report()) return false;
  if (!flatten_kernels(m, std::vector<bool>(m.functions.size(), true), a.diags())) return true;
  std::vector<bool> kernels;
  for (const auto& f : m.functions) kernels.push_back(f->is(kKernel) && f->has_body());
  m.retain_functions(kernels);
  return true;
}

}  // namespace ll::opt
