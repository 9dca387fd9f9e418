#include "emit_x86/isel.h"

#include <fmt/format.h>

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
      diags_.error(Code::E0721, {},
                   fmt::format("function '{}' takes a parameter of {} bytes by "
                               "value; at most 1 MiB can be passed on the stack",
                               f.name.str(), module_.types.size(t)));
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
    if (split) add_edge_block(e);
  }
  MInst& jcc = out_->insts[out_->blocks[number].end - 1];
  jcc.imm = static_cast<int64_t>(uint64_t{out_->blocks[number].succ[1]} << 32 |
                                 out_->blocks[number].succ[0]);
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

void Selector::select_inst(ValueId v, const Inst& i) {
  bool has_result = i.type != kVoid && i.op != Op::Call;
  if (has_result && !is_wanted(v) && is_removable(*f_, i)) return;
  switch (i.op) {
    case Op::Param:
    case Op::Const:
    case Op::Undef:
    case Op::GlobalAddr:
      LL_UNREACHABLE("a leaf or parameter listed in a block");
    case Op::Add:
    case Op::Sub:
    case Op::Mul:
    case Op::And:
    case Op::Or:
    case Op::Xor:
    case Op::Not:
      return select_binary(v, i);
    case Op::Div:
    case Op::Rem:
    case Op::UDiv:
    case Op::URem:
      return select_division(v, i);
    case Op::Shl:
    case Op::LShr:
    case Op::AShr:
      return select_shift(v, i);
    case Op::FAdd:
    case Op::FSub:
    case Op::FMul:
    case Op::FDiv:
    case Op::FSqrt:
      return select_float_binary(v, i);
    case Op::FNeg:
    case Op::FAbs:
      return select_float_bits(v, i);
    case Op::Fma:
      return select_fma(v, i);
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
    case Op::FEq:
    case Op::FNe:
    case Op::FLt:
    case Op::FLe:
    case Op::FGt:
    case Op::FGe:
      return select_compare(v, i);
    case Op::Select:
      return select_select(v, i);
    case Op::Trunc:
    case Op::ZExt:
    case Op::SExt:
    case Op::PtrToInt:
    case Op::IntToPtr:
    case Op::Bitcast:
    case Op::SpaceCast:
      return select_convert(v, i);
    case Op::FPExt:
    case Op::FPTrunc:
    case Op::SIToFP:
    case Op::UIToFP:
    case Op::FPToSI:
    case Op::FPToUI:
      return select_float_convert(v, i);
    case Op::Slot:
      return select_slot(v, i);
    case Op::Alloc:
      return select_alloc(v, i);
    case Op::PtrAdd:
      return select_ptradd(v, i);
    case Op::Load:
      return select_load(v, i);
    case Op::Store:
      return select_store(i);
    case Op::Copy: {
      auto args = f_->args(i);
      return copy_memory(address(args[0]), address(args[1]), static_cast<uint64_t>(i.imm));
    }
    case Op::Call:
      return select_call(v, i);
    case Op::Jmp: {
      const Edge& e = f_->succs(i)[0];
      copy_edge_args(e);
      emit(Opcode::jmp, 4).imm = block_number_[e.to.index];
      return;
    }
    case Op::Br: {
      Cond c = emit_condition(f_->args(i)[0]);
      emit(Opcode::jcc, 4).aux = static_cast<uint8_t>(c);  // targets: select_block
      return;
    }
    case Op::Ret:
      return select_return(i);
    case Op::Trap:
      emit(Opcode::trap, 4).imm = trap_number(static_cast<TrapKind>(i.imm), i.span);
      return;
    case Op::LocalId:
    case Op::GroupId:
    case Op::GroupSize:
    case Op::GroupCount:
    case Op::Barrier:
      break;
  }
  diags_.error(Code::E0722, i.span,
               fmt::format("'{}' in function '{}' has a meaning in kernels only; code for x86-64 "
                           "takes kernels after they became workgroup functions",
                           info(i.op).text, f_->name.str()));
  failed_ = true;
}

}  // namespace ll::x86
