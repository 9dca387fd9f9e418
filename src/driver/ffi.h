// Calling functions whose signature is known only at run time, by the platform's C convention.
#pragma once
#include <span>

#include "ir/interp.h"
#include "ir/ir.h"

namespace ll::driver {

// Calls `address` as `signature` says. `args` follows the convention of ir.h: for an aggregate
// result the address to write it to comes first; an aggregate argument is its address.
Word call_native(const Module& m, const Function& signature, void* address,
                 std::span<const Word> args);

}  // namespace ll::driver
