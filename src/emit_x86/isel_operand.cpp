// Operands of instructions: registers, immediates, memory; and how instructions are written.
#include <fmt/format.h>

#include <bit>

#include "emit_x86/isel.h"

namespace ll::x86 {

Reg Selector::dest(ValueId v) {
  ValueInfo& info = at(v);
  if (info.reg == Reg::kNone) info.reg = temp_of(f_->type(v)).id;
  return Reg(info.reg);
}

Reg Selector::temp_of(TypeId type) {
  return temp(bank(type), type == kFloat || (!is_float(type) && op_width(type) == 4) ? 4 : 8);
}

Reg Selector::use(ValueId v) {
  const Inst& i = f_->inst(v);
  if (!is_leaf(i.op) && i.op != Op::Slot) return dest(v);
  if (i.op == Op::Slot && is_over_aligned(i)) return dest(v);
  Reg r = temp_of(i.type);
  use_into(r, v);
  return r;
}

void Selector::use_into(Reg to, ValueId v) {
  const Inst& i = f_->inst(v);
  if (i.op == Op::Const || i.op == Op::Undef) {
    int64_t bits = i.op == Op::Undef ? 0 : i.imm;
    if (!is_float(i.type)) emit_imm(Opcode::mov, op_width(i.type), to, bits);
    else if (bits == 0) emit(Opcode::zerox, 4, to);
    else load(to, i.type, float_constant(i.type, bits));
  } else if (i.op == Op::GlobalAddr || (i.op == Op::Slot && !is_over_aligned(i))) {
    emit_mem(Opcode::lea, 8, 1, address(v), to);
  } else {
    copy(to, dest(v), i.type);
  }
}

bool Selector::can_fold(ValueId v) const {
  const ValueInfo& info = at(v);
  return info.block == current_ && !info.escapes && info.reg == Reg::kNone;
}

// A load moves down to its only user when no memory changes in between.
bool Selector::can_fold_load(ValueId v) const {
  return f_->inst(v).op == Op::Load && at(v).uses == 1 && can_fold(v) && at(v).epoch == epoch_;
}

Selector::Source Selector::source(ValueId v, unsigned mem_bytes) {
  const Inst& i = f_->inst(v);
  Source s;
  if ((i.op == Op::Const || i.op == Op::Undef)) {
    int64_t bits = i.op == Op::Undef ? 0 : i.imm;
    if (is_float(i.type)) {
      if (bits != 0) {
        s.kind = Source::Memory;
        s.address = float_constant(i.type, bits);
        return s;
      }
    } else if (bits == static_cast<int32_t>(bits)) {
      s.kind = Source::Immediate;
      s.imm = bits;
      return s;
    }
  } else if (mem_bytes != 0 && can_fold_load(v) && scalar_bytes(i.type) == mem_bytes &&
             i.type != kBool) {
    s.kind = Source::Memory;
    s.address = address(f_->args(i)[0]);
    return s;
  }
  s.reg = use(v);
  return s;
}

Selector::Source Selector::no_immediate(Source s, unsigned width) {
  if (s.kind != Source::Immediate) return s;
  s.kind = Source::Register;
  s.reg = temp(Bank::Gpr, width == 8 ? 8 : 4);
  emit_imm(Opcode::mov, width, s.reg, s.imm);
  return s;
}

Reg Selector::in_register(const Source& s, TypeId type) {
  if (s.kind == Source::Register) return s.reg;
  Reg r = temp_of(type);
  if (s.kind == Source::Immediate) emit_imm(Opcode::mov, op_width(type), r, s.imm);
  else load(r, type, s.address);
  return r;
}

// The longest chain of address computations that one memory operand can hold.
Selector::Address Selector::address(ValueId p) {
  Address a;
  int64_t disp = 0;
  for (;;) {
    const Inst& i = f_->inst(p);
    if (i.op == Op::Slot && !is_over_aligned(i)) {
      a.base = MemBase::Frame;
      a.reg = Reg(frame_object(p));
      break;
    }
    if (i.op == Op::GlobalAddr && !a.index.valid() && i.type != ptr_type(Space::Shared)) {
      a.base = MemBase::Symbol;
      a.reg = Reg(object_.symbol_of(GlobalId(static_cast<uint32_t>(i.imm))));
      break;
    }
    if (i.op == Op::GlobalAddr) {
      a.reg = temp();
      Address whole{.base = MemBase::Symbol,
                    .reg = Reg(object_.symbol_of(GlobalId(static_cast<uint32_t>(i.imm))))};
      emit_mem(Opcode::lea, 8, 1, whole, a.reg);
      break;
    }
    if (i.op != Op::PtrAdd || !can_fold(p)) {
      a.reg = use(p);
      break;
    }
    int64_t sum = disp + PtrAddImm::unpack(i.imm).offset;
    if (sum != static_cast<int32_t>(sum) || (i.args_count > 1 && !fold_index(i, a))) {
      a.reg = use(p);
      break;
    }
    disp = sum;
    p = f_->args(i)[0];
  }
  a.disp = static_cast<int32_t>(disp);
  return a;
}

bool Selector::fold_index(const Inst& i, Address& a) {
  uint32_t scale = PtrAddImm::unpack(i.imm).scale;
  if (a.index.valid() || scale > 8 || !std::has_single_bit(scale)) return false;
  a.index = sign_extended_index(f_->args(i)[1]);
  a.scale = static_cast<uint8_t>(std::countr_zero(scale));
  return true;
}

Reg Selector::sign_extended_index(ValueId index) {
  const Inst& i = f_->inst(index);
  if (i.type == kInt64) return use(index);
  Reg wide = temp();
  if (i.op == Op::Const || i.op == Op::Undef) {
    int64_t bits = i.op == Op::Undef ? 0 : i.type == kBool ? -i.imm : i.imm;
    emit_imm(Opcode::mov, 8, wide, bits);
  } else if (i.type == kBool) {
    copy(wide, use(index), kInt32);
    emit(Opcode::neg, 8, wide);
  } else {
    Source s = source(index, scalar_bytes(i.type));
    MInst& m = emit_source(i.type == kInt32 ? Opcode::movsxd : Opcode::movsx, scalar_bytes(i.type),
                           wide, s);
    m.aux = 8;
  }
  return wide;
}

Selector::Address Selector::constant_address(int32_t offset) const {
  Address a;
  a.base = MemBase::Symbol;
  a.reg = Reg(object_.constants());
  a.disp = offset;
  return a;
}

Selector::Address Selector::float_constant(TypeId type, int64_t bits) {
  return constant_address(type == kFloat ? object_.constant32(static_cast<uint32_t>(bits))
                                         : object_.constant64(static_cast<uint64_t>(bits)));
}

// ---- Emission

MInst& Selector::emit(Opcode op, unsigned width, Reg a, Reg b, Reg c) {
  MInst& i = seq_.emplace_back();
  i.op = op;
  i.width = static_cast<uint8_t>(width);
  i.r[0] = a;
  i.r[1] = b;
  i.r[2] = c;
  return i;
}

MInst& Selector::emit_imm(Opcode op, unsigned width, Reg a, int64_t imm) {
  MInst& i = emit(op, width, a);
  i.has_imm = 1;
  i.imm = imm;
  return i;
}

void Selector::set_address(MInst& i, unsigned operand, const Address& a) {
  i.mem = static_cast<uint8_t>(operand) & 3;
  i.base = a.base;
  i.r[operand] = a.reg;
  i.index = a.index;
  i.scale = a.scale & 3;
  i.disp = a.disp;
}

MInst& Selector::emit_source(Opcode op, unsigned width, Reg a, const Source& s) {
  if (s.kind == Source::Immediate) return emit_imm(op, width, a, s.imm);
  if (s.kind == Source::Memory) return emit_mem(op, width, 1, s.address, a);
  return emit(op, width, a, s.reg);
}

// `operand` is in memory; `other` is the register operand of a two-operand instruction.
MInst& Selector::emit_mem(Opcode op, unsigned width, unsigned operand, const Address& a,
                          Reg other) {
  MInst& i = emit(op, width);
  set_address(i, operand, a);
  i.r[operand == 0 ? 1 : 0] = other;
  return i;
}

void Selector::copy(Reg to, Reg from, TypeId type) {
  if (is_float(type)) emit(Opcode::movaps, 8, to, from);
  else emit(Opcode::mov, op_width(type), to, from);
}

void Selector::load(Reg to, TypeId type, const Address& a) {
  if (is_float(type)) {
    emit_mem(type == kFloat ? Opcode::movss : Opcode::movsd, 8, 1, a, to);
  } else if (unsigned bytes = scalar_bytes(type); bytes < 4) {
    emit_mem(Opcode::movzx, bytes, 1, a, to);
    if (type == kBool) emit_imm(Opcode::and_, 4, to, 1);
  } else {
    emit_mem(Opcode::mov, bytes, 1, a, to);
  }
}

void Selector::store(const Address& a, Reg value, TypeId type) {
  if (is_float(type)) emit_mem(type == kFloat ? Opcode::movss : Opcode::movsd, 8, 0, a, value);
  else emit_mem(Opcode::mov, scalar_bytes(type), 0, a, value);
}

// Messages are made when code is: "file:line:col: division by zero".
uint32_t Selector::trap_number(TrapKind kind, Span span) {
  std::string place = module_.sources.describe(span);
  std::string message = place.empty() ? std::string(trap_message(kind))
                                      : fmt::format("{}: {}", place, trap_message(kind));
  out_->has_calls = true;
  out_->traps.push_back(static_cast<uint32_t>(object_.text(message)));
  return static_cast<uint32_t>(out_->traps.size() - 1);
}

}  // namespace ll::x86
