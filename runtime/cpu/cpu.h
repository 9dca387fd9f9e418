// The processor as a device: workgroups run on a pool of threads, one workgroup at a time each.
// Device memory is ordinary memory.
#pragma once
#include <memory>

#include "runtime/device.h"

namespace ll::cpu {

struct Options {
  unsigned threads = 0;  // 0: LLAMA_CPU_THREADS, else one per processor
};

DeviceInfo info();
// Starts no thread: the pool comes with the first launch that is worth it.
std::unique_ptr<Device> open(const Options& options = {});

}  // namespace ll::cpu
