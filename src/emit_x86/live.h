// Where virtual registers are used and live. Positions: instruction n reads its operands at 2n
// and writes its results at 2n+1; ranges are half open. Liveness is found one register at a time,
// going from its uses up to its definitions (Boissinot et al. 2011), so time and memory follow
// the size of the answer, not blocks times registers.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "emit_x86/mir.h"

namespace ll::x86 {

struct Occurrence {
  uint32_t inst, block;
  bool reads, writes;
  uint32_t read_or_write() const { return 2 * inst + (reads ? 0 : 1); }
  uint32_t end() const { return 2 * inst + (writes ? 2 : 1); }
};

struct Range {
  uint32_t from, to;
  bool operator==(const Range&) const = default;
};

class Liveness {
 public:
  explicit Liveness(const MFunction& f) : f_(f) {}
  void build();  // occurrences and predecessors

  std::span<const Occurrence> occurrences(uint32_t vreg) const {
    return {occurrences_.data() + first_[vreg], first_[vreg + 1] - first_[vreg]};
  }
  uint32_t first_occurrence(uint32_t vreg) const { return first_[vreg]; }
  const Occurrence& occurrence(uint32_t n) const { return occurrences_[n]; }
  std::span<const uint32_t> preds(uint32_t block) const {
    return {preds_.data() + first_pred_[block], first_pred_[block + 1] - first_pred_[block]};
  }
  uint32_t block_start(uint32_t b) const { return 2 * f_.blocks[b].begin; }
  uint32_t block_end(uint32_t b) const { return 2 * f_.blocks[b].end; }

  // Blocks at whose start the register is live, in no order; valid until the next call.
  const std::vector<uint32_t>& live_in_blocks(uint32_t vreg);
  // From the first to the last position where it is live; empty when it never occurs.
  Range extent(uint32_t vreg);
  // The exact positions where it is live, ascending, appended to `out`.
  void ranges(uint32_t vreg, std::vector<Range>& out);

 private:
  const MFunction& f_;
  std::vector<Occurrence> occurrences_;
  std::vector<uint32_t> first_, preds_, first_pred_, last_inst_;
  std::vector<uint32_t> seen_, defined_;  // by block: stamp of the last query
  std::vector<uint32_t> live_in_;
  uint32_t stamp_ = 0;
};

}  // namespace ll::x86
