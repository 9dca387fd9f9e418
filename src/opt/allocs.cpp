// Turns an `alloc` of a known, small number of objects in the entry block into a slot: both live
// until the function returns, and the entry block runs once.
//
// Needs nothing; keeps the graph. Linear in the entry block.
#include <algorithm>

#include "opt/passes.h"

namespace ll::opt {

namespace {
constexpr uint64_t kMaxBytes = 1 << 16;  // larger objects stay with the allocator
}

bool allocs(Function& f, Analyses& a) {
  Types& types = a.module().types;
  bool changed = false;
  for (ValueId v : f.block(f.entry()).insts) {
    Inst& i = f.inst(v);
    if (i.op != Op::Alloc || !f.is_const(f.args(i)[0])) continue;
    int64_t count = f.inst(f.args(i)[0]).imm;
    TypeId object(static_cast<uint32_t>(i.imm));
    if (count < 1 ||
        static_cast<uint64_t>(count) > kMaxBytes / std::max<uint64_t>(types.size(object), 1))
      continue;
    if (count > 1) object = *types.array(static_cast<uint64_t>(count), object);
    i.op = Op::Slot;
    i.args_count = 0;
    i.imm = object.index;
    a.count("allocs: turned into slots");
    changed = true;
  }
  return changed;
}

}  // namespace ll::opt
