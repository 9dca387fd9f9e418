// A CUDA driver without a GPU, for the tests of runtime/cuda: memory is malloc'ed, one kernel
// entry "saxpy" is executed here, every call is logged, and any call can be told to fail. It is as
// strict as the real one about what must come first.
#include "unit/runtime/fake_cuda/fake_cuda.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

namespace {

using Pointer = unsigned long long;

struct State {
  std::string log, failing;
  int failure = 0, skip = 0;
  bool sticky = false;
  int devices = 1;
  bool initialised = false;
  int contexts = 0, modules = 0, streams = 0, events = 0;
  void* current = nullptr;
  std::map<Pointer, size_t> memory;
};
State state;

char context_object, stream_object, module_object, function_object;

// Logs the call. Not 0 when it was told to fail.
int enter(const char* call) {
  state.log += state.log.empty() ? call : std::string(" ") + call;
  if (!state.initialised && std::strcmp(call, "cuInit") != 0) return 3;
  if (state.failing != call) return 0;
  if (state.skip-- > 0) return 0;
  state.skip = 0;
  if (!state.sticky) state.failing.clear();
  return state.failure;
}

// For calls that need a current context.
int enter_context(const char* call) {
  int result = enter(call);
  return result == 0 && !state.current ? 201 : result;
}

}  // namespace

#define ENTER(call) \
  if (int result = enter(call)) return result
#define ENTER_CONTEXT(call) \
  if (int result = enter_context(call)) return result

extern "C" {

void fake_cuda_reset(int devices) {
  for (auto& [p, bytes] : state.memory) std::free(reinterpret_cast<void*>(p));
  state = State();
  state.devices = devices;
}

void fake_cuda_fail(const char* call, int result, int skip, int sticky) {
  state.failing = call;
  state.failure = result;
  state.skip = skip;
  state.sticky = sticky != 0;
}

const char* fake_cuda_take_log() {
  static std::string taken;
  taken = std::move(state.log);
  state.log.clear();
  return taken.c_str();
}

int fake_cuda_live() {
  return state.contexts + state.modules + state.streams + state.events +
         static_cast<int>(state.memory.size());
}

int cuInit(unsigned) {
  ENTER("cuInit");
  state.initialised = true;
  return 0;
}
int cuGetErrorName(int result, const char** out) {
  *out = result == 2     ? "CUDA_ERROR_OUT_OF_MEMORY"
         : result == 100 ? "CUDA_ERROR_NO_DEVICE"
         : result == 218 ? "CUDA_ERROR_INVALID_PTX"
         : result == 500 ? "CUDA_ERROR_NOT_FOUND"
         : result == 700 ? "CUDA_ERROR_ILLEGAL_ADDRESS"
                         : nullptr;
  return *out ? 0 : 1;
}
int cuGetErrorString(int result, const char** out) {
  *out = result == 2 ? "out of memory" : result == 700 ? "an illegal memory access" : nullptr;
  return *out ? 0 : 1;
}

int cuDeviceGetCount(int* out) {
  ENTER("cuDeviceGetCount");
  *out = state.devices;
  return state.devices == 0 ? 100 : 0;
}
int cuDeviceGet(int* out, int ordinal) {
  ENTER("cuDeviceGet");
  *out = ordinal;
  return ordinal < state.devices ? 0 : 101;
}
int cuDeviceGetName(char* out, int bytes, int device) {
  std::snprintf(out, static_cast<size_t>(bytes), "Fake GPU %c", 'A' + device);
  return 0;
}
int cuDeviceTotalMem_v2(size_t* out, int) {
  *out = size_t{1} << 30;
  return 0;
}
int cuDeviceGetAttribute(int* out, int attribute, int) {
  static const int values[] = {0, 1024, 1024, 1024, 64, 2147483647, 65535, 65535, 49152};
  if (attribute < 1 || attribute > 8) return 1;
  *out = values[attribute];
  return 0;
}

int cuDevicePrimaryCtxRetain(void** out, int) {
  ENTER("cuDevicePrimaryCtxRetain");
  *out = &context_object;
  ++state.contexts;
  return 0;
}
int cuDevicePrimaryCtxRelease_v2(int) {
  ENTER("cuDevicePrimaryCtxRelease");
  --state.contexts;
  return 0;
}
int cuCtxSetCurrent(void* context) {
  if (!state.initialised) return 3;
  state.current = context;
  return 0;
}

int cuModuleLoadDataEx(void** out, const void* image, unsigned count, int* names, void** values) {
  int result = enter_context("cuModuleLoadDataEx");
  char* error_log = nullptr;
  size_t error_bytes = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (names[i] == 5) error_log = static_cast<char*>(values[i]);
    if (names[i] == 6) error_bytes = reinterpret_cast<size_t>(values[i]);
  }
  // The real compiler wants the text to end; so does this search.
  if (result == 0 && !std::strstr(static_cast<const char*>(image), ".version")) result = 218;
  if (result != 0) {
    if (error_log)
      std::snprintf(error_log, error_bytes, "ptxas fake, line 1; fatal: no .version\n");
    return result;
  }
  ++state.modules;
  *out = &module_object;
  return 0;
}
int cuModuleUnload(void*) {
  ENTER_CONTEXT("cuModuleUnload");
  --state.modules;
  return 0;
}
int cuModuleGetFunction(void** out, void*, const char* name) {
  ENTER_CONTEXT("cuModuleGetFunction");
  if (std::strcmp(name, "saxpy") != 0) return 500;
  *out = &function_object;
  return 0;
}
int cuFuncGetAttribute(int* out, int, void*) {
  *out = 512;
  return 0;
}

