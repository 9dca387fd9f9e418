// Structured control flow from any reducible graph ("Structured Control Flow" in the SPIR-V
// specification).
//
// The result is a plan: the blocks to write, in order, with their merge instructions, made of the
// function's own blocks and of the small ones that structure asks for. The function itself is not
// changed, so that the plan alone says where a value must travel through a new block.
//
// Method. The dominator tree gives the nesting (Ramsey, "Beyond Relooper", ICFP 2022): a block
// with one way in is written inside the arm that leads to it; a block where ways join stands
// behind the selection of its immediate dominator; what follows a loop stands behind the loop's
// merge. SPIR-V lets a block leave only the innermost selection or loop, so control that has
// further to go travels from merge to merge:
//   * while one target only comes through a merge, the merge forwards to it (and carries the
//     target's parameters as phis);
//   * when several do, the way is a number in a variable, set by the block that decides, and the
//     merges it meets test it; the parameters of such targets travel in variables as well.
// Plain while, for, if, else, break, continue and early return need no numbers.
//
// Some drivers run several work-items in the lanes of a vector, and let a value of a loop that is
// used behind it change in lanes that have left while others go on (seen in Mesa's lavapipe); only
// what passes through phis with several ways in is kept. With `pin`, loops whose values are used
// behind them get a second way out that is never taken, which turns those uses into such phis.
//
// Every block of the function is written once, each edge sets the number at most once, and each
// block is tested for at most once per loop that is left on the way to it.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "ir/ir.h"
#include "support/diag.h"

namespace ll::spirv {

inline constexpr uint32_t kNone = 0xffffffffu;

// A way from one block of the plan to another.
struct PlanEdge {
  uint32_t to = kNone;    // a block of the plan
  BlockId target;         // where it leads in the end; invalid: only the number knows
  uint32_t edge = kNone;  // the function's edge whose arguments it carries; kNone: it
                          // hands on the target's parameters that its block carries
  uint32_t code = kNone;  // the number to set, when `to` tests it
};

struct PlanBlock {
  enum class Kind : uint8_t {
    Code,    // instructions of `block`
    Header,  // of a loop; the code of `block` follows in its successor
    Pad,     // forwards, to `carries` when valid
  };
  enum class End : uint8_t { Jump, Branch, TestEqual, TestBelow, TestAlways, Return, Unreachable };

  Kind kind = Kind::Pad;
  End end = End::Unreachable;
  BlockId block;           // Code
  BlockId carries;         // whose parameters arrive here; invalid: none
  uint32_t merge = kNone;  // blocks of the plan: the construct that starts here
  uint32_t next = kNone;   // the continue target, for a Header
  uint32_t code = 0;       // TestEqual, TestBelow: compared with the variable; TestAlways:
                           // a number that no grid has as its size
  PlanEdge out[2];         // Jump uses the first

  unsigned out_count() const { return end == End::Jump ? 1 : end >= End::Return ? 0 : 2; }
};

struct Plan {
  std::vector<PlanBlock> blocks;
  std::vector<uint32_t> order;                    // as they are to be written; entry first
  std::vector<uint32_t> code_block, entry_block;  // by BlockId: where code is, where control enters
  std::vector<bool> in_variables;                 // by BlockId: its parameters travel in variables
  bool uses_code = false;                         // some edge sets the number
  bool uses_always = false;                       // some block tests what always holds
};

// Nothing, with a diagnostic at the branch, when a loop has two entries.
std::optional<Plan> structure(const Function& f, bool pin, Diags& diags);

}  // namespace ll::spirv
