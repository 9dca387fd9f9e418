// NVIDIA GPUs through the CUDA driver, which is opened at run time: nothing of CUDA is needed to
// build or to start. Code is PTX text; the driver compiles it for the GPU at hand.
//
// LLAMA_CUDA_LIBRARY names the driver library to open in place of libcuda.so.1.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/device.h"

namespace ll::cuda {

std::vector<DeviceInfo> list();
// Null and `error` when there is no driver, no such device, or it cannot be opened.
std::unique_ptr<Device> open(uint32_t index, std::string& error);

}  // namespace ll::cuda
