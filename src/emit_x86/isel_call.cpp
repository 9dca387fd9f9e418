// Calls, parameters and results under the System V convention (abi.h).
#include <bit>
#include <span>

#include "emit_x86/isel.h"

namespace ll::x86 {

namespace {

constexpr Reg kResultGprs[2] = {rax, rdx};
constexpr Reg kResultXmms[2] = {xmm(0), xmm(1)};

// The registers of an aggregate result; each bank counts for itself.
void result_registers(const AggregateClass& c, Reg out[2]) {
  unsigned gprs = 0, xmms = 0;
  for (unsigned n = 0; n < c.count; ++n)
    out[n] = c.bank[n] == Bank::Gpr ? kResultGprs[gprs++] : kResultXmms[xmms++];
}

int64_t masks(uint32_t uses, uint32_t defs) {
  return static_cast<int64_t>(uint64_t{defs} << 32 | uses);
}

}  // namespace

// ---- Aggregates in registers

// Reading an eightbyte must not touch bytes behind the object: an odd tail is copied first.
Selector::Address Selector::eightbyte_source(const Address& object, uint64_t size, unsigned n) {
  Address part = object;
  part.disp += static_cast<int32_t>(n * 8);
  uint64_t left = size - n * 8;
  if (left >= 8 || std::has_single_bit(left)) return part;
  Address whole{.base = MemBase::Frame, .reg = Reg(out_->new_object(8, 8))};
  copy_memory(whole, part, left);
  return whole;
}

void Selector::load_eightbytes(const AggregateClass& c, uint64_t size, Address object,
                               const Reg* to) {
  for (unsigned n = 0; n < c.count; ++n) {
    Address part = eightbyte_source(object, size, n);
    uint64_t left = size - n * 8;
    auto width = static_cast<unsigned>(left >= 8 || !std::has_single_bit(left) ? 8 : left);
    if (c.bank[n] == Bank::Xmm)
      emit_mem(width == 4 ? Opcode::movss : Opcode::movsd, 8, 1, part, to[n]);
    else emit_mem(width < 4 ? Opcode::movzx : Opcode::mov, width, 1, part, to[n]);
  }
}

void Selector::store_eightbytes(const AggregateClass& c, uint64_t size, Address object,
                                const Reg* from) {
  for (unsigned n = 0; n < c.count; ++n) {
    Address part = object;
    part.disp += static_cast<int32_t>(n * 8);
    uint64_t left = size - n * 8;
    bool whole = left >= 8 || std::has_single_bit(left);
    auto width = static_cast<unsigned>(left >= 8 || !whole ? 8 : left);
    Address to = part;
    if (!whole) to = {.base = MemBase::Frame, .reg = Reg(out_->new_object(8, 8))};
    if (c.bank[n] == Bank::Xmm)
      emit_mem(width == 4 ? Opcode::movss : Opcode::movsd, 8, 0, to, from[n]);
    else emit_mem(Opcode::mov, width, 0, to, from[n]);
    if (!whole) copy_memory(part, to, left);
  }
}

// ---- Our own parameters and result

void Selector::select_params() {
  lay_out_call(module_.types, f_->params, f_->ret, own_layout_);
  const Block& entry = f_->block(f_->entry());
  uint32_t defs = own_layout_.has_sret ? mask(rdi) : 0;
  for (const ArgPlace& place : own_layout_.args)
    for (unsigned n = 0; n < place.reg_count; ++n) defs |= mask(place.reg[n]);
  emit(Opcode::entry, 8).imm = masks(0, defs);
  if (own_layout_.has_sret) emit(Opcode::mov, 8, sret_, rdi);
  for (size_t k = 0; k < entry.params.size(); ++k)
    receive_parameter(own_layout_.args[k], entry.params[k]);
}

void Selector::receive_parameter(const ArgPlace& place, ValueId param) {
  if (!is_wanted(param) && at(param).uses == 0) return;
  Address incoming{.base = MemBase::Incoming, .disp = static_cast<int32_t>(place.stack_offset)};
  Reg d = dest(param);
  if (is_aggregate(place.type)) {
    uint64_t size = module_.types.size(place.type);
    if (place.aggregate.count == 0 && place.aggregate.in_memory) {
      emit_mem(Opcode::lea, 8, 1, incoming, d);  // the caller made our private copy
      return;
    }
    if (place.reg_count == 0 && place.aggregate.count > 0) {
      emit_mem(Opcode::lea, 8, 1, incoming, d);
      return;
    }
    Address object{.base = MemBase::Frame,
                   .reg = Reg(out_->new_object(std::max<uint64_t>(size, 1), 16))};
    store_eightbytes(place.aggregate, size, object, place.reg);
    emit_mem(Opcode::lea, 8, 1, object, d);
  } else if (place.reg_count == 0) {
    load(d, place.type, incoming);
  } else if (place.type == kBool) {
    emit(Opcode::movzx, 1, d, place.reg[0]);
  } else {
    copy(d, place.reg[0], place.type);
  }
}

void Selector::select_return(const Inst& i) {
  auto args = f_->args(i);
  uint32_t uses = 0;
  if (args.empty()) {
    // Nothing to hand over.
  } else if (is_aggregate(f_->ret)) {
    uint64_t size = module_.types.size(f_->ret);
    AggregateClass c = classify(module_.types, f_->ret);
    if (c.in_memory) {
      copy_memory({.reg = sret_}, address(args[0]), size);
      emit(Opcode::mov, 8, rax, sret_);
      uses = mask(rax);
    } else {
      Reg to[2];
      result_registers(c, to);
      for (unsigned n = 0; n < c.count; ++n) uses |= mask(to[n]);
      load_eightbytes(c, size, {.reg = use(args[0])}, to);
    }
  } else if (is_float(f_->ret)) {
    use_into(xmm(0), args[0]);
    uses = mask(xmm(0));
  } else {
    Reg value = use(args[0]);
    if (f_->ret == kInt8 || f_->ret == kInt16)
      emit(Opcode::movsx, scalar_bytes(f_->ret), rax, value).aux = 4;
    else copy(rax, value, f_->ret);
    uses = mask(rax);
  }
  emit(Opcode::ret, 8).imm = masks(uses, 0);
}

// ---- Calls

void Selector::pass_on_stack(const ArgPlace& place, ValueId arg) {
  Address to{.base = MemBase::Outgoing, .disp = static_cast<int32_t>(place.stack_offset)};
  if (is_aggregate(place.type)) {
    copy_memory(to, address(arg), module_.types.size(place.type));
  } else if (is_float(place.type)) {
    store(to, use(arg), place.type);
  } else {
    Reg value = use(arg);
    if (place.type == kInt8 || place.type == kInt16) value = extended(arg, true);
    emit_mem(Opcode::mov, 8, 0, to, value);
  }
}

void Selector::pass_argument(const ArgPlace& place, ValueId arg, uint32_t& uses) {
  for (unsigned n = 0; n < place.reg_count; ++n) uses |= mask(place.reg[n]);
  Reg to = place.reg[0];
  if (is_aggregate(place.type)) {
    load_eightbytes(place.aggregate, module_.types.size(place.type), {.reg = use(arg)}, place.reg);
  } else if ((place.type == kInt8 || place.type == kInt16) && !f_->is_const(arg)) {
    Source s = source(arg, scalar_bytes(place.type));
    emit_source(Opcode::movsx, scalar_bytes(place.type), to, s).aux = 4;
  } else if (can_fold_load(arg) && place.type != kBool) {
    load(to, place.type, address(f_->args(f_->inst(arg))[0]));
  } else {
    use_into(to, arg);
  }
}

void Selector::select_call(ValueId v, const Inst& i) {
  const Function& callee = module_.callee(i);
  auto args = f_->args(i);
  lay_out_call(module_.types, callee.params, callee.ret, layout_);
  out_->has_calls = true;
  out_->outgoing_bytes = std::max<uint64_t>(out_->outgoing_bytes, layout_.stack_bytes);
  bool aggregate_result = is_aggregate(callee.ret);
  ValueId result_address = aggregate_result ? args[0] : ValueId();
  args = args.subspan(aggregate_result ? 1 : 0);
  uint32_t uses = 0;
  // Memory first: copies of it may need fixed registers, which arguments then occupy.
  for (size_t k = 0; k < args.size(); ++k)
    if (layout_.args[k].reg_count == 0) pass_on_stack(layout_.args[k], args[k]);
  if (layout_.has_sret) {
    use_into(rdi, result_address);
    uses |= mask(rdi);
  }
  for (size_t k = 0; k < args.size(); ++k)
    if (layout_.args[k].reg_count != 0) pass_argument(layout_.args[k], args[k], uses);
  if (callee.is(kExternal)) {  // it may take a variable number
    emit_imm(Opcode::mov, 4, rax, layout_.xmm_count);
    uses |= mask(rax);
  }
  Reg results[2] = {is_float(callee.ret) ? xmm(0) : rax, Reg()};
  if (aggregate_result) result_registers(layout_.ret, results);
  uint32_t defs = 0;
  unsigned result_count = aggregate_result ? layout_.ret.count : callee.ret == kVoid ? 0 : 1;
  if (layout_.has_sret) result_count = 0;
  for (unsigned n = 0; n < result_count; ++n) defs |= mask(results[n]);
  MInst& call = emit(Opcode::call, 8);
  call.disp = static_cast<int32_t>(object_.symbol_of(callee));
  call.imm = masks(uses, defs);
  if (aggregate_result && !layout_.has_sret) {
    // Out of the fixed registers at once: storing may need some.
    Reg saved[2];
    for (unsigned n = 0; n < result_count; ++n) {
      saved[n] = temp(layout_.ret.bank[n]);
      copy(saved[n], results[n], layout_.ret.bank[n] == Bank::Gpr ? kInt64 : kDouble);
    }
    store_eightbytes(layout_.ret, module_.types.size(callee.ret), {.reg = use(result_address)},
                     saved);
  } else if (result_count != 0 && is_wanted(v)) {
    if (callee.ret == kBool) emit(Opcode::movzx, 1, dest(v), rax);
    else copy(dest(v), results[0], callee.ret);
  }
}

// A function of the C library on floats: what the processor cannot do by itself.
void Selector::call_math(const char* name, Reg d, std::span<const Reg> args, TypeId type) {
  out_->has_calls = true;
  uint32_t uses = 0;
  for (unsigned n = 0; n < args.size(); ++n) {
    copy(xmm(n), args[n], type);
    uses |= mask(xmm(n));
  }
  MInst& call = emit(Opcode::call, 8);
  call.disp = static_cast<int32_t>(object_.external(name));
  call.imm = masks(uses, mask(xmm(0)));
  copy(d, xmm(0), type);
}

}  // namespace ll::x86
