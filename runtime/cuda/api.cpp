#include "runtime/cuda/api.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>

namespace ll::cuda {

Status Api::check(Result result, const char* call) const {
  if (result == kSuccess) return {};
  const char *name = nullptr, *text = nullptr;
  if (error_name(result, &name) != kSuccess || !name) name = "unknown error";
  if (error_string(result, &text) != kSuccess || !text) text = "no description";
  return Status::failure(
      fmt::format("{}: {} ({}; {})", call, name, static_cast<int>(result), text));
}

std::unique_ptr<Api> open_api(std::string& error) {
  const char* path = std::getenv("LLAMA_CUDA_LIBRARY");
  if (!path) path = "libcuda.so.1";
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    error = fmt::format("there is no CUDA driver here ({})", dlerror());
    return nullptr;
  }
  auto api = std::make_unique<Api>();
#define CUDA_API(name, symbol, params)                                              \
  api->name = reinterpret_cast<decltype(api->name)>(dlsym(library, #symbol));       \
  if (!api->name) {                                                                 \
    error = fmt::format("the CUDA driver {} is too old: it has no " #symbol, path); \
    return nullptr;                                                                 \
  }
#include "runtime/cuda/cuda_api.def"
#undef CUDA_API
  if (Status s = api->check(api->init(0), "cuInit"); !s.ok()) {
    error = s.message();
    return nullptr;
  }
  return api;
}

}  // namespace ll::cuda
