// The moves on an edge happen at once: block parameters may be permuted by a back edge. This
// orders them so that doing one after the other gives the same, with temporaries for cycles.
#pragma once
#include <cstdint>
#include <vector>

#include "support/ids.h"

namespace ll::ptx {

using RegId = Id<struct RegTag>;

struct Move {
  RegId to, from;
  bool operator==(const Move&) const = default;
};

class MoveSequencer {
 public:
  // `to` of the moves are distinct; moves to themselves are dropped. `temporary(r)` makes a new
  // register of the kind of r. Linear, but for the first use of high register numbers.
  template <class Temporary>
  const std::vector<Move>& sequence(const std::vector<Move>& parallel, Temporary temporary) {
    begin(parallel);
    while (true) {
      drain();
      RegId blocked = next_cycle();
      if (!blocked.valid()) break;
      break_cycle(blocked, temporary(blocked));
    }
    return result_;
  }

 private:
  void begin(const std::vector<Move>& parallel);
  void drain();
  RegId next_cycle();
  void break_cycle(RegId blocked, RegId temporary);
  uint32_t& readers(RegId r) { return readers_[r.index]; }

  static constexpr uint32_t kNoMove = 0xffffffffu;
  std::vector<Move> moves_, result_;
  std::vector<bool> done_;         // by move
  std::vector<uint32_t> ready_;    // moves whose target nobody reads
  std::vector<uint32_t> readers_;  // by register: unfinished moves from it
  std::vector<uint32_t> writer_;   // by register: the move to it
  size_t scan_ = 0;
};

}  // namespace ll::ptx
