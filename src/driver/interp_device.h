// The interpreter as a device: what `--device interp` launches kernels on.
#pragma once
#include <memory>

#include "ir/interp.h"
#include "runtime/device.h"

namespace ll::driver {

// Kernels of `m` run in `interpreter`, which must outlive the device. Failures name the place in
// the program.
std::unique_ptr<Device> make_interp_device(const Module& m, Interpreter& interpreter);

}  // namespace ll::driver
