#include "emit_x86/isel.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "support/check.h"

namespace ll::x86 {

bool Selector::select(const Function& f, MFunction& out) {
  f_ = &f;
  out_ = &out;
  out.clear();
  failed_ = false;
  if (!check(f)) return false;
  find_reachable();
  analyse();
  out.insts.reserve(f.insts.size() * 2);
  sret_ = {};
  if (is_aggregate(f.ret) && classify(module_.types, f.ret).in_memory) sret_ = temp();
  for (current_ = 0; current_ < order_.size(); ++current_) select_block(current_);
  assign_depths();
  return !failed_;
}

// What the verifier allows but this target cannot do.
bool Selector::check(const Function& f) {
  constexpr uint64_t kMaxArgument = 1 << 20;
  auto too_big = [&](TypeId t) { return is_aggregate(t) && module_.types.size(t) > kMaxArgument; };
  for (TypeId t : f.params)
    if (too_big(t)) {
      diags_.error(Code::E0721, {}, fmt::format("function '{}' takes a parameter of {} bytes by "
                   "value; at most 1 MiB can be passed on the stack", f.name.str(),
                   module_.types.size(t)));
      return false;
    }
  return true;
}

void Selector::find_reachable() {
  block_number_.assign(f_->blocks.size(), Reg::kNone);
  pred_count_.assign(f_->blocks.size(), 0);
  std::vector<BlockId> work{f_->entry()};
  block_number_[f_->entry().index] = 0;
  while (!work.empty()) {
    BlockId b = work.back();
    work.pop_back();
    for (const Edge& e : f_->succs(b)) {
      ++pred_count_[e.to.index];
      if (block_number_[e.to.index] != Reg::kNone) continue;
      block_number_[e.to.index] = 0;
      work.push_back(e.to);
    }
  }
  order_.clear();
  for (BlockId b : f_->layout)
    if (block_number_[b.index] != Reg::kNone) order_.push_back(b.index);
}

// Numbers machine blocks, counts uses, finds values that leave their block and memory epochs.
void Selector::analyse() {
  values_.assign(f_->insts.size(), {});
  slot_objects_.clear();
  uint32_t next_block = 0;
  for (uint32_t n = 0; n < order_.size(); ++n) {
    const Block& b = f_->block(BlockId(order_[n]));
    block_number_[order_[n]] = next_block++;
    for (const Edge& e : f_->succs(BlockId(order_[n])))
      if (f_->inst(b.insts.back()).op == Op::Br)
        next_block += e.args_count > 0 || pred_count_[e.to.index] > 1;
    uint32_t epoch = 0;
    for (ValueId p : b.params) at(p).block = n;
    for (ValueId v : b.insts) {
      at(v).block = n;
      at(v).epoch = epoch;
      epoch += writes_memory(f_->inst(v).op);
    }
  }
  for (uint32_t n = 0; n < order_.size(); ++n) {
    auto use = [&](ValueId v, bool elsewhere) {
      ValueInfo& info = at(v);
      ++info.uses;
      info.escapes |= elsewhere || info.block != n;
    };
    const Block& b = f_->block(BlockId(order_[n]));
    for (ValueId v : b.insts)
      for (ValueId a : f_->args(v)) use(a, false);
    // The arguments of a branch's edges are read in blocks of their own, selected later.
    auto edges = f_->succs(BlockId(order_[n]));
    for (const Edge& e : edges)
      for (ValueId a : f_->args(e)) use(a, edges.size() > 1);
  }
}

void Selector::select_block(uint32_t n) {
  BlockId id(order_[n]);
  const Block& b = f_->block(id);
  const Inst& last = f_->inst(b.insts.back());
  reversed_.clear();
  flags_live_ = false;
  for (size_t k = b.insts.size(); k-- > 0;) {
    ValueId v = b.insts[k];
    epoch_ = at(v).epoch;
    select_inst(v, f_->inst(v));
    flush_sequence();
  }
  if (n == 0) {
    select_params();
    flush_sequence();
  }
  finish_block();
  MBlock& mb = out_->blocks.back();
  if (last.op == Op::Jmp) mb.succ[0] = block_number_[f_->succs(last)[0].to.index];
  if (last.op != Op::Br) return;
  auto number = static_cast<uint32_t>(out_->blocks.size() - 1);
  auto edges = f_->succs(last);
  for (unsigned k = 0; k < 2; ++k) {
    const Edge& e = edges[k];
    bool split = e.args_count > 0 || pred_count_[e.to.index] > 1;
    uint32_t to = split ? static_cast<uint32_t>(out_->blocks.size()) : block_number_[e.to.index];
    out_->blocks[number].succ[k] = to;
    if (split) add_edge_block(e, number);
  }
  MInst& jcc = out_->insts[out_->blocks[number].end - 1];
  jcc.imm = static_cast<int64_t>(uint64_t{out_->blocks[number].succ[1]} << 32 |
                                 out_->blocks[number].succ[0]);
}

// Critical edges get a block of their own, so that moves always have a place.
void Selector::add_edge_block(const Edge& e, uint32_t) {
  reversed_.clear();
  flags_live_ = false;
  copy_edge_args(e);
  emit(Opcode::jmp, 4).imm = block_number_[e.to.index];
  flush_sequence();
  finish_block();
  out_->blocks.back().succ[0] = block_number_[e.to.index];
}

// Appends the sequence of one instruction in reverse. Going backward, the flags are known dead
// where a constant zero can be made the short way.
void Selector::flush_sequence() {
  for (size_t k = seq_.size(); k-- > 0;) {
    MInst& i = seq_[k];
    const OpcodeInfo& row = info(i.op);
    if (i.op == Opcode::mov && i.has_imm && i.imm == 0 && !i.has_mem() && !flags_live_) {
      i.op = Opcode::zero;
      i.has_imm = 0;
    } else if (row.flags & opcode_flag::R) {
      flags_live_ = true;
    } else if (row.flags & opcode_flag::W) {
      flags_live_ = false;
    }
    reversed_.push_back(i);
  }
  seq_.clear();
}

void Selector::finish_block() {
  MBlock b;
  b.begin = static_cast<uint32_t>(out_->insts.size());
  out_->insts.insert(out_->insts.end(), reversed_.rbegin(), reversed_.rend());
  b.end = static_cast<uint32_t>(out_->insts.size());
  out_->blocks.push_back(b);
}

// An edge backward in the layout spans a loop. Exact for loops laid out in one piece, which is
// how they come; only weights depend on it.
void Selector::assign_depths() {
  std::vector<int32_t> change(out_->blocks.size() + 1, 0);
  std::vector<uint32_t> last_latch(out_->blocks.size(), Reg::kNone);
  for (uint32_t n = 0; n < out_->blocks.size(); ++n)
    for (unsigned k = 0; k < out_->blocks[n].succ_count(); ++k)
      if (uint32_t to = out_->blocks[n].succ[k]; to <= n) last_latch[to] = n;
  for (uint32_t n = 0; n < last_latch.size(); ++n)
    if (last_latch[n] != Reg::kNone) {
      ++change[n];
      --change[last_latch[n] + 1];
    }
  int32_t depth = 0;
  for (uint32_t n = 0; n < out_->blocks.size(); ++n) {
    depth += change[n];
    out_->blocks[n].depth = static_cast<uint32_t>(depth);
  }
}

// Sequentialises the parallel move of an edge: a move goes when nothing still needs its target;
// what remains are cycles, each opened by one temporary.
void Selector::copy_edge_args(const Edge& e) {
  const Block& to = f_->block(e.to);
  auto args = f_->args(e);
  copies_.clear();
  for (size_t k = 0; k < args.size(); ++k) {
    ValueId from = args[k];
    Reg target = dest(to.params[k]);
    bool is_register = !is_leaf(f_->inst(from).op) && f_->inst(from).op != Op::Slot;
    if (is_register && use(from) == target) continue;
    copies_.push_back({target, from, is_register ? use(from) : Reg()});
  }
  // readers[target] counts pending moves that read it; kept in a side table by virtual register.
  std::vector<std::pair<uint32_t, uint32_t>> readers;         // (register, count), sorted
  for (const Copy& c : copies_)
    if (c.reg.valid()) readers.push_back({c.reg.id, 1});
  std::sort(readers.begin(), readers.end());
  size_t kept = 0;
  for (size_t k = 0; k < readers.size(); ++k)
    if (kept > 0 && readers[kept - 1].first == readers[k].first) ++readers[kept - 1].second;
    else readers[kept++] = readers[k];
  readers.resize(kept);
  auto count = [&](Reg r) -> uint32_t* {
    auto found = std::lower_bound(readers.begin(), readers.end(), std::pair(r.id, 0u));
    return found != readers.end() && found->first == r.id ? &found->second : nullptr;
  };
  std::vector<std::pair<uint32_t, uint32_t>> by_target;       // (target register, copy)
  for (uint32_t k = 0; k < copies_.size(); ++k) by_target.push_back({copies_[k].to.id, k});
  std::sort(by_target.begin(), by_target.end());
  std::vector<uint32_t> ready;
  std::vector<bool> done(copies_.size(), false);
  auto is_free = [&](Reg r) { uint32_t* n = count(r); return n == nullptr || *n == 0; };
  for (uint32_t k = 0; k < copies_.size(); ++k)
    if (copies_[k].reg.valid() && is_free(copies_[k].to)) ready.push_back(k);
  auto run = [&](uint32_t k) {
    Copy& c = copies_[k];
    done[k] = true;
    copy(c.to, c.reg, f_->type(c.from));
    if (--*count(c.reg) > 0) return;
    auto writer = std::lower_bound(by_target.begin(), by_target.end(), std::pair(c.reg.id, 0u));
    if (writer != by_target.end() && writer->first == c.reg.id && !done[writer->second] &&
        copies_[writer->second].reg.valid())
      ready.push_back(writer->second);
  };
  auto drain = [&] {
    while (!ready.empty()) {
      uint32_t k = ready.back();
      ready.pop_back();
      if (!done[k]) run(k);
    }
  };
  drain();
  for (uint32_t k = 0; k < copies_.size(); ++k) {
    if (done[k] || !copies_[k].reg.valid()) continue;
    // A cycle: save this copy's target, so that its readers read the saved value.
    Reg saved = temp_of(f_->type(copies_[k].from));
    copy(saved, copies_[k].to, f_->type(copies_[k].from));
    uint32_t* n = count(copies_[k].to);
    for (Copy& c : copies_)
      if (!done[static_cast<size_t>(&c - copies_.data())] && c.reg == copies_[k].to) c.reg = saved;
    auto place = std::lower_bound(readers.begin(), readers.end(), std::pair(saved.id, 0u));
    uint32_t pending = *n;
    *n = 0;
    readers.insert(place, {saved.id, pending});
    ready.push_back(k);
    drain();
  }
  for (const Copy& c : copies_)
    if (!c.reg.valid()) use_into(c.to, c.from);
}

void Selector::select_inst(ValueId v, const Inst& i) {
  bool has_result = i.type != kVoid && i.op != Op::Call;
  if (has_result && !is_wanted(v) && is_removable(*f_, i)) return;
  switch (i.op) {
    case Op::Param: case Op::Const: case Op::Undef: case Op::GlobalAddr:
      LL_UNREACHABLE("a leaf or parameter listed in a block");
    case Op::Add: case Op::Sub: case Op::Mul: case Op::And: case Op::Or: case Op::Xor:
    case Op::Not: return select_binary(v, i);
    case Op::Div: case Op::Rem: case Op::UDiv: case Op::URem: return select_division(v, i);
    case Op::Shl: case Op::LShr: case Op::AShr: return select_shift(v, i);
    case Op::FAdd: case Op::FSub: case Op::FMul: case Op::FDiv: case Op::FSqrt:
      return select_float_binary(v, i);
    case Op::FNeg: case Op::FAbs: return select_float_bits(v, i);
    case Op::Fma: return select_fma(v, i);
    case Op::Eq: case Op::Ne: case Op::Lt: case Op::Le: case Op::Gt: case Op::Ge: case Op::ULt:
    case Op::ULe: case Op::UGt: case Op::UGe: case Op::FEq: case Op::FNe: case Op::FLt:
    case Op::FLe: case Op::FGt: case Op::FGe: return select_compare(v, i);
    case Op::Select: return select_select(v, i);
    case Op::Trunc: case Op::ZExt: case Op::SExt: case Op::PtrToInt: case Op::IntToPtr:
    case Op::Bitcast: case Op::SpaceCast: return select_convert(v, i);
    case Op::FPExt: case Op::FPTrunc: case Op::SIToFP: case Op::UIToFP: case Op::FPToSI:
    case Op::FPToUI: return select_float_convert(v, i);
    case Op::Slot: return select_slot(v, i);
    case Op::Alloc: return select_alloc(v, i);
    case Op::PtrAdd: return select_ptradd(v, i);
    case Op::Load: return select_load(v, i);
    case Op::Store: return select_store(i);
    case Op::Copy: {
      auto args = f_->args(i);
      return copy_memory(address(args[0]), address(args[1]), static_cast<uint64_t>(i.imm));
    }
    case Op::Call: return select_call(v, i);
    case Op::Jmp: {
      const Edge& e = f_->succs(i)[0];
      copy_edge_args(e);
      emit(Opcode::jmp, 4).imm = block_number_[e.to.index];
      return;
    }
    case Op::Br: {
      Cond c = emit_condition(f_->args(i)[0]);
      emit(Opcode::jcc, 4).aux = static_cast<uint8_t>(c);     // targets: select_block
      return;
    }
    case Op::Ret: return select_return(i);
    case Op::Trap:
      emit(Opcode::trap, 4).imm = trap_number(static_cast<TrapKind>(i.imm), i.span);
      return;
    case Op::LocalId: case Op::GroupId: case Op::GroupSize: case Op::GroupCount: case Op::Barrier:
      break;
  }
  diags_.error(Code::E0722, i.span,
               fmt::format("'{}' in function '{}' has a meaning in kernels only; code for x86-64 "
                           "takes kernels after they became workgroup functions",
                           info(i.op).text, f_->name.str()));
  failed_ = true;
}

// ---- Operands

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
      Address whole{.base = MemBase::Symbol, .reg = Reg(object_.symbol_of(GlobalId(
                        static_cast<uint32_t>(i.imm))))};
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
    MInst& m = emit_source(i.type == kInt32 ? Opcode::movsxd : Opcode::movsx,
                           scalar_bytes(i.type), wide, s);
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
