// Constant folding: the one place in the optimiser that computes what an operation yields. Exactly
// the interpreter's meaning, bit for bit; nothing is folded whose bits are not fixed by the meaning
// (a float operation that makes or passes a NaN) or that would stop the program (a division).
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "ir/ir.h"

namespace ll {

// Result bits (normalised) of a pure operation on operands given as normalised bits. `operand` is
// the type of the first operand, which for comparisons and conversions differs from `type`; for
// `select` give it the type of the result. `imm` is the instruction's.
std::optional<int64_t> fold_bits(Op op, TypeId type, TypeId operand, int64_t imm,
                                 std::span<const int64_t> args);

// The same for an instruction of f whose operands are all constants.
std::optional<int64_t> fold(const Function& f, const Inst& i);

// The unsigned and the signed reading of normalised integer bits; bool #t is 1 and -1.
uint64_t unsigned_bits(TypeId type, int64_t bits);
int64_t signed_bits(TypeId type, int64_t bits);
int64_t min_signed(TypeId type);  // in normalised bits for bool: 1

double float_value(TypeId type, int64_t bits);  // exact, whichever the type
bool is_nan(TypeId type, int64_t bits);

}  // namespace ll
