// Sizes of source types, for `bitcast`. The IR's layout rules (C on a 64-bit host) hold.
#pragma once
#include <cstdint>

#include "lang/brilisp/type.h"

namespace ll::clisp {

// Bits of a value: 1 for bool, 64 for pointers, 8 times the padded size for arrays and structs.
uint64_t value_bits(const brilisp::SourceTypes& types, brilisp::SourceType t);

}  // namespace ll::clisp
