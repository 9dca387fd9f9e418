#include "emit_ptx/moves.h"

#include <algorithm>

namespace ll::ptx {

void MoveSequencer::begin(const std::vector<Move>& parallel) {
  // What the last call touched is cleaned first, so that a call costs no more than its moves.
  for (const Move& m : moves_) {
    readers_[m.to.index] = readers_[m.from.index] = 0;
    writer_[m.to.index] = writer_[m.from.index] = kNoMove;
  }
  moves_.clear();
  result_.clear();
  ready_.clear();
  scan_ = 0;
  for (const Move& m : parallel)
    if (m.to != m.from) moves_.push_back(m);
  done_.assign(moves_.size(), false);
  for (uint32_t n = 0; n < moves_.size(); ++n) {
    size_t needed = std::max(moves_[n].to.index, moves_[n].from.index) + size_t{1};
    if (readers_.size() < needed) {
      readers_.resize(needed, 0);
      writer_.resize(needed, kNoMove);
    }
    ++readers(moves_[n].from);
    writer_[moves_[n].to.index] = n;
  }
  for (uint32_t n = 0; n < moves_.size(); ++n)
    if (readers(moves_[n].to) == 0) ready_.push_back(n);
}

void MoveSequencer::drain() {
  while (!ready_.empty()) {
    uint32_t n = ready_.back();
    ready_.pop_back();
    done_[n] = true;
    result_.push_back(moves_[n]);
    RegId from = moves_[n].from;
    if (--readers(from) == 0 && writer_[from.index] != kNoMove && !done_[writer_[from.index]])
      ready_.push_back(writer_[from.index]);
  }
}

// What remains when nothing is ready are disjoint cycles.
RegId MoveSequencer::next_cycle() {
  while (scan_ < moves_.size() && done_[scan_]) ++scan_;
  return scan_ < moves_.size() ? moves_[scan_].to : RegId();
}

// In a cycle each register is read once: that reader takes the old value from the temporary.
void MoveSequencer::break_cycle(RegId blocked, RegId temporary) {
  result_.push_back({temporary, blocked});
  uint32_t n = writer_[blocked.index];
  done_[n] = true;
  result_.push_back(moves_[n]);
  RegId from = moves_[n].from;
  while (from != blocked) {
    n = writer_[from.index];
    done_[n] = true;
    result_.push_back({moves_[n].to, moves_[n].from == blocked ? temporary : moves_[n].from});
    from = moves_[n].from;
  }
}

}  // namespace ll::ptx
