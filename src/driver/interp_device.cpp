#include "driver/interp_device.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <unordered_set>

#include "opt/kernel_desc.h"

namespace ll::driver {
namespace {

class InterpKernel : public Kernel {
 public:
  InterpKernel(KernelDesc desc, FuncId function) : desc_(std::move(desc)), function_(function) {}
  const KernelDesc& desc() const override { return desc_; }
  FuncId function() const { return function_; }

 private:
  KernelDesc desc_;
  FuncId function_;
};

class InterpDevice : public Device {
 public:
  InterpDevice(const Module& m, Interpreter& interpreter) : module_(m), interpreter_(interpreter) {
    for (KernelDesc& d : describe_kernels(m)) {
      FuncId f = m.find_function(Symbol(d.name));
      kernels_.emplace_back(std::move(d), f);
    }
  }
  ~InterpDevice() override {
    for (void* p : blocks_) std::free(p);
  }

  std::string name() const override { return "interp"; }
  std::string description() const override { return "IR interpreter"; }
  DeviceLimits limits() const override {
    return {.memory_bytes = uint64_t{1} << 40,
            .max_group_items = 1024,
            .max_group = {1024, 1024, 64},
            .max_grid = {0x7fffffff, 0x7fffffff, 0x7fffffff},
            .shared_bytes = 256 << 10};
  }
  bool is_software() const override { return true; }
  bool asynchronous() const override { return false; }

  Status load(std::span<const std::byte>, std::span<const KernelDesc>) override {
    return Status::failure("the interpreter runs the program's IR and loads no other code");
  }
  Kernel* find(std::string_view kernel) override {
    for (InterpKernel& k : kernels_)
      if (k.desc().name == kernel) return &k;
    return nullptr;
  }

  Status allocate(uint64_t bytes, DeviceAddress& out) override {
    out = 0;
    if (bytes == 0) return {};
    void* p =
        bytes > limits().memory_bytes ? nullptr : std::aligned_alloc(64, (bytes + 64) / 64 * 64);
    if (!p) return Status::failure(fmt::format("out of memory: {} bytes asked for", bytes));
    blocks_.insert(p);
    out = reinterpret_cast<DeviceAddress>(p);
    return {};
  }
  Status free(DeviceAddress p) override {
    if (p && !blocks_.erase(reinterpret_cast<void*>(p)))
      return Status::failure("this is not the start of allocated memory");
    std::free(reinterpret_cast<void*>(p));
    return {};
  }
  Status write(DeviceAddress to, const void* from, uint64_t bytes) override {
    return copy(to, reinterpret_cast<DeviceAddress>(from), bytes);
  }
  Status read(void* to, DeviceAddress from, uint64_t bytes) override {
    return copy(reinterpret_cast<DeviceAddress>(to), from, bytes);
  }
  Status copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) override {
    if (bytes) std::memmove(reinterpret_cast<void*>(to), reinterpret_cast<void*>(from), bytes);
    return {};
  }

  Status launch(Kernel& kernel, Dim3 grid, Dim3 group, std::span<const uint64_t> args) override {
    Interpreter::Failure failure;
    if (interpreter_.run_kernel(static_cast<InterpKernel&>(kernel).function(), grid, group,
                                args.data(), failure))
      return {};
    std::string where = module_.sources.describe(failure.span);
    return Status::failure(where.empty() ? failure.message : where + ": " + failure.message);
  }
  Status synchronise() override { return {}; }
  Status take_seconds(double& out) override {
    out = 0;  // it has no clock of its own
    return {};
  }

 private:
  const Module& module_;
  Interpreter& interpreter_;
  std::vector<InterpKernel> kernels_;
  std::unordered_set<void*> blocks_;
};

}  // namespace

std::unique_ptr<Device> make_interp_device(const Module& m, Interpreter& interpreter) {
  return std::make_unique<InterpDevice>(m, interpreter);
}

}  // namespace ll::driver
