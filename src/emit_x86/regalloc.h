// Register allocation: virtual registers become physical ones and frame slots.
//
// `LiveIntervals` is linear scan with splitting and rematerialisation (live.cpp, scan.cpp,
// resolve.cpp); `SpillAll` keeps every value in the frame between instructions and is the
// oracle that programs must agree with. Both keep every instruction, so that `check_allocation`
// can compare before and after; copies of a register to itself are dropped by the encoder.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "emit_x86/mir.h"

namespace ll::x86 {

// What the checker needs to know beyond the code itself.
struct AllocationTrace {
  static constexpr uint32_t kInserted = 0xffffffffu;
  struct Origin {
    uint32_t inst = kInserted;  // of `before`
    uint32_t vreg = kInserted;  // inserted: whose value it moves
  };
  MFunction before;
  std::vector<Origin> origins;  // one per instruction after
  std::vector<uint32_t> homes;  // frame object of each vreg, or none
};

// `trace` may be null.
void allocate_live_intervals(MFunction& f, AllocationTrace* trace);
void allocate_spill_all(MFunction& f, AllocationTrace* trace);

// Proves by symbolic execution that every use reads the virtual register it read before. Empty
// when it does, else what is wrong.
std::string check_allocation(const AllocationTrace& trace, const MFunction& after);

// ---- Shared by the allocators

inline constexpr uint32_t kAllocatableGprs = 0xffffu & ~(1u << 4);  // rbp unless it frames

// The instruction that moves a vreg's value from or to its home.
MInst make_reload(Reg to, VregInfo v, uint32_t home);
MInst make_spill(Reg from, VregInfo v, uint32_t home);
MInst make_copy(Reg to, Reg from);
// Whether register operand `k` can be read or written in the vreg's home instead.
bool can_use_home(const MInst& i, unsigned k, VregInfo v);
void use_home(MInst& i, unsigned k, uint32_t home);

}  // namespace ll::x86
