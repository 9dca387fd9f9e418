// Arguments of edges become moves into the registers of block parameters, all at once.
#include "emit_x86/isel.h"

namespace ll::x86 {

// Edges with arguments that leave a branch, and critical ones, get a block of their own, so that
// moves always have a place. Blocks that stay empty are not encoded.
void Selector::add_edge_block(const Edge& e) {
  reversed_.clear();
  flags_live_ = false;
  copy_edge_args(e);
  emit(Opcode::jmp, 4).imm = block_number_[e.to.index];
  flush_sequence();
  finish_block();
  out_->blocks.back().succ[0] = block_number_[e.to.index];
}

// A move goes when nothing still has to read its target. What is then left are cycles, each
// opened by one temporary. Leaves read no register and come last.
void Selector::copy_edge_args(const Edge& e) {
  collect_edge_copies(e);
  ready_.clear();
  for (uint32_t k = 0; k < copies_.size(); ++k)
    if (copies_[k].from.valid() && edge_regs_[copies_[k].to.vreg()].readers == 0)
      ready_.push_back(k);
  run_ready_copies();
  for (uint32_t k = 0; k < copies_.size(); ++k)
    if (copies_[k].from.valid() && edge_regs_[copies_[k].to.vreg()].writer == k) {
      open_cycle(k);
      run_ready_copies();
    }
  for (const EdgeCopy& c : copies_)
    if (!c.from.valid()) use_into(c.to, c.value);
}

void Selector::collect_edge_copies(const Edge& e) {
  const Block& to = f_->block(e.to);
  auto args = f_->args(e);
  copies_.clear();
  for (size_t k = 0; k < args.size(); ++k) {
    const Inst& i = f_->inst(args[k]);
    bool in_register = !is_leaf(i.op) && (i.op != Op::Slot || is_over_aligned(i));
    Reg target = dest(to.params[k]), from = in_register ? dest(args[k]) : Reg();
    if (from != target) copies_.push_back({target, from, args[k]});
  }
  if (edge_regs_.size() < out_->vregs.size()) edge_regs_.resize(out_->vregs.size());
  for (const EdgeCopy& c : copies_) {
    edge_regs_[c.to.vreg()] = {};
    if (c.from.valid()) edge_regs_[c.from.vreg()] = {};
  }
  for (uint32_t k = 0; k < copies_.size(); ++k) {
    if (!copies_[k].from.valid()) continue;
    edge_regs_[copies_[k].to.vreg()].writer = k;
    ++edge_regs_[copies_[k].from.vreg()].readers;
  }
}

void Selector::run_ready_copies() {
  while (!ready_.empty()) {
    const EdgeCopy& c = copies_[ready_.back()];
    ready_.pop_back();
    copy(c.to, c.from, f_->type(c.value));
    edge_regs_[c.to.vreg()].writer = Reg::kNone;
    EdgeReg& source = edge_regs_[c.from.vreg()];
    if (--source.readers == 0 && source.writer != Reg::kNone) ready_.push_back(source.writer);
  }
}

// Saves the target of a copy for its one reader left, which is the next of the cycle.
void Selector::open_cycle(uint32_t first) {
  Reg target = copies_[first].to, saved = temp_of(f_->type(copies_[first].value));
  copy(saved, target, f_->type(copies_[first].value));
  edge_regs_.resize(out_->vregs.size());
  for (EdgeCopy& c : copies_)
    if (c.from == target && edge_regs_[c.to.vreg()].writer != Reg::kNone) c.from = saved;
  edge_regs_[saved.vreg()] = {.readers = edge_regs_[target.vreg()].readers};
  edge_regs_[target.vreg()].readers = 0;
  ready_.push_back(first);
}

}  // namespace ll::x86
