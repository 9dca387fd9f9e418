#include "lang/module/reach.h"

namespace ll::lang {

CallGraph::CallGraph(const Module& m)
    : out_(m.functions.size()), in_(m.functions.size()), reaches_device_(m.functions.size()) {
  std::vector<FuncId> work;
  for (uint32_t i = 0; i < m.functions.size(); ++i) {
    const Function& f = *m.functions[i];
    for (BlockId b : f.layout)
      for (ValueId v : f.block(b).insts) {
        const Inst& inst = f.inst(v);
        if (inst.op == Op::Call) {
          FuncId callee(static_cast<uint32_t>(inst.imm));
          out_[i].push_back(static_cast<uint32_t>(sites_.size()));
          in_[callee.index].push_back(static_cast<uint32_t>(sites_.size()));
          sites_.push_back({FuncId(i), callee, inst.span});
        } else if (is_device_only(inst.op) && !reaches_device_[i]) {
          reaches_device_[i] = true;
          work.push_back(FuncId(i));
        }
      }
  }
  while (!work.empty()) {
    FuncId f = work.back();
    work.pop_back();
    for (uint32_t s : in_[f.index]) {
      FuncId caller = sites_[s].caller;
      if (reaches_device_[caller.index]) continue;
      reaches_device_[caller.index] = true;
      work.push_back(caller);
    }
  }
}

void Reach::add_root(FuncId root) {
  if (contains(root)) return;
  via_[root.index] = kRoot;
  std::vector<FuncId> work = {root};
  for (size_t next = 0; next < work.size(); ++next)  // breadth first: short chains
    for (uint32_t s : calls_.calls(work[next])) {
      FuncId callee = calls_.site(s).callee;
      if (contains(callee)) continue;
      via_[callee.index] = s;
      work.push_back(callee);
    }
}

std::vector<uint32_t> Reach::chain(FuncId f) const {
  std::vector<uint32_t> sites;
  for (uint32_t s = via_[f.index]; s != kRoot && s != kUnreached;
       s = via_[calls_.site(s).caller.index])
    sites.push_back(s);
  return sites;
}

}  // namespace ll::lang
