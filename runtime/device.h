// Devices. One small interface, three implementations: cpu (always there), vulkan, cuda. A device
// takes finished code and a description of its kernels; it knows nothing of the compiler.
//
// All work of one Device runs in order on one stream. Errors are values: text that names the
// device's own error. A Device is used from one thread at a time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/kernel_desc.h"

namespace ll {

// Success, or what went wrong in words.
class [[nodiscard]] Status {
 public:
  Status() = default;
  static Status failure(std::string message) {
    Status s;
    s.message_ = std::move(message);
    return s;
  }
  bool ok() const { return !message_.has_value(); }
  const std::string& message() const { return *message_; }

 private:
  std::optional<std::string> message_;
};

using DeviceAddress = uint64_t;  // 0 is no memory

// A kernel that is ready to launch; owned by its device.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual const KernelDesc& desc() const = 0;
};

struct DeviceLimits {
  uint64_t memory_bytes = 0;
  uint32_t max_group_items = 0;
  Dim3 max_group, max_grid;
  uint32_t shared_bytes = 0;
};

class Device {
 public:
  virtual ~Device() = default;

  virtual std::string name() const = 0;         // "cpu", "vulkan:0", "cuda:0"
  virtual std::string description() const = 0;  // the maker's name for it
  virtual DeviceLimits limits() const = 0;
  virtual bool is_software() const = 0;                // no accelerator behind it
  virtual bool asynchronous() const { return false; }  // launches may end after launch()

  // Code in the device's form: PTX text, SPIR-V words, or (cpu) an array of
  // CpuKernelEntry, one per kernel, in the order of `kernels`. The bytes are copied.
  virtual Status load(std::span<const std::byte> code, std::span<const KernelDesc> kernels) = 0;
  virtual Kernel* find(std::string_view kernel) = 0;  // null when not loaded

  // Device memory. Asking for 0 bytes gives 0; copying 0 bytes does nothing with any address. A
  // range that is not inside one live allocation is an error, and so is a copy onto itself.
  virtual Status allocate(uint64_t bytes, DeviceAddress& out) = 0;
  virtual Status free(DeviceAddress p) = 0;  // 0 is ignored
  virtual Status write(DeviceAddress to, const void* from, uint64_t bytes) = 0;
  virtual Status read(void* to, DeviceAddress from, uint64_t bytes) = 0;
  virtual Status copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) = 0;

  // `args`: one slot of kArgSlot bytes per parameter, copied. An empty grid does nothing. Where
  // launches are asynchronous, a kernel's failure may be reported by a later call.
  virtual Status launch(Kernel& kernel, Dim3 grid, Dim3 group, std::span<const uint64_t> args) = 0;
  virtual Status synchronise() = 0;
  // Device time of launches since the last call, in seconds; synchronises.
  virtual Status take_seconds(double& out) = 0;
};

// The entry of a kernel compiled for the CPU: runs one workgroup. `args` as for launch,
// `shared` the group's static workgroup memory (16-byte aligned, uninitialised), `context`
// context_bytes per work-item. Not 0: work-items waited at different barriers.
struct CpuLaunch {
  int32_t group_id[3], group_size[3], group_count[3];
};
using CpuKernelEntry = int (*)(const uint64_t* args, const CpuLaunch* launch, void* shared,
                               void* context);

struct DeviceInfo {
  std::string name, description;
  bool is_software;
};
// Everything that can be opened here, cpu first. Never fails; what is absent is not listed.
std::vector<DeviceInfo> list_devices();
// "cpu", "vulkan", "vulkan:N", "cuda", "cuda:N". Null and `error` on failure.
std::unique_ptr<Device> open_device(std::string_view name, std::string& error);

}  // namespace ll
