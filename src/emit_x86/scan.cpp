#include "emit_x86/scan.h"

#include <algorithm>
#include <bit>

#include "support/check.h"

namespace ll::x86 {

namespace {

constexpr uint32_t kEver = 0xffffffffu;
// Cheap ones first: caller-saved, those without special uses last taken; then callee-saved.
constexpr Reg kOrder[2][16] = {
    {rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11, rbx, Reg(14), Reg(15), Reg(12), Reg(13), rbp, {}},
    {xmm(0), xmm(1), xmm(2), xmm(3), xmm(4), xmm(5), xmm(6), xmm(7), xmm(8), xmm(9), xmm(10),
     xmm(11), xmm(12), xmm(13), xmm(14), xmm(15)}};

float frequency(uint32_t depth) {
  static constexpr float kByDepth[] = {1, 10, 100, 1000, 10000};
  return kByDepth[std::min(depth, 4u)];
}

}  // namespace

void Scan::run() {
  allocatable_ = kAllocatableGprs | 0xffff0000u;
  if (f_.has_alloc) allocatable_ &= ~mask(rbp);
  vregs.assign(f_.vregs.size(), {});
  pieces.clear();
  std::fill(std::begin(active_), std::end(active_), Piece::kNone);
  find_fixed();
  find_hints_and_remats();
  make_intervals();
  for (uint32_t p; (p = pop()) != Piece::kNone;) allocate(p);
}

// Ranges where physical registers are taken: between the instructions that selection put them
// in. They never cross blocks.
void Scan::find_fixed() {
  uint32_t open = 0, from[kPhysRegs] = {}, to[kPhysRegs] = {};
  auto close = [&](uint32_t r) {
    fixed_[r].push_back({from[r], to[r]});
    open &= ~(1u << r);
  };
  auto define = [&](uint32_t r, uint32_t pos) {
    if (open >> r & 1) close(r);
    from[r] = pos;
    to[r] = pos + 1;
    open |= 1u << r;
  };
  for (const MBlock& b : f_.blocks) {
    for (uint32_t n = b.begin; n < b.end; ++n) {
      const MInst& i = f_.insts[n];
      for_each_reg(i, [&](const Reg& r, Role role, unsigned) {
        if (r.is_phys() && reads(role) && r != rsp) to[r.id] = 2 * n + 1;
      });
      if (i.has_masks())
        for (uint32_t m = i.uses_mask(); m != 0; m &= m - 1) to[std::countr_zero(m)] = 2 * n + 1;
      for_each_reg(i, [&](const Reg& r, Role role, unsigned) {
        if (!r.is_phys() || r == rsp || !writes(role)) return;
        f_.used_regs |= mask(r);
        define(r.id, 2 * n + 1);
      });
      if (i.has_masks())
        for (uint32_t m = i.defs_mask(); m != 0; m &= m - 1)
          define(static_cast<uint32_t>(std::countr_zero(m)), 2 * n + 1);
      if (i.op == Opcode::call) calls_.push_back(2 * n + 1);
    }
    while (open != 0) close(static_cast<uint32_t>(std::countr_zero(open)));
  }
}

bool Scan::is_rematerialisable(const MInst& i) const {
  if (i.op == Opcode::mov) return i.has_imm && !i.has_mem();
  if (i.op == Opcode::zero || i.op == Opcode::zerox) return true;
  if (!has(i.op, opcode_flag::Z) || i.mem != 1 || i.base == MemBase::Base || i.index.valid())
    return false;
  // Addresses always; of memory only the constants, which are behind symbol 0.
  if (i.op == Opcode::lea) return i.base != MemBase::Outgoing && i.base != MemBase::Dynamic;
  return i.base == MemBase::Symbol && i.r[1].id == 0;
}

void Scan::find_hints_and_remats() {
  for (const MBlock& b : f_.blocks) {
    float freq = frequency(b.depth);
    for (uint32_t n = b.begin; n < b.end; ++n) {
      const MInst& i = f_.insts[n];
      for_each_reg(i, [&](const Reg& r, Role role, unsigned) {
        if (!r.is_virt()) return;
        VregState& v = vregs[r.vreg()];
        v.weight += writes(role) && reads(role) ? 2 * freq : freq;
        if (!writes(role)) return;
        // Remade only when this is the one definition, and it needs no other register.
        bool first = v.remat == Piece::kNone;
        v.remat = first && is_rematerialisable(i) && !reads(role) ? n : Piece::kNone - 1;
      });
      if (!is_copy(i)) continue;
      Reg to = i.r[0], from = i.r[1];
      if (to.is_virt() && !vregs[to.vreg()].hints[0].valid()) vregs[to.vreg()].hints[0] = from;
      if (from.is_virt() && (!vregs[from.vreg()].hints[1].valid() || to.is_phys()))
        vregs[from.vreg()].hints[1] = to;
    }
  }
  for (VregState& v : vregs)
    if (v.remat == Piece::kNone - 1) v.remat = Piece::kNone;
}

void Scan::make_intervals() {
  pieces.reserve(f_.vregs.size() * 5 / 4);
  sorted_.reserve(f_.vregs.size());
  for (uint32_t v = 0; v < f_.vregs.size(); ++v) {
    Range e = live_.extent(v);
    if (e.from == e.to) continue;
    vregs[v].first_piece = static_cast<uint32_t>(pieces.size());
    vregs[v].weight /= static_cast<float>(e.to - e.from + 8);
    // A value that can be remade is cheaper to lose.
    if (vregs[v].remat != Piece::kNone) vregs[v].weight *= 0.5f;
    sorted_.push_back(uint64_t{e.from} << 32 | pieces.size());
    pieces.push_back({.vreg = v,
                      .from = e.from,
                      .to = e.to,
                      .occurrence = live_.first_occurrence(v),
                      .reg = {}});
  }
  std::sort(sorted_.begin(), sorted_.end());
}

uint32_t Scan::pop() {
  bool more = sorted_cursor_ < sorted_.size();
  if (!waiting_.empty() &&
      (!more || waiting_.top().first <= static_cast<uint32_t>(sorted_[sorted_cursor_] >> 32))) {
    uint32_t p = waiting_.top().second;
    waiting_.pop();
    return p;
  }
  return more ? static_cast<uint32_t>(sorted_[sorted_cursor_++]) : Piece::kNone;
}

void Scan::expire(uint32_t pos) {
  for (uint32_t m = active_mask_; m != 0; m &= m - 1) {
    auto r = static_cast<uint32_t>(std::countr_zero(m));
    if (pieces[active_[r]].to <= pos) active_mask_ &= ~(1u << r);
  }
}

void Scan::compute_free(uint32_t pos, Bank bank, Free& free) {
  while (call_cursor_ < calls_.size() && calls_[call_cursor_] < pos) ++call_cursor_;
  uint32_t next_call = call_cursor_ < calls_.size() ? calls_[call_cursor_] : kEver;
  uint32_t of_bank = allocatable_ & (bank == Bank::Gpr ? 0xffffu : 0xffff0000u);
  for (uint32_t m = of_bank; m != 0; m &= m - 1) {
    auto r = static_cast<uint32_t>(std::countr_zero(m));
    uint32_t& c = fixed_cursor_[r];
    while (c < fixed_[r].size() && fixed_[r][c].to <= pos) ++c;
    uint32_t fixed = c < fixed_[r].size() ? fixed_[r][c].from : kEver;
    if (kCallClobbers >> r & 1) fixed = std::min(fixed, next_call);
    free.fixed[r] = fixed <= pos ? 0 : fixed;
    free.until[r] = active_mask_ >> r & 1 ? 0 : free.fixed[r];
  }
}

void Scan::assign(uint32_t piece, Reg r) {
  pieces[piece].reg = r;
  vregs[pieces[piece].vreg].last_reg = r;
  active_[r.id] = piece;
  active_mask_ |= 1u << r.id;
  f_.used_regs |= mask(r);
}

bool Scan::try_whole(uint32_t piece, const Free& free) {
  const Piece& p = pieces[piece];
  const VregState& v = vregs[p.vreg];
  Bank bank = f_.vregs[p.vreg].bank;
  auto fits = [&](Reg r) {
    return r.valid() && r.is_phys() && (allocatable_ >> r.id & 1) && bank_of_phys(r) == bank &&
           free.until[r.id] >= p.to;
  };
  for (Reg hint : {v.last_reg, v.hints[0], v.hints[1]}) {
    if (hint.is_virt()) hint = vregs[hint.vreg()].last_reg;
    if (!fits(hint)) continue;
    assign(piece, hint);
    return true;
  }
  Reg chosen;
  for (Reg r : kOrder[static_cast<unsigned>(bank)]) {
    if (!fits(r)) continue;
    bool fresh_callee_saved = (kCalleeSaved >> r.id & 1) && !(f_.used_regs >> r.id & 1);
    if (!chosen.valid() || !fresh_callee_saved) chosen = r;
    if (!fresh_callee_saved) break;
  }
  if (chosen.valid()) assign(piece, chosen);
  return chosen.valid();
}

// Index of the first occurrence that ends behind `pos`; past the last one when there is none.
uint32_t Scan::next_occurrence(uint32_t piece, uint32_t pos) const {
  const Piece& p = pieces[piece];
  uint32_t end = last_occurrence_end(p.vreg), lo = p.occurrence, hi = end;
  while (lo < hi) {
    uint32_t mid = (lo + hi) / 2;
    if (occurrence_position(mid) < pos) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

uint32_t Scan::split(uint32_t piece, uint32_t pos) {
  auto child = static_cast<uint32_t>(pieces.size());
  Piece p = pieces[piece];
  LL_CHECK(pos > p.from && pos < p.to, "a piece is cut inside");
  p.from = pos;
  p.reg = {};
  p.was_hoisted = false;
  pieces.push_back(p);
  pieces[child].occurrence = next_occurrence(child, pos);
  pieces[piece].to = pos;
  pieces[piece].next = child;
  return child;
}

uint32_t Scan::block_at(uint32_t pos) const {
  uint32_t inst = pos / 2;
  auto at = std::upper_bound(f_.blocks.begin(), f_.blocks.end(), inst,
                             [](uint32_t n, const MBlock& b) { return n < b.begin; });
  return static_cast<uint32_t>(at - f_.blocks.begin()) - 1;
}

// The last start of a block in (after, until] that lies in fewer loops than `until`, else
// `until`. Looks back over a bounded number of blocks.
uint32_t Scan::lowest_depth_start(uint32_t after, uint32_t until) const {
  constexpr unsigned kLookBack = 32;
  uint32_t b = block_at(until), best = until, depth = f_.blocks[b].depth;
  for (unsigned n = 0; n < kLookBack; ++n) {
    if (live_.block_start(b) <= after) break;
    if (f_.blocks[b].depth < depth) {
      depth = f_.blocks[b].depth;
      best = live_.block_start(b);
    }
    if (b == 0) break;
    --b;
  }
  return best;
}

// The piece has no register until its first occurrence, and waits again from there.
void Scan::spill_gap(uint32_t piece) {
  Piece& p = pieces[piece];
  vregs[p.vreg].needs_home = true;
  if (p.occurrence >= last_occurrence_end(p.vreg) || occurrence_position(p.occurrence) >= p.to)
    return;  // live on without being looked at
  uint32_t first = occurrence_position(p.occurrence);
  uint32_t start = first & 1 || p.was_hoisted ? first : lowest_depth_start(p.from, first);
  uint32_t child = split(piece, start);
  pieces[child].was_hoisted = start != first;
  push(child);
}

// What is left of an active piece goes home until its next occurrence.
void Scan::evict(uint32_t piece, uint32_t pos) {
  Reg r = pieces[piece].reg;
  active_mask_ &= ~(1u << r.id);
  if (pos <= pieces[piece].from) {  // nothing of it has happened yet
    pieces[piece].reg = {};
    spill_gap(piece);
    return;
  }
  spill_gap(split(piece, pos));
}

// Gives a register up to a fixed conflict; the rest waits from the instruction before it.
void Scan::assign_until(uint32_t piece, Reg r, uint32_t until) {
  if (until < pieces[piece].to) push(split(piece, until & ~1u));
  assign(piece, r);
}

void Scan::allocate(uint32_t piece) {
  uint32_t pos = pieces[piece].from;
  VregState& v = vregs[pieces[piece].vreg];
  expire(pos);
  Free free;
  Bank bank = f_.vregs[pieces[piece].vreg].bank;
  compute_free(pos, bank, free);
  if (try_whole(piece, free)) return;

  uint32_t first = pieces[piece].occurrence < last_occurrence_end(pieces[piece].vreg)
                       ? occurrence_position(pieces[piece].occurrence)
                       : kEver;
  bool starts_in_gap = first > pos;
  uint32_t served = (pos | 1) + 1;  // behind the first instruction
  Reg partial, weakest, farthest;
  uint32_t farthest_use = 0;
  for (Reg r : kOrder[static_cast<unsigned>(bank)]) {
    if (!r.valid() || !(allocatable_ >> r.id & 1)) continue;
    if (free.until[r.id] != 0) {
      if (!partial.valid() || free.until[r.id] > free.until[partial.id]) partial = r;
      continue;
    }
    if (!(active_mask_ >> r.id & 1) || free.fixed[r.id] == 0) continue;
    uint32_t other = active_[r.id], n = next_occurrence(other, pos & ~1u);
    uint32_t use = n < last_occurrence_end(pieces[other].vreg) ? occurrence_position(n) : kEver;
    if (use < served && use < pieces[other].to) continue;  // needed by this very instruction
    if (free.fixed[r.id] >= pieces[piece].to &&
        (!weakest.valid() ||
         vregs[pieces[other].vreg].weight < vregs[pieces[active_[weakest.id]].vreg].weight))
      weakest = r;
    if (free.fixed[r.id] >= served && (!farthest.valid() || use > farthest_use)) {
      farthest = r;
      farthest_use = use;
    }
  }
  if (weakest.valid() && vregs[pieces[active_[weakest.id]].vreg].weight < v.weight) {
    evict(active_[weakest.id], pos);
    return assign(piece, weakest);
  }
  if (partial.valid() && free.until[partial.id] >= served && (free.until[partial.id] & ~1u) > pos &&
      (!starts_in_gap || free.until[partial.id] > first + 2))
    return assign_until(piece, partial, free.until[partial.id]);
  if (starts_in_gap) return spill_gap(piece);
  LL_CHECK(farthest.valid(), "an instruction needs more registers than there are");
  evict(active_[farthest.id], pos);
  assign_until(piece, farthest, free.fixed[farthest.id]);
}

}  // namespace ll::x86
