#include "runtime/checks.h"

#include <fmt/format.h>

namespace ll {
namespace {

constexpr char kAxis[] = {'x', 'y', 'z'};

// `limit` is per axis; `least` is 0 for a grid (which may be empty), 1 for a workgroup.
Status check_axes(const char* what, const std::array<int64_t, 3>& size, Dim3 limit, int64_t least) {
  const uint32_t limits[] = {limit.x, limit.y, limit.z};
  for (int i = 0; i < 3; ++i) {
    if (size[i] < least)
      return Status::failure(fmt::format("the {}'s {} size is {}, it must be at least {}", what,
                                         kAxis[i], size[i], least));
    if (size[i] > int64_t{limits[i]})
      return Status::failure(fmt::format("the {}'s {} size is {}, the device allows {}", what,
                                         kAxis[i], size[i], limits[i]));
  }
  return {};
}

Status check_negative(const char* what, const std::array<int64_t, 3>& size) {
  for (int i = 0; i < 3; ++i)
    if (size[i] < 0)
      return Status::failure(
          fmt::format("the {}'s {} size is negative: {}", what, kAxis[i], size[i]));
  return {};
}

}  // namespace

std::string no_such_device(std::string_view name, std::span<const DeviceInfo> devices) {
  std::string text = fmt::format("there is no device {}; there is", name);
  const char* separator = " ";
  for (const DeviceInfo& d : devices) {
    text += fmt::format("{}{} ({})", separator, d.name, d.description);
    separator = ", ";
  }
  return text;
}

Status check_launch(const KernelDesc& kernel, const DeviceLimits& limits, const LaunchSizes& sizes,
                    size_t args) {
  if (args != kernel.params.size())
    return Status::failure(
        fmt::format("the kernel takes {} arguments, {} were given", kernel.params.size(), args));
  if (Status s = check_negative("grid", sizes.grid); !s.ok()) return s;
  if (Status s = check_negative("workgroup", sizes.group); !s.ok()) return s;
  if (sizes.empty()) return {};
  if (Status s = check_axes("workgroup", sizes.group, limits.max_group, 1); !s.ok()) return s;
  int64_t items = sizes.group[0] * sizes.group[1] * sizes.group[2];
  if (items > int64_t{limits.max_group_items})
    return Status::failure(fmt::format("the workgroup has {} work-items, the device allows {}",
                                       items, limits.max_group_items));
  if (Status s = check_axes("grid", sizes.grid, limits.max_grid, 0); !s.ok()) return s;
  if (kernel.shared_bytes > limits.shared_bytes)
    return Status::failure(
        fmt::format("the kernel needs {} bytes of workgroup memory, the device has {}",
                    kernel.shared_bytes, limits.shared_bytes));
  return {};
}

std::string describe(const LaunchSizes& sizes) {
  const auto& [grid, group] = sizes;
  return fmt::format("with grid ({}, {}, {}) and workgroup ({}, {}, {})", grid[0], grid[1], grid[2],
                     group[0], group[1], group[2]);
}

Status unknown_memory(DeviceAddress at) {
  return Status::failure(fmt::format("no allocation of this device starts at {:#x}", at));
}

Status outside_memory(DeviceAddress at, uint64_t bytes, DeviceAddress start, uint64_t held) {
  if (start == 0)
    return Status::failure(fmt::format("{:#x} is not inside any allocation of this device", at));
  return Status::failure(
      fmt::format("{} bytes at {:#x} reach past the end of the allocation of {} bytes at {:#x}",
                  bytes, at, held, start));
}

Status overlapping_copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) {
  return Status::failure(
      fmt::format("the {} bytes at {:#x} and at {:#x} overlap", bytes, from, to));
}

Status out_of_memory(uint64_t bytes, uint64_t in_use, uint64_t total) {
  return Status::failure(fmt::format("cannot allocate {} bytes: {} of the device's {} are in use",
                                     bytes, in_use, total));
}

}  // namespace ll
