// The System V calling convention for x86-64 (psABI 1.0, §3.2.3): where each parameter and the
// result of a signature travel. The same answer serves callers, callees and entry code.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "emit_x86/mir.h"
#include "ir/types.h"

namespace ll::x86 {

// A struct or array by value: in up to two registers, one per eightbyte, or in memory.
struct AggregateClass {
  bool in_memory = true;
  unsigned count = 0;  // eightbytes when in registers
  Bank bank[2] = {Bank::Gpr, Bank::Gpr};
};
AggregateClass classify(const Types& types, TypeId aggregate);

struct ArgPlace {
  TypeId type;
  AggregateClass aggregate;  // of aggregates
  unsigned reg_count = 0;    // 0: on the stack
  Reg reg[2];
  uint32_t stack_offset = 0;  // from the start of the area
};

struct CallLayout {
  std::vector<ArgPlace> args;
  bool has_sret = false;  // result in memory, address in rdi
  AggregateClass ret;     // of an aggregate result
  uint32_t stack_bytes = 0;
  uint32_t gpr_count = 0, xmm_count = 0;  // registers that carry arguments
};

// Fills `layout`, reusing its memory.
void lay_out_call(const Types& types, std::span<const TypeId> params, TypeId ret,
                  CallLayout& layout);

}  // namespace ll::x86
