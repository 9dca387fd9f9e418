// Slots, loads, stores, address computations, copies and dynamic storage.
#include <bit>

#include "emit_x86/isel.h"

namespace ll::x86 {

// Objects are made when first named, so a slot that nobody addresses takes no room.
uint32_t Selector::frame_object(ValueId slot) {
  if (slot_objects_.empty()) slot_objects_.assign(f_->insts.size(), Reg::kNone);
  uint32_t& object = slot_objects_[slot.index];
  if (object == Reg::kNone) {
    const Inst& i = f_->inst(slot);
    uint64_t size = module_.types.size(TypeId(static_cast<uint32_t>(i.imm)));
    uint32_t align = 1u << i.aux;
    // The frame is aligned to 16 only: room to align within.
    if (is_over_aligned(i)) size += align - 16;
    object = out_->new_object(size, std::min(align, 16u));
  }
  return object;
}

// Over-aligned slots get their address computed once; others are part of memory operands.
void Selector::select_slot(ValueId v, const Inst& i) {
  if (!is_over_aligned(i)) return;
  int64_t align = int64_t{1} << i.aux;
  Address a{.base = MemBase::Frame,
            .reg = Reg(frame_object(v)),
            .disp = static_cast<int32_t>(align - 16)};
  Reg d = dest(v);
  emit_mem(Opcode::lea, 8, 1, a, d);
  emit_imm(Opcode::and_, 8, d, -align);
}

void Selector::select_load(ValueId v, const Inst& i) {
  load(dest(v), i.type, address(f_->args(i)[0]));
}

void Selector::select_store(const Inst& i) {
  auto args = f_->args(i);
  TypeId type = f_->type(args[1]);
  const Inst& value = f_->inst(args[1]);
  bool constant = value.op == Op::Const || value.op == Op::Undef;
  int64_t bits = value.op == Op::Undef ? 0 : value.imm;
  Address a = address(args[0]);
  if (type == kFloat) bits = static_cast<int32_t>(bits);
  if (constant && bits == static_cast<int32_t>(bits)) {
    MInst& m = emit_mem(Opcode::mov, scalar_bytes(type), 0, a);
    m.has_imm = 1;
    m.imm = bits;
    return;
  }
  store(a, use(args[1]), type);
}

void Selector::select_ptradd(ValueId v, const Inst& i) {
  auto args = f_->args(i);
  PtrAddImm imm = PtrAddImm::unpack(i.imm);
  Reg d = dest(v);
  if (i.args_count > 1 && (imm.scale > 8 || !std::has_single_bit(imm.scale))) {
    Reg index = sign_extended_index(args[1]), scaled = temp();
    if (std::has_single_bit(imm.scale)) {
      copy(scaled, index, kInt64);
      emit_imm(Opcode::shl, 8, scaled, std::countr_zero(imm.scale));
    } else if (imm.scale <= INT32_MAX) {
      MInst& m = emit(Opcode::imul3, 8, scaled, index);
      m.has_imm = 1;
      m.imm = imm.scale;
    } else {
      emit_imm(Opcode::mov, 8, scaled, imm.scale);
      emit(Opcode::imul, 8, scaled, index);
    }
    Address a{.reg = use(args[0]), .index = scaled, .disp = imm.offset};
    emit_mem(Opcode::lea, 8, 1, a, d);
    return;
  }
  // The chain below this computation; this one itself must not ask for its own register.
  Address a;
  if (i.args_count > 1) fold_index(i, a);
  Address below = a.index.valid() ? Address{.reg = use(args[0])} : address(args[0]);
  int64_t disp = int64_t{below.disp} + imm.offset;
  if (disp != static_cast<int32_t>(disp)) {
    below = {.reg = use(args[0])};
    disp = imm.offset;
  }
  if (a.index.valid()) {
    below.index = a.index;
    below.scale = a.scale;
  }
  below.disp = static_cast<int32_t>(disp);
  if (below.base == MemBase::Base && !below.index.valid() && disp == 0) copy(d, below.reg, i.type);
  else emit_mem(Opcode::lea, 8, 1, below, d);
}

// rsp goes down by the rounded size; the argument area stays below the new object.
void Selector::select_alloc(ValueId v, const Inst& i) {
  ValueId count = f_->args(i)[0];
  uint64_t size = module_.types.size(TypeId(static_cast<uint32_t>(i.imm)));
  int64_t align = std::max<int64_t>(int64_t{1} << i.aux, 16);
  out_->has_alloc = true;
  Reg bytes = temp();
  copy(bytes, sign_extended_index(count), kInt64);
  if (size == static_cast<uint64_t>(static_cast<int32_t>(size))) {
    MInst& m = emit(Opcode::imul3, 8, bytes, bytes);
    m.has_imm = 1;
    m.imm = static_cast<int64_t>(size);
  } else {
    Reg factor = temp();
    emit_imm(Opcode::mov, 8, factor, static_cast<int64_t>(size));
    emit(Opcode::imul, 8, bytes, factor);
  }
  Reg d = dest(v);
  emit_imm(Opcode::add, 8, bytes, align - 1);
  emit_imm(Opcode::and_, 8, bytes, -16);
  emit(Opcode::sub, 8, rsp, bytes);
  auto room = static_cast<int32_t>(align > 16 ? align - 1 : 0);
  emit_mem(Opcode::lea, 8, 1, Address{.base = MemBase::Dynamic, .disp = room}, d);
  if (align > 16) emit_imm(Opcode::and_, 8, d, -align);
}

Reg Selector::address_register(const Address& a) {
  if (a.base == MemBase::Base && !a.index.valid() && a.disp == 0) return a.reg;
  Reg r = temp();
  emit_mem(Opcode::lea, 8, 1, a, r);
  return r;
}

// The ranges are equal or disjoint, so any order of whole chunks is right.
void Selector::copy_memory(Address to, Address from, uint64_t bytes) {
  constexpr uint64_t kInline = 128;
  auto fits = [&](const Address& a) { return a.disp <= INT32_MAX - static_cast<int64_t>(kInline); };
  if (!fits(to)) to = {.reg = address_register(to)};
  if (!fits(from)) from = {.reg = address_register(from)};
  if (bytes > kInline) return copy_memory_long(to, from, bytes);
  while (bytes > 0) {
    uint64_t chunk = bytes >= 16 ? 16 : std::bit_floor(bytes);
    if (chunk == 16) {
      Reg t = temp(Bank::Xmm, 16);
      emit_mem(Opcode::movups, 8, 1, from, t);
      emit_mem(Opcode::movups, 8, 0, to, t);
    } else {
      Reg t = temp();
      auto width = static_cast<unsigned>(chunk);
      emit_mem(width < 4 ? Opcode::movzx : Opcode::mov, width, 1, from, t);
      emit_mem(Opcode::mov, width, 0, to, t);
    }
    to.disp += static_cast<int32_t>(chunk);
    from.disp += static_cast<int32_t>(chunk);
    bytes -= chunk;
  }
}

void Selector::copy_memory_long(const Address& to, const Address& from, uint64_t bytes) {
  emit_mem(Opcode::lea, 8, 1, to, rdi);
  emit_mem(Opcode::lea, 8, 1, from, rsi);
  emit_imm(Opcode::mov, 8, rcx, static_cast<int64_t>(bytes));
  emit(Opcode::rep_movsb, 8, rdi, rsi, rcx);
}

}  // namespace ll::x86
