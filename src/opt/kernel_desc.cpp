#include "opt/kernel_desc.h"

#include <algorithm>

#include "support/check.h"

namespace ll {
namespace {

// Marks the globals that `f` and all it calls refer to.
std::vector<bool> referenced_globals(const Module& m, const Function& f) {
  std::vector<bool> globals(m.globals.size()), seen(m.functions.size());
  std::vector<const Function*> work{&f};
  while (!work.empty()) {
    const Function& at = *work.back();
    work.pop_back();
    auto mark = [&](ValueId v) {
      if (const Inst& i = at.inst(v); i.op == Op::GlobalAddr)
        globals[static_cast<size_t>(i.imm)] = true;
    };
    for (BlockId b : at.layout) {
      for (ValueId v : at.block(b).insts) {
        const Inst& i = at.inst(v);
        for (ValueId a : at.args(i)) mark(a);
        for (const Edge& e : at.succs(i))
          for (ValueId a : at.args(e)) mark(a);
        if (i.op != Op::Call || seen[static_cast<size_t>(i.imm)]) continue;
        seen[static_cast<size_t>(i.imm)] = true;
        work.push_back(&m.callee(i));
      }
    }
  }
  return globals;
}

KernelParam describe_param(TypeId t) {
  LL_CHECK(is_scalar(t), "kernel parameters are scalars");
  ParamKind kind = is_ptr(t) ? ParamKind::Pointer : is_float(t) ? ParamKind::Float : ParamKind::Int;
  return {kind, scalar_bytes(t)};
}

}  // namespace

SharedLayout shared_layout(const Module& m, const Function& f) {
  SharedLayout out;
  std::vector<bool> used = referenced_globals(m, f);
  for (uint32_t g = 0; g < m.globals.size(); ++g) {
    const Global& global = m.globals[g];
    if (!used[g] || global.space != Space::Shared) continue;
    uint64_t align = std::max({kSharedAlign, global.align, m.types.align(global.type)});
    uint64_t offset = (out.bytes + align - 1) / align * align;
    out.offsets.emplace_back(GlobalId(g), offset);
    out.bytes = offset + m.types.size(global.type);
  }
  out.bytes = (out.bytes + kSharedAlign - 1) / kSharedAlign * kSharedAlign;
  return out;
}

std::vector<KernelDesc> describe_kernels(const Module& m) {
  std::vector<KernelDesc> out;
  for (const auto& f : m.functions) {
    if (!f->is(kKernel) || !f->has_body()) continue;
    KernelDesc desc;
    desc.name = f->name.str();
    desc.entry = f->link_name.str();
    for (TypeId t : f->params) desc.params.push_back(describe_param(t));
    uint64_t shared = shared_layout(m, *f).bytes;
    desc.shared_bytes = static_cast<uint32_t>(std::min<uint64_t>(shared, UINT32_MAX));
    out.push_back(std::move(desc));
  }
  return out;
}

}  // namespace ll
