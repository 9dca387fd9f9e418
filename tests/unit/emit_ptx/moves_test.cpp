// Parallel moves done one after the other give what they give at once.
#include "emit_ptx/moves.h"

#include <gtest/gtest.h>

#include <random>

namespace ll::ptx {
namespace {

void check(const std::vector<Move>& parallel, uint32_t registers) {
  MoveSequencer sequencer;
  // Twice: the second call must not see traces of the first.
  for (int round = 0; round < 2; ++round) {
    uint32_t count = registers;
    const auto& sequence = sequencer.sequence(parallel, [&](RegId) { return RegId(count++); });
    std::vector<uint32_t> values(registers + parallel.size() + 1);
    for (uint32_t r = 0; r < registers; ++r) values[r] = r;
    std::vector<uint32_t> expected = values;
    for (const Move& m : parallel) expected[m.to.index] = m.from.index;
    for (const Move& m : sequence) values[m.to.index] = values[m.from.index];
    for (uint32_t r = 0; r < registers; ++r) EXPECT_EQ(values[r], expected[r]) << "register " << r;
    EXPECT_LE(sequence.size(), parallel.size() + parallel.size() / 2);
  }
}

Move move(uint32_t to, uint32_t from) { return {RegId(to), RegId(from)}; }

TEST(PtxMoves, Chain) { check({move(0, 1), move(1, 2), move(2, 3)}, 4); }
TEST(PtxMoves, Swap) { check({move(0, 1), move(1, 0)}, 2); }
TEST(PtxMoves, FanOutFromCycle) {
  check({move(0, 1), move(1, 2), move(2, 0), move(3, 0), move(4, 1)}, 5);
}
TEST(PtxMoves, ToItself) { check({move(0, 0), move(1, 1)}, 2); }
TEST(PtxMoves, Random) {
  std::mt19937 random(7);
  for (int n = 0; n < 2000; ++n) {
    uint32_t registers = 1 + random() % 12;
    std::vector<Move> moves;
    for (uint32_t to = 0; to < registers; ++to)
      if (random() % 3) moves.push_back(move(to, random() % registers));
    check(moves, registers);
  }
}

}  // namespace
}  // namespace ll::ptx
