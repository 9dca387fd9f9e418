// Internal to the interpreter: functions in the form that is executed.
//
// Every value has a register of the frame. Constants and addresses of globals have registers too,
// filled when the frame is made, so that an operand is always one array access. Block parameters
// are assigned on the edges: an edge becomes a sequence of moves, ordered so that it acts as one
// parallel assignment, and a goto.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "ir/ir.h"

namespace ll {

using Word = uint64_t;

// What an operation's behaviour depends on besides its name. Pointers are I64.
enum class Kind : uint8_t { Bool, I8, I16, I32, I64, F32, F64 };
Kind kind_of(TypeId scalar);

using Key = uint16_t;
constexpr Key key(Op op, Kind kind) {
  return static_cast<Key>(static_cast<unsigned>(op) * 8 + static_cast<unsigned>(kind));
}
// For operations that treat all words alike.
constexpr Key key(Op op) { return key(op, Kind::I64); }
inline constexpr Key kMove = kOpCount * 8, kGoto = kMove + 1;  // dst <- a; to imm

// One step. a, b, c and dst are registers unless said otherwise:
//   Alloc  imm bytes of an object, c log2 of the alignment
//   PtrAdd imm scale and offset, as in the IR
//   Call   imm FuncId; a, b the slice of `operands` with the arguments
//   Br     a condition, b and c the steps to go on with, imm the work (see `work` below)
//   conversions that depend on two types: c the width of the integer
struct Step {
  Key key;
  uint32_t dst, a, b, c;
  int64_t imm;
};

// An aggregate parameter: the callee works on a copy in its own frame.
struct CopiedParam {
  uint32_t reg;
  uint64_t bytes, offset;
};

struct Routine {
  const Function* function = nullptr;
  std::vector<Step> steps;
  std::vector<Span> spans;  // of each step
  std::vector<uint32_t> operands;
  std::vector<Word> constants;  // registers first_constant on
  std::vector<CopiedParam> copied;
  uint32_t registers = 0, first_constant = 0;
  uint64_t objects_offset = 0;  // slots and copies, in the frame
  uint64_t frame_bytes = 0;
  uint32_t frame_align = 8;
  uint64_t result_bytes = 0;  // of an aggregate result
};

// `globals` holds the address of each.
Routine decode(const Module& m, const Function& f, std::span<std::byte* const> globals);

}  // namespace ll
