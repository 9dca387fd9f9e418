// The part of the CUDA driver's interface that is used, declared here so that no header of it is
// needed. Types and numbers are those of the driver API's reference; they are fixed by its ABI.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "runtime/device.h"

namespace ll::cuda {

using DeviceId = int;
using DevicePointer = unsigned long long;
using Context = struct ContextObject*;
using Module = struct ModuleObject*;
using Function = struct FunctionObject*;
using Stream = struct StreamObject*;
using Event = struct EventObject*;

enum Result : int { kSuccess = 0, kNoDevice = 100 };

enum DeviceAttribute : int {
  kMaxThreadsPerBlock = 1,
  kMaxBlockX = 2,
  kMaxBlockY = 3,
  kMaxBlockZ = 4,
  kMaxGridX = 5,
  kMaxGridY = 6,
  kMaxGridZ = 7,
  kMaxSharedPerBlock = 8,
};

enum FunctionAttribute : int { kFunctionMaxThreads = 0 };

enum JitOption : int {
  kJitInfoLog = 3,
  kJitInfoLogBytes = 4,
  kJitErrorLog = 5,
  kJitErrorLogBytes = 6,
  kJitLogVerbose = 12,
};

struct Api {
#define CUDA_API(name, symbol, params) Result(*name) params = nullptr;
#include "runtime/cuda/cuda_api.def"
#undef CUDA_API

  // Ok, or "CALL: CUDA_ERROR_NAME (what it means)".
  Status check(Result result, const char* call) const;
};

// Opens the driver and initialises it. Null and `error` when there is none. The library stays
// open: drivers do not survive being closed.
std::unique_ptr<Api> open_api(std::string& error);

}  // namespace ll::cuda
