// What every device checks itself, in one wording: that it exists, the sizes of a launch, and the
// addresses of its memory.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "runtime/device.h"

namespace ll {

// The error for a device name whose number is out of range; `devices` are those of its kind.
std::string no_such_device(std::string_view name, std::span<const DeviceInfo> devices);

// The sizes of a grid and of its workgroups as a program gives them: signed, not yet narrowed.
struct LaunchSizes {
  std::array<int64_t, 3> grid, group;

  static LaunchSizes of(Dim3 grid, Dim3 group) {
    return {{grid.x, grid.y, grid.z}, {group.x, group.y, group.z}};
  }
  bool empty() const { return grid[0] == 0 || grid[1] == 0 || grid[2] == 0; }
};

// An empty grid is allowed: nothing else is asked of it, and nothing is run.
Status check_launch(const KernelDesc& kernel, const DeviceLimits& limits, const LaunchSizes& sizes,
                    size_t args);

// "with grid (8, 1, 1) and workgroup (128, 1, 1)".
std::string describe(const LaunchSizes& sizes);

// The live allocations of a device, by start address, each with what the device keeps about it.
// Every copy and every free is checked against it, so a stray address is an error in words
// instead of a fault.
template <class Payload>
class Allocations {
 public:
  struct Entry {
    uint64_t bytes;
    Payload payload;
  };
  using Map = std::map<DeviceAddress, Entry>;

  void add(DeviceAddress at, uint64_t bytes, Payload payload) {
    map_.emplace(at, Entry{bytes, std::move(payload)});
    total_ += bytes;
  }
  // The allocation that starts at `at`, or end().
  typename Map::iterator find(DeviceAddress at) { return map_.find(at); }
  // The allocation that holds all of [at, at + bytes), or end().
  typename Map::iterator holding(DeviceAddress at, uint64_t bytes) {
    auto after = map_.upper_bound(at);
    if (after == map_.begin()) return map_.end();
    auto it = std::prev(after);
    uint64_t offset = at - it->first;
    return offset <= it->second.bytes && bytes <= it->second.bytes - offset ? it : map_.end();
  }
  void erase(typename Map::iterator it) {
    total_ -= it->second.bytes;
    map_.erase(it);
  }
  typename Map::iterator begin() { return map_.begin(); }
  typename Map::iterator end() { return map_.end(); }
  uint64_t total() const { return total_; }

  // Errors for what find() and holding() did not find.
  Status check_free(DeviceAddress at);
  Status check_range(DeviceAddress at, uint64_t bytes);
  Status check_copy(DeviceAddress to, DeviceAddress from, uint64_t bytes);

 private:
  Map map_;
  uint64_t total_ = 0;
};

Status unknown_memory(DeviceAddress at);
Status outside_memory(DeviceAddress at, uint64_t bytes, DeviceAddress start, uint64_t held);
Status overlapping_copy(DeviceAddress to, DeviceAddress from, uint64_t bytes);
Status out_of_memory(uint64_t bytes, uint64_t in_use, uint64_t total);

template <class Payload>
Status Allocations<Payload>::check_free(DeviceAddress at) {
  return find(at) == end() ? unknown_memory(at) : Status();
}

template <class Payload>
Status Allocations<Payload>::check_range(DeviceAddress at, uint64_t bytes) {
  if (holding(at, bytes) != end()) return {};
  auto it = holding(at, 0);
  return it == end() ? outside_memory(at, bytes, 0, 0)
                     : outside_memory(at, bytes, it->first, it->second.bytes);
}

template <class Payload>
Status Allocations<Payload>::check_copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) {
  if (Status s = check_range(to, bytes); !s.ok()) return s;
  if (Status s = check_range(from, bytes); !s.ok()) return s;
  bool apart = to < from ? from - to >= bytes : to - from >= bytes;
  return apart ? Status() : overlapping_copy(to, from, bytes);
}

}  // namespace ll
