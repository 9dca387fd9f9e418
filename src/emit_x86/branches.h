// The branches of a function while it is encoded: which blocks are skipped over, how far each
// branch must reach, and its bytes. Every branch is first given the room of its longest form;
// `shorten` closes the gaps where the short form reaches, `patch` writes the bytes.
#pragma once
#include <cstdint>
#include <vector>

#include "emit_x86/mir.h"

namespace ll::x86 {

struct PendingReloc {
  uint32_t at, symbol;
  int64_t addend;
};

class Branches {
 public:
  void start(const MFunction& f);

  // Where a jump to the block leads in the end. A block that only jumps on is not encoded.
  uint32_t forward(uint32_t block) const { return forward_[block]; }
  void place_block(uint32_t block, uint32_t at) { block_at_[block] = at + 1; }
  void place_trap(uint32_t at) { trap_at_.push_back(at); }
  // Records a branch at this offset; returns the bytes to leave for it.
  uint32_t to_block(uint32_t at, Cond c, bool always, uint32_t block);
  uint32_t to_trap(uint32_t at, Cond c, bool always, uint32_t trap);

  // Moves the code together and adjusts `relocs`; returns its new size.
  uint32_t shorten(uint8_t* bytes, uint32_t size, std::vector<PendingReloc>& relocs);
  void patch(uint8_t* bytes) const;

 private:
  struct Branch {
    uint32_t at;      // offset of the opcode
    uint32_t target;  // block, or trap when is_trap
    Cond cond;
    bool always, is_trap, is_short;
    uint32_t size() const { return is_short ? 2 : always ? 5 : 6; }
  };
  void find_forwards(const MFunction& f);
  uint32_t target(const Branch& b) const {
    return b.is_trap ? trap_at_[b.target] : block_at_[b.target] - 1;
  }
  bool find_short(std::vector<bool>& shrink, std::vector<uint32_t>& saved) const;
  uint32_t saved_before(uint32_t at, const std::vector<uint32_t>& saved) const;
  uint32_t close_gaps(uint8_t* bytes, uint32_t size, const std::vector<bool>& shrink);

  std::vector<uint32_t> block_at_;  // offset + 1; 0 is not placed yet
  std::vector<uint32_t> forward_, trap_at_;
  std::vector<Branch> list_;  // by offset
};

}  // namespace ll::x86
