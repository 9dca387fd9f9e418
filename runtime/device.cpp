// Device names: which implementation a name means, and what there is to name.
#include "runtime/device.h"

#include <fmt/format.h>

#include <charconv>

#include "runtime/cpu/cpu.h"
#include "runtime/cuda/cuda.h"
#include "runtime/vulkan/vulkan.h"

namespace ll {
namespace {

struct DeviceName {
  std::string_view kind;
  uint32_t index = 0;
};

// "KIND" or "KIND:N". False for anything else behind the colon.
bool parse(std::string_view name, DeviceName& out) {
  size_t colon = name.find(':');
  out.kind = name.substr(0, colon);
  if (colon == std::string_view::npos) return true;
  std::string_view digits = name.substr(colon + 1);
  const char* end = digits.data() + digits.size();
  auto [stop, failure] = std::from_chars(digits.data(), end, out.index);
  return failure == std::errc() && stop == end;
}

}  // namespace

std::vector<DeviceInfo> list_devices() {
  std::vector<DeviceInfo> all = {cpu::info()};
  for (auto& devices : {vulkan::list(), cuda::list()})
    all.insert(all.end(), devices.begin(), devices.end());
  return all;
}

std::unique_ptr<Device> open_device(std::string_view name, std::string& error) {
  DeviceName wanted;
  bool well_formed = parse(name, wanted);
  if (name == "cpu") return cpu::open();
  if (well_formed && wanted.kind == "vulkan") return vulkan::open(wanted.index, {}, error);
  if (well_formed && wanted.kind == "cuda") return cuda::open(wanted.index, error);
  error =
      fmt::format("unknown device '{}': devices are cpu, vulkan, vulkan:N, cuda and cuda:N", name);
  return nullptr;
}

}  // namespace ll
