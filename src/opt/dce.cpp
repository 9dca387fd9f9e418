// Removes what nothing observable depends on (mark and sweep over SSA, after Cytron et al.):
// unused instructions, unused block parameters with the arguments that feed them, and stores into
// slots and allocs that are never read.
//
// A store (or copy) into an object that this function made is alive only when something alive
// uses that object's address for anything but being written through. Branches and calls always
// stay: loops without effect are not removed, as they may not end.
//
// Needs nothing; keeps the graph. Linear.
#include "opt/edit.h"
#include "opt/passes.h"

namespace ll::opt {
namespace {

class Marker {
 public:
  explicit Marker(Function& f)
      : f_(f),
        live_(f.insts.size()),
        first_store_(f.insts.size()),
        next_store_(f.insts.size()),
        block_of_param_(f.insts.size()) {}

  bool run(Analyses& a) {
    find_params();
    for (BlockId b : f_.layout)
      for (ValueId v : f_.block(b).insts) add_root(v);
    while (!work_.empty()) {
      ValueId v = work_.back();
      work_.pop_back();
      visit(v);
    }
    uint64_t removed = 0;
    erase_insts(f_, [&](ValueId v) {
      removed += !live_[v.index];
      return !live_[v.index];
    });
    bool params = erase_params(f_, [&](ValueId p) { return !live_[p.index]; });
    a.count("dce: instructions removed", removed);
    return removed > 0 || params;
  }

 private:
  void find_params() {
    edges_into_.resize(f_.blocks.size());
    for (BlockId b : f_.layout) {
      for (ValueId p : f_.block(b).params) block_of_param_[p.index] = b;
      for (const Edge& e : f_.succs(b))
        if (e.args_count)
          edges_into_[e.to.index].push_back(static_cast<uint32_t>(&e - f_.edges.data()));
    }
    for (ValueId p : f_.block(f_.entry()).params) live_[p.index] = true;
  }

  // The object of this function that an address points into. Long chains are given up on, which
  // keeps the pass linear; `simplify` makes them short.
  ValueId local_object(ValueId address) const {
    for (int step = 0; step < 16; ++step) {
      const Inst& i = f_.inst(address);
      if (i.op == Op::Slot || i.op == Op::Alloc) return address;
      if (i.op != Op::PtrAdd && i.op != Op::SpaceCast) break;
      address = f_.args(i)[0];
    }
    return ValueId();
  }

  void add_root(ValueId v) {
    const Inst& i = f_.inst(v);
    if (i.op == Op::Store || i.op == Op::Copy) {
      if (ValueId object = local_object(f_.args(i)[0]); object.valid()) {
        next_store_[v.index] = first_store_[object.index];
        first_store_[object.index] = v;
        return;
      }
    }
    if (!is_removable(f_, i)) mark(v);
  }

  void mark(ValueId v) {
    if (live_[v.index]) return;
    live_[v.index] = true;
    work_.push_back(v);
  }

  void visit(ValueId v) {
    const Inst& i = f_.inst(v);
    for (ValueId a : f_.args(i)) mark(a);
    if (i.op == Op::Slot || i.op == Op::Alloc)
      for (ValueId s = first_store_[v.index]; s.valid(); s = next_store_[s.index]) mark(s);
    if (i.op == Op::Param)
      for (uint32_t e : edges_into_[block_of_param_[v.index].index])
        mark(f_.args(f_.edges[e])[static_cast<size_t>(i.imm)]);
  }

  Function& f_;
  std::vector<bool> live_;
  std::vector<ValueId> first_store_, next_store_;  // of an object: a linked list
  std::vector<BlockId> block_of_param_;
  std::vector<std::vector<uint32_t>> edges_into_;
  std::vector<ValueId> work_;
};

}  // namespace

bool dce(Function& f, Analyses& a) { return Marker(f).run(a); }

}  // namespace ll::opt