int cuMemAlloc_v2(Pointer* out, size_t bytes) {
  ENTER_CONTEXT("cuMemAlloc");
  if (bytes == 0) return 1;
  if (bytes > size_t{1} << 30) return 2;
  *out = reinterpret_cast<Pointer>(std::malloc(bytes));
  state.memory[*out] = bytes;
  return 0;
}
int cuMemFree_v2(Pointer p) {
  ENTER_CONTEXT("cuMemFree");
  if (state.memory.erase(p) == 0) return 1;
  std::free(reinterpret_cast<void*>(p));
  return 0;
}
int cuMemcpyHtoDAsync_v2(Pointer to, const void* from, size_t bytes, void*) {
  ENTER_CONTEXT("cuMemcpyHtoDAsync");
  std::memcpy(reinterpret_cast<void*>(to), from, bytes);
  return 0;
}
int cuMemcpyDtoHAsync_v2(void* to, Pointer from, size_t bytes, void*) {
  ENTER_CONTEXT("cuMemcpyDtoHAsync");
  std::memcpy(to, reinterpret_cast<void*>(from), bytes);
  return 0;
}
int cuMemcpyDtoDAsync_v2(Pointer to, Pointer from, size_t bytes, void*) {
  ENTER_CONTEXT("cuMemcpyDtoDAsync");
  std::memcpy(reinterpret_cast<void*>(to), reinterpret_cast<void*>(from), bytes);
  return 0;
}

int cuStreamCreate(void** out, unsigned) {
  ENTER_CONTEXT("cuStreamCreate");
  *out = &stream_object;
  ++state.streams;
  return 0;
}
int cuStreamDestroy_v2(void*) {
  ENTER_CONTEXT("cuStreamDestroy");
  --state.streams;
  return 0;
}
int cuStreamSynchronize(void*) {
  ENTER_CONTEXT("cuStreamSynchronize");
  return 0;
}

int cuEventCreate(void** out, unsigned) {
  ENTER_CONTEXT("cuEventCreate");
  *out = std::malloc(1);
  ++state.events;
  return 0;
}
int cuEventDestroy_v2(void* event) {
  ENTER_CONTEXT("cuEventDestroy");
  std::free(event);
  --state.events;
  return 0;
}
int cuEventRecord(void*, void*) {
  ENTER_CONTEXT("cuEventRecord");
  return 0;
}
int cuEventElapsedTime(float* out, void* from, void* to) {
  ENTER_CONTEXT("cuEventElapsedTime");
  *out = from == to ? 0.0f : 2.0f;
  return 0;
}

// saxpy(n int, a float, x ptr, y ptr)
int cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                   unsigned bz, unsigned shared_bytes, void* stream, void** params, void** extra) {
  ENTER_CONTEXT("cuLaunchKernel");
  if (function != &function_object || stream != &stream_object || extra || shared_bytes) return 1;
  int n = *static_cast<int*>(params[0]);
  float a = *static_cast<float*>(params[1]);
  auto* x = *static_cast<const float**>(params[2]);
  auto* y = *static_cast<float**>(params[3]);
  unsigned items = gx * gy * gz * bx * by * bz;
  for (unsigned i = 0; i < items && i < static_cast<unsigned>(n); ++i) y[i] += a * x[i];
  return 0;
}

}  // extern "C"
