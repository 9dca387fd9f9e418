// Applies the result of linear scan: registers into instructions, stores behind definitions,
// and parallel moves where pieces meet, inside blocks and on edges.
#include <algorithm>

#include "emit_x86/coalesce.h"
#include "emit_x86/regalloc.h"
#include "emit_x86/scan.h"
#include "support/check.h"

namespace ll::x86 {

namespace {

constexpr uint32_t kNone = Piece::kNone;

class Resolver {
 public:
  Resolver(MFunction& f, Liveness& live, Scan& scan, AllocationTrace* trace)
      : f_(f), live_(live), scan_(scan), trace_(trace) {}
  void run();

 private:
  // A value that must be in `to` at a place; from a register, or from home when there is none.
  // Moves of one place happen at once. Before an instruction there are three places: what an edge
  // into its block moves, what is cut there, and what the edge out of its block moves.
  enum Kind : uint32_t { kIn, kCut, kOut };
  struct Move {
    uint64_t place;
    uint32_t vreg;
    Reg from, to;
    bool operator<(const Move& o) const { return place < o.place; }
  };
  static uint64_t place(uint32_t inst, Kind kind) { return uint64_t{inst} * 4 + kind; }
  void fold_single_uses();
  void start_cursors();
  void find_piece_moves();
  void find_edge_moves();
  void make_homes();
  void rewrite();
  void emit_moves(std::span<Move> moves);
  void break_cycles(std::span<Move> moves);
  void reload(const Move& m);
  Reg location(const std::vector<uint32_t>& pieces, uint32_t pos) const;
  const Piece& piece_at(uint32_t vreg, uint32_t pos);
  void add(const MInst& i, uint32_t origin, uint32_t vreg);

