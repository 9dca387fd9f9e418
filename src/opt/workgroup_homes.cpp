#include "opt/workgroup_homes.h"

#include <algorithm>

namespace ll {
namespace {

// Operations that cost about as much as a load.
bool is_cheap(Op op) {
  switch (op) {
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
    case Op::And:
    case Op::Or:
    case Op::Xor:
    case Op::Not:
    case Op::Shl:
    case Op::LShr:
    case Op::AShr:
    case Op::Eq:
    case Op::Ne:
    case Op::Lt:
    case Op::Le:
    case Op::Gt:
    case Op::Ge:
    case Op::ULt:
    case Op::ULe:
    case Op::UGt:
    case Op::UGe:
    case Op::Select:
    case Op::Trunc:
    case Op::ZExt:
    case Op::SExt:
    case Op::PtrToInt:
    case Op::IntToPtr:
    case Op::Bitcast:
    case Op::SpaceCast:
    case Op::PtrAdd:
      return true;
    default:
      return false;
  }
}

bool is_work_item_dim(Op op) { return info(op).rule == TypeRule::Dim; }

}  // namespace

Homes::Homes(const Module& m, const Function& f, const Regions& regions, const Uniform& uniform,
             const Uses& uses, const Cfg& cfg)
    : homes_(f.insts.size()), cost_(f.insts.size(), kCostly), kept_(regions.nests().size()) {
  for (ValueId p : f.block(f.entry()).params) {
    homes_[p.index].kind = HomeKind::Entry;
    cost_[p.index] = 0;
  }
  const bool has_barriers = regions.regions().size() > 1;
  for (BlockId b : cfg.rpo()) {
    NestId nest = regions.nest_of(b);
    bool is_one_start = regions.nests()[nest.index].has_one_start();
    if (b != f.entry())
      for (ValueId p : f.block(b).params) {
        bool is_start = regions.started_at(b).valid();
        if (!is_start && !is_used_elsewhere(f, regions, uses, p, b)) continue;
        place(f, p, is_start ? NestId() : nest,
              (is_one_start || is_start) && !uniform.is_varying(p));
      }
    for (ValueId v : f.block(b).insts) {
      const Inst& i = f.inst(v);
      Home& home = homes_[v.index];
      if (i.op == Op::Slot && has_barriers) place_object(m, i, home);
      if (is_work_item_dim(i.op) || i.op == Op::Slot) cost_[v.index] = 0;
      if (is_work_item_dim(i.op))
        home.kind = i.op == Op::LocalId ? HomeKind::Recomputed : HomeKind::Entry;
      if (i.type == kVoid || cost_[v.index] == 0) continue;
      compute_cost(f, v);
      if (cost_[v.index] <= kMaxCost) home.kind = HomeKind::Recomputed;
      else if (is_used_elsewhere(f, regions, uses, v, b))
        place(f, v, nest, is_one_start && !uniform.is_varying(v));
    }
  }
}

// Anywhere a value of its own nest does not reach by itself. In a nest with several starts that
// is everywhere but in its block.
bool Homes::is_used_elsewhere(const Function& f, const Regions& regions, const Uses& uses,
                              ValueId v, BlockId defined_in) const {
  if (f.type(v) == kVoid || regions.regions().size() == 1) return false;
  NestId nest = regions.nest_of(defined_in);
  bool is_one_start = regions.nests()[nest.index].has_one_start();
  for (const Use& use : uses.of(v)) {
    BlockId at = uses.block_of(use.user);
    if (is_one_start ? regions.nest_of(at) != nest : at != defined_in) return true;
  }
  return false;
}

void Homes::compute_cost(const Function& f, ValueId v) {
  const Inst& i = f.inst(v);
  if (!is_cheap(i.op)) return;
  unsigned sum = 1;
  for (ValueId a : f.args(i)) sum += is_leaf(f.inst(a).op) ? 0u : cost_[a.index];
  cost_[v.index] = static_cast<uint8_t>(sum <= kMaxCost ? sum : kCostly);
}

uint32_t Homes::reserve(uint64_t bytes, uint64_t align) {
  uint64_t at = (bytes_ + align - 1) / align * align;
  if (at + bytes > INT32_MAX - 16) {
    overflows_ = true;
    return 0;
  }
  bytes_ = static_cast<uint32_t>(at + bytes);
  return static_cast<uint32_t>(at);
}

void Homes::place_object(const Module& m, const Inst& slot, Home& home) {
  TypeId object(static_cast<uint32_t>(slot.imm));
  uint64_t align = std::min<uint64_t>(uint64_t{1} << slot.aux, 16);
  home = {HomeKind::ContextObject, reserve(std::max<uint64_t>(m.types.size(object), 1), align)};
}

void Homes::place(const Function& f, ValueId v, NestId nest, bool is_uniform) {
  uint32_t bytes = scalar_bytes(f.type(v));
  homes_[v.index] =
      is_uniform ? Home{HomeKind::Uniform, 0} : Home{HomeKind::Context, reserve(bytes, bytes)};
  if (nest) kept_[nest.index].push_back(v);
}

}  // namespace ll
