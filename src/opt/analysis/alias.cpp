#include "opt/analysis/alias.h"

namespace ll {

Alias::Alias(const Module& m, const Function& f, const Cfg& cfg)
    : m_(m),
      f_(f),
      addresses_(f.insts.size()),
      kinds_(f.insts.size(), Unknown),
      escapes_(f.insts.size()) {
  for (uint32_t n = 0; n < f.insts.size(); ++n) {
    addresses_[n] = {ValueId(n), ValueId(n), 0};
    Op op = f.insts[n].op;
    if (op == Op::Slot || op == Op::Alloc) kinds_[n] = Local;
    if (op == Op::GlobalAddr) kinds_[n] = Global;
  }
  const auto& params = f.block(f.entry()).params;
  for (size_t n = 0; n < params.size(); ++n)
    kinds_[params[n].index] =
        n < f.params.size() && is_aggregate(f.params[n]) ? Copied : FromOutside;
  for (BlockId b : cfg.rpo())
    for (ValueId v : f.block(b).insts) {
      trace(v);
      find_escapes(v);
    }
}

void Alias::trace(ValueId v) {
  const Inst& i = f_.inst(v);
  if (i.op != Op::PtrAdd && i.op != Op::SpaceCast) return;
  auto args = f_.args(i);
  Address& to = addresses_[v.index];
  const Address& from = addresses_[args[0].index];
  to.object = from.object;
  if (i.op == Op::PtrAdd) {
    PtrAddImm p = PtrAddImm::unpack(i.imm);
    uint64_t distance = static_cast<uint64_t>(int64_t{p.offset});
    if (args.size() > 1) {
      if (!f_.is_const(args[1])) return;  // v is its own anchor
      distance += static_cast<uint64_t>(f_.inst(args[1]).imm) * p.scale;
    }
    to.offset = static_cast<int64_t>(static_cast<uint64_t>(from.offset) + distance);
  } else {
    to.offset = from.offset;
  }
  to.anchor = from.anchor;
}

void Alias::find_escapes(ValueId v) {
  const Inst& i = f_.inst(v);
  auto escape = [&](ValueId a) { escapes_[addresses_[a.index].object.index] = true; };
  for (const Edge& e : f_.succs(i))
    for (ValueId a : f_.args(e)) escape(a);
  switch (i.op) {
    case Op::Load:
    case Op::Copy:
    case Op::PtrAdd:
    case Op::SpaceCast:
      return;
    case Op::Store:
      return escape(f_.args(i)[1]);
    default:
      if (info(i.op).rule == TypeRule::IntCompare) return;
      for (ValueId a : f_.args(i)) escape(a);
  }
}

Alias::Location Alias::accessed(const Inst& i) const {
  ValueId address = f_.args(i)[0];
  switch (i.op) {
    case Op::Load:
      return locate(address, scalar_bytes(i.type));
    case Op::Store:
      return locate(address, scalar_bytes(f_.type(f_.args(i)[1])));
    default:
      return locate(address, static_cast<uint64_t>(i.imm));  // copy
  }
}

bool Alias::may_overlap(const Location& a, const Location& b) const {
  if (a.anchor == b.anchor) {
    auto ahead = static_cast<uint64_t>(b.offset) - static_cast<uint64_t>(a.offset);
    return ahead < a.size || uint64_t{0} - ahead < b.size;
  }
  if (a.object == b.object) return true;
  Kind x = kind(a.object), y = kind(b.object);
  if (x == Unknown) return y == Unknown || !is_private(b.object);
  if (y == Unknown) return !is_private(a.object);
  // Both are known. Pointers from outside may meet each other and globals, but not objects that
  // were made after the call began.
  return (x == FromOutside && (y == FromOutside || y == Global)) ||
         (y == FromOutside && x == Global);
}

bool Alias::may_clobber(const Inst& i, const Location& at) const {
  if (!is_memory_def(i) || is_constant(at)) return false;
  if (i.op == Op::Store || i.op == Op::Copy) return may_overlap(accessed(i), at);
  return !is_private(at.object);  // a call or barrier
}

bool Alias::is_dereferenceable(const Location& at) const {
  if (at.anchor != at.object || at.offset < 0) return false;
  const Inst& i = f_.inst(at.object);
  TypeId object;
  if (i.op == Op::Slot) object = TypeId(static_cast<uint32_t>(i.imm));
  else if (i.op == Op::GlobalAddr) object = m_.global(GlobalId(static_cast<uint32_t>(i.imm))).type;
  else return false;
  uint64_t size = m_.types.size(object);
  return at.size <= size && static_cast<uint64_t>(at.offset) <= size - at.size;
}

bool Alias::is_constant(const Location& at) const {
  const Inst& i = f_.inst(at.object);
  return i.op == Op::GlobalAddr && m_.global(GlobalId(static_cast<uint32_t>(i.imm))).constant;
}

}  // namespace ll