  MFunction& f_;
  Liveness& live_;
  Scan& scan_;
  AllocationTrace* trace_;
  std::vector<Move> moves_;
  std::vector<uint32_t> current_;  // piece of each vreg while rewriting
  std::vector<MInst> out_;
};

void Resolver::run() {
  fold_single_uses();
  find_piece_moves();
  find_edge_moves();
  make_homes();
  rewrite();
}

// A piece that is reloaded for one reading instruction can often be read from home by it. Homes
// are not made yet; here the operand only loses its register.
void Resolver::fold_single_uses() {
  std::vector<uint32_t> candidates;
  for (uint32_t n = 0; n < scan_.pieces.size(); ++n) {
    const Piece& p = scan_.pieces[n];
    const VregState& v = scan_.vregs[p.vreg];
    bool one_read = p.reg.valid() && (p.from & 1) == 0 && p.to == p.from + 1;
    if (one_read && v.needs_home && v.remat == kNone) candidates.push_back(n);
  }
  std::sort(candidates.begin(), candidates.end(),
            [&](uint32_t a, uint32_t b) { return scan_.pieces[a].from < scan_.pieces[b].from; });
  start_cursors();
  for (uint32_t n : candidates) {
    Piece& p = scan_.pieces[n];
    MInst& i = f_.insts[p.from / 2];
    unsigned count = 0, operand = 3;
    bool other_at_home = false;  // one memory operand is all there is
    for_each_reg(i, [&](Reg& r, Role role, unsigned k) {
      if (!r.is_virt()) return;
      if (r == Reg::virt(p.vreg)) {
        ++count;
        operand = writes(role) ? 3 : k;
      } else {
        other_at_home |= !piece_at(r.vreg(), p.from + (reads(role) ? 0 : 1)).reg.valid();
      }
    });
    if (count == 1 && operand < 3 && !other_at_home && can_use_home(i, operand, f_.vregs[p.vreg]))
      p.reg = {};
  }
}

void Resolver::start_cursors() {
  current_.resize(scan_.vregs.size());
  for (size_t v = 0; v < current_.size(); ++v) current_[v] = scan_.vregs[v].first_piece;
}

// To be asked with positions that ascend, but for the two of one instruction.
const Piece& Resolver::piece_at(uint32_t vreg, uint32_t pos) {
  uint32_t& p = current_[vreg];
  while (scan_.pieces[p].next != kNone && scan_.pieces[scan_.pieces[p].next].from <= pos)
    p = scan_.pieces[p].next;
  return scan_.pieces[p];
}

void Resolver::find_piece_moves() {
  for (const VregState& v : scan_.vregs) {
    for (uint32_t p = v.first_piece; p != kNone && scan_.pieces[p].next != kNone;) {
      const Piece& before = scan_.pieces[p];
      p = before.next;
      const Piece& after = scan_.pieces[p];
      if (!after.reg.valid() || (after.from & 1) != 0) continue;
      uint32_t inst = after.from / 2;
      if (inst == f_.blocks[scan_.block_at(after.from)].begin) continue;  // edges see to it
      Reg from = before.to == after.from ? before.reg : Reg();
      if (from != after.reg) moves_.push_back({place(inst, kCut), after.vreg, from, after.reg});
    }
  }
}

Reg Resolver::location(const std::vector<uint32_t>& pieces, uint32_t pos) const {
  auto at = std::upper_bound(pieces.begin(), pieces.end(), pos,
                             [&](uint32_t x, uint32_t p) { return x < scan_.pieces[p].from; });
  if (at == pieces.begin()) return {};
  const Piece& p = scan_.pieces[*(at - 1)];
  return pos < p.to ? p.reg : Reg();
}

// Registers that were cut may be in different places at the two ends of an edge.
void Resolver::find_edge_moves() {
  std::vector<uint32_t> pieces;
  for (uint32_t v = 0; v < scan_.vregs.size(); ++v) {
    uint32_t first = scan_.vregs[v].first_piece;
    if (first == kNone || scan_.pieces[first].next == kNone) continue;
    pieces.clear();
    for (uint32_t p = first; p != kNone; p = scan_.pieces[p].next) pieces.push_back(p);
    for (uint32_t b : live_.live_in_blocks(v)) {
      Reg to = location(pieces, live_.block_start(b));
      if (!to.valid()) continue;
      for (uint32_t p : live_.preds(b)) {
        Reg from = location(pieces, live_.block_end(p) - 1);
        if (from == to) continue;
        // Edges that leave a block with several ways enter one with a single way in.
        bool at_end = f_.blocks[p].succ_count() == 1;
        uint64_t where =
            at_end ? place(f_.blocks[p].end - 1, kOut) : place(f_.blocks[b].begin, kIn);
        moves_.push_back({where, v, from, to});
      }
    }
  }
}

void Resolver::make_homes() {
  for (uint32_t v = 0; v < scan_.vregs.size(); ++v) {
    VregState& state = scan_.vregs[v];
    if (!state.needs_home || state.remat != kNone) continue;
    unsigned bytes = f_.vregs[v].bytes;
    state.home = f_.new_object(bytes, bytes);
  }
}

void Resolver::add(const MInst& i, uint32_t origin, uint32_t vreg) {
  out_.push_back(i);
  if (trace_) trace_->origins.push_back({origin, vreg});
}

void Resolver::reload(const Move& m) {
  const VregState& v = scan_.vregs[m.vreg];
  if (v.remat == kNone) {
    LL_CHECK(v.home != kNone, "a value without a home is read from it");
    return add(make_reload(m.to, f_.vregs[m.vreg], v.home), AllocationTrace::kInserted, m.vreg);
  }
  MInst i = f_.insts[v.remat];
  if (i.op == Opcode::zero) {  // the flags may be live here
    i.op = Opcode::mov;
    i.has_imm = 1;
    i.imm = 0;
  }
  i.r[0] = m.to;
  add(i, AllocationTrace::kInserted, m.vreg);
}

// What is left are rings of registers, each turned by exchanges.
void Resolver::break_cycles(std::span<Move> moves) {
  for (Move& m : moves) {
    if (m.from == m.to) continue;
    MInst x;
    x.op = Opcode::xchg;
    x.width = 8;
    x.r[0] = m.to;
    x.r[1] = m.from;
    Reg a = m.from, b = m.to;
    if (bank_of_phys(a) == Bank::Gpr) {
      add(x, AllocationTrace::kInserted, m.vreg);
    } else {  // through the frame
      uint32_t object = f_.new_object(16, 16);
      VregInfo whole{Bank::Xmm, 16};
      add(make_spill(b, whole, object), AllocationTrace::kInserted, m.vreg);
      add(make_copy(b, a), AllocationTrace::kInserted, m.vreg);
      add(make_reload(a, whole, object), AllocationTrace::kInserted, m.vreg);
    }
    for (Move& other : moves) {
      if (&other == &m) continue;
      if (other.from == b) other.from = a;
      else if (other.from == a) other.from = b;
    }
    m.from = m.to;
  }
}

void Resolver::emit_moves(std::span<Move> moves) {
  uint32_t readers[kPhysRegs] = {};
  for (const Move& m : moves)
    if (m.from.valid()) ++readers[m.from.id];
  auto last =
      std::partition(moves.begin(), moves.end(), [](const Move& m) { return m.from.valid(); });
  std::span<Move> registers(moves.begin(), last), loads(last, moves.end());
  size_t pending = registers.size();
  for (bool progress = true; progress && pending > 0;) {
    progress = false;
    for (size_t k = 0; k < pending;) {
      Move m = registers[k];
      if (readers[m.to.id] != 0) {
        ++k;
        continue;
      }
      add(make_copy(m.to, m.from), AllocationTrace::kInserted, m.vreg);
      --readers[m.from.id];
      registers[k] = registers[--pending];
      progress = true;
    }
  }
  break_cycles(registers.first(pending));
  for (const Move& m : loads) reload(m);
}

void Resolver::rewrite() {
  out_.reserve(f_.insts.size() + moves_.size());
  start_cursors();
  std::stable_sort(moves_.begin(), moves_.end());
  size_t next = 0;
  for (MBlock& b : f_.blocks) {
    auto begin = static_cast<uint32_t>(out_.size());
    for (uint32_t n = b.begin; n < b.end; ++n) {
      while (next < moves_.size() && moves_[next].place / 4 == n) {
        size_t begin_of_place = next;
        while (next < moves_.size() && moves_[next].place == moves_[begin_of_place].place) ++next;
        emit_moves({moves_.data() + begin_of_place, next - begin_of_place});
      }
      MInst i = f_.insts[n];
      uint32_t stores[3], store_count = 0;
      Reg store_from[3];
      for_each_reg(i, [&](Reg& r, Role role, unsigned k) {
        if (!r.is_virt()) return;
        uint32_t v = r.vreg();
        const Piece& p = piece_at(v, 2 * n + (reads(role) ? 0 : 1));
        const VregState& state = scan_.vregs[v];
        if (!p.reg.valid()) {
          return use_home(i, k, state.home);
        }
        r = p.reg;
        if (writes(role) && state.home != kNone) {
          stores[store_count] = v;
          store_from[store_count++] = r;
        }
      });
      add(i, n, AllocationTrace::kInserted);
      for (uint32_t k = 0; k < store_count; ++k)
        add(make_spill(store_from[k], f_.vregs[stores[k]], scan_.vregs[stores[k]].home),
            AllocationTrace::kInserted, stores[k]);
    }
    b.begin = begin;
    b.end = static_cast<uint32_t>(out_.size());
  }
  LL_CHECK(next == moves_.size(), "every move has its place");
  if (trace_) {
    trace_->homes.clear();
    for (const VregState& v : scan_.vregs) trace_->homes.push_back(v.home);
  }
  f_.insts = std::move(out_);
}

}  // namespace

void allocate_live_intervals(MFunction& f, AllocationTrace* trace) {
  Liveness live(f);
  live.build();
  if (coalesce(f, live)) live.build();
  if (trace) {
    trace->before = f;
    trace->origins.clear();
  }
  Scan scan(f, live);
  scan.run();
  Resolver(f, live, scan, trace).run();
}

}  // namespace ll::x86
