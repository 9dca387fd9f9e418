// Linear scan (Poletto and Sarkar 1999; splitting after Wimmer and Mössenböck 2005). A virtual
// register is live in one stretch of positions, which is cut into pieces; each piece has a
// register, and between pieces the value is in its home. Homes are written at definitions, so
// going to memory costs nothing at the cut; constants and addresses are made again instead.
#pragma once
#include <cstdint>
#include <queue>
#include <vector>

#include "emit_x86/live.h"
#include "emit_x86/mir.h"
#include "emit_x86/regalloc.h"

namespace ll::x86 {

struct Piece {
  static constexpr uint32_t kNone = 0xffffffffu;
  uint32_t vreg, from, to;
  uint32_t next = kNone;     // the following piece of the vreg
  uint32_t occurrence = 0;   // its first one at or behind `from`
  Reg reg;                   // none while waiting, or folded
  bool was_hoisted = false;  // begins before its first use
};

struct VregState {
  uint32_t first_piece = Piece::kNone;
  uint32_t home = Piece::kNone;   // frame object
  uint32_t remat = Piece::kNone;  // instruction that makes it anew
  Reg hints[2];                   // by copies: from, to
  Reg last_reg;
  float weight = 0;  // uses by loop depth over length
  bool needs_home = false;
};

class Scan {
 public:
  Scan(MFunction& f, Liveness& live) : f_(f), live_(live) {}
  void run();

  uint32_t block_at(uint32_t pos) const;

  std::vector<Piece> pieces;
  std::vector<VregState> vregs;

 private:
  struct Free {
    uint32_t until[kPhysRegs];  // 0: taken now
    uint32_t fixed[kPhysRegs];  // first fixed conflict
  };
  void find_fixed();
  void find_hints_and_remats();
  void make_intervals();
  bool is_rematerialisable(const MInst& i) const;
  uint32_t pop();
  void push(uint32_t piece) { waiting_.push({pieces[piece].from, piece}); }
  void allocate(uint32_t piece);
  void expire(uint32_t pos);
  void compute_free(uint32_t pos, Bank bank, Free& free);
  bool try_whole(uint32_t piece, const Free& free);
  void assign(uint32_t piece, Reg r);
  void assign_until(uint32_t piece, Reg r, uint32_t until);
  void evict(uint32_t piece, uint32_t pos);
  uint32_t split(uint32_t piece, uint32_t pos);  // the new piece from pos on
  void spill_gap(uint32_t piece);
  uint32_t next_occurrence(uint32_t piece, uint32_t pos) const;
  uint32_t occurrence_position(uint32_t n) const { return live_.occurrence(n).read_or_write(); }
  uint32_t lowest_depth_start(uint32_t after, uint32_t until) const;
  uint32_t last_occurrence_end(uint32_t vreg) const {
    return live_.first_occurrence(vreg) + static_cast<uint32_t>(live_.occurrences(vreg).size());
  }

  MFunction& f_;
  Liveness& live_;
  uint32_t allocatable_ = 0;
  std::vector<Range> fixed_[kPhysRegs];
  uint32_t fixed_cursor_[kPhysRegs] = {};
  std::vector<uint32_t> calls_;
  uint32_t call_cursor_ = 0;
  uint32_t active_[kPhysRegs];
  uint32_t active_mask_ = 0;
  std::vector<uint64_t> sorted_;  // initial pieces: from, index
  size_t sorted_cursor_ = 0;
  using Waiting = std::pair<uint32_t, uint32_t>;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
};

}  // namespace ll::x86
