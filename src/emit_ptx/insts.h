// The rows of insts.def and how to find the one for an instruction.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "ir/ir.h"

namespace ll::ptx {

// The classes of types that rows distinguish.
enum class Class : uint8_t { V, B, I8, I16, I32, I64, F32, F64, P };
inline constexpr unsigned kClassCount = 9;
Class class_of(TypeId scalar_or_void);

struct Row {
  Op op;
  uint16_t from, to;  // sets of classes; to 0: Same
  bool is_short;      // a K row
  uint16_t ptx;       // version times ten
  std::string_view text;
  // Filled from the text:
  uint8_t in_register = 0;  // operands that must be ($a), by bit
  uint8_t used = 0;         // operands that occur ($a or $A)
};
std::span<const Row> rows();

// Null when the operation is legalised instead, or does not exist for these classes. The short
// row is preferred where `short_form` allows it.
const Row* find_row(Op op, Class from, Class to, bool short_form);

// How an operation without rows is expressed; empty when it is not mentioned.
std::string_view legalised(Op op);

// The type whose class selects the row ("from" in insts.def).
TypeId deciding_type(const Function& f, const Inst& i);
// Whether the instruction qualifies for a K row.
bool is_short_form(const Function& f, const Inst& i);

}  // namespace ll::ptx
