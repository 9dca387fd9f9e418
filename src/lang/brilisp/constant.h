// Literals as constants of a type: the right side of (const literal) in bodies and globals.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "lang/brilisp/program.h"

namespace ll::brilisp {

// `null` for every type; `undef` for int and bool types as well.
bool is_undefined(const SourceTypes& types, SourceType t, const Sexp& literal);

// The bits of a scalar constant: integers modulo 2^width, floats rounded to the type. Nothing
// after an error. Pointers have no literals.
std::optional<int64_t> constant_bits(const SourceTypes& types, SourceType t, const Sexp& literal,
                                     Diags& diags);

// Writes the constant's bytes, little endian, into `at`, which is as large as the type and
// zeroed. Undefined parts stay zero.
bool encode_constant(Program& program, SourceType t, const Sexp& literal, std::span<uint8_t> at,
                     Diags& diags);

}  // namespace ll::brilisp
