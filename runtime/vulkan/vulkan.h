// GPUs of every maker through Vulkan 1.2 or later. Code is SPIR-V; device memory is addressed by
// 64-bit device addresses, arguments travel as push constants. The Vulkan loader is opened at run
// time: nothing of Vulkan is needed to start.
//
// Environment: LLAMA_VULKAN_LIBRARY names the loader to open in place of libvulkan.so.1;
// LLAMA_VULKAN_VALIDATION=1 turns on the validation layer, whose messages go to standard error.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "runtime/device.h"

namespace ll::vulkan {

struct Options {
  bool map_device_memory = true;      // where it is host memory too; false: always copy
  uint64_t staging_bytes = 16 << 20;  // the buffer that copies go through, one a direction
};

// The usable devices: hardware before software, each group in the loader's order.
std::vector<DeviceInfo> list();
// Null and `error` when there is no loader, no such device, or it cannot be opened.
std::unique_ptr<Device> open(uint32_t index, const Options& options, std::string& error);

// Messages of the validation layer in this process. A correct runtime causes none.
uint64_t validation_messages();

}  // namespace ll::vulkan
