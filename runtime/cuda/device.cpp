// One stream on the device's primary context. Launches return at once; every launch is bracketed
// by two events for take_seconds().
#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>

#include "runtime/checks.h"
#include "runtime/cuda/api.h"
#include "runtime/cuda/cuda.h"

namespace ll::cuda {
namespace {

constexpr size_t kLogBytes = 16 << 10;
// Launches whose times have not been read; then they are, which waits for them.
constexpr size_t kMaxTimed = 4096;

struct CudaKernel final : Kernel {
  KernelDesc kernel;
  Function function = nullptr;
  uint32_t max_group_items = 0;  // fewer than the device's for many registers

  const KernelDesc& desc() const override { return kernel; }
};

struct Nothing {};

class CudaDevice final : public Device {
 public:
  CudaDevice(std::unique_ptr<Api> api, uint32_t index) : api_(std::move(api)), index_(index) {}
  ~CudaDevice() override;
  Status start();

  std::string name() const override { return fmt::format("cuda:{}", index_); }
  std::string description() const override { return description_; }
  DeviceLimits limits() const override { return limits_; }
  bool is_software() const override { return false; }
  bool asynchronous() const override { return true; }

  Status load(std::span<const std::byte> code, std::span<const KernelDesc> kernels) override;
  Kernel* find(std::string_view kernel) override;
  Status allocate(uint64_t bytes, DeviceAddress& out) override;
  Status free(DeviceAddress p) override;
  Status write(DeviceAddress to, const void* from, uint64_t bytes) override;
  Status read(void* to, DeviceAddress from, uint64_t bytes) override;
  Status copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) override;
  Status launch(Kernel& kernel, Dim3 grid, Dim3 group, std::span<const uint64_t> args) override;
  Status synchronise() override;
  Status take_seconds(double& out) override;

 private:
  // Contexts are per thread; whoever calls gets ours.
  Status enter() { return check(api_->context_set_current(context_), "cuCtxSetCurrent"); }
  Status check(Result result, const char* call) const { return api_->check(result, call); }
  Status read_limits();
  Status load_module(const std::string& text, Module& out);
  Status find_functions(Module module, std::span<const KernelDesc> kernels);
  Status new_event(Event& out);
  Status read_times();

  std::unique_ptr<Api> api_;
  uint32_t index_;
  DeviceId id_ = 0;
  std::string description_;
  DeviceLimits limits_;
  Context context_ = nullptr;
  Stream stream_ = nullptr;
  std::vector<Module> modules_;
  std::map<std::string, CudaKernel, std::less<>> kernels_;
  Allocations<Nothing> memory_;
  std::vector<Event> spare_events_;
  std::vector<std::pair<Event, Event>> timed_;  // launches since the last read_times()
  double seconds_ = 0;
};

std::string device_name(const Api& api, DeviceId id) {
  std::array<char, 256> text = {};
  if (api.device_name(text.data(), text.size() - 1, id) != kSuccess) return "NVIDIA GPU";
  return text.data();
}

Status CudaDevice::start() {
  if (Status s = check(api_->device_get(&id_, static_cast<int>(index_)), "cuDeviceGet"); !s.ok())
    return s;
  description_ = device_name(*api_, id_);
  if (Status s = read_limits(); !s.ok()) return s;
  Result retained = api_->primary_context_retain(&context_, id_);
  if (Status s = check(retained, "cuDevicePrimaryCtxRetain"); !s.ok()) {
    context_ = nullptr;
    return s;
  }
  if (Status s = enter(); !s.ok()) return s;
  return check(api_->stream_create(&stream_, 0), "cuStreamCreate");
}

Status CudaDevice::read_limits() {
  int shared = 0, items = 0, group[3] = {}, grid[3] = {};
  const struct {
    DeviceAttribute attribute;
    int* value;
  } wanted[] = {{kMaxThreadsPerBlock, &items}, {kMaxBlockX, &group[0]},
                {kMaxBlockY, &group[1]},       {kMaxBlockZ, &group[2]},
                {kMaxGridX, &grid[0]},         {kMaxGridY, &grid[1]},
                {kMaxGridZ, &grid[2]},         {kMaxSharedPerBlock, &shared}};
  for (const auto& [attribute, value] : wanted) {
    Result result = api_->device_attribute(value, attribute, id_);
    if (Status s = check(result, "cuDeviceGetAttribute"); !s.ok()) return s;
  }
  size_t memory = 0;
  if (Status s = check(api_->device_memory(&memory, id_), "cuDeviceTotalMem"); !s.ok()) return s;
  auto dim = [](const int(&v)[3]) {
    return Dim3{static_cast<uint32_t>(v[0]), static_cast<uint32_t>(v[1]),
                static_cast<uint32_t>(v[2])};
  };
  limits_ = {memory, static_cast<uint32_t>(items), dim(group), dim(grid),
             static_cast<uint32_t>(shared)};
  return {};
}

// Results are ignored: after a fault in a kernel every call fails, and there is nobody to tell.
CudaDevice::~CudaDevice() {
  if (!context_) return;
  api_->context_set_current(context_);
  if (stream_) api_->stream_synchronise(stream_);
  for (auto& [address, entry] : memory_) api_->free(address);
  for (auto& [from, to] : timed_) spare_events_.insert(spare_events_.end(), {from, to});
  for (Event e : spare_events_) api_->event_destroy(e);
  for (Module m : modules_) api_->module_unload(m);
  if (stream_) api_->stream_destroy(stream_);
  api_->context_set_current(nullptr);
  api_->primary_context_release(id_);
}

// The driver's compiler explains itself in a log; it is worth more than the error's name.
Status CudaDevice::load_module(const std::string& text, Module& out) {
  std::string errors(kLogBytes, '\0'), infos(kLogBytes, '\0');
  JitOption names[] = {kJitErrorLog, kJitErrorLogBytes, kJitInfoLog, kJitInfoLogBytes,
                       kJitLogVerbose};
  // Numbers are passed as the pointer's value.
  auto number = [](uintptr_t n) { return reinterpret_cast<void*>(n); };
  void* values[] = {errors.data(), number(kLogBytes), infos.data(), number(kLogBytes), number(1)};
  Result result = api_->module_load(&out, text.c_str(), std::size(names), names, values);
  Status status = check(result, "cuModuleLoadDataEx");
  if (status.ok()) return status;
  std::string message = status.message();
  for (std::string* log : {&errors, &infos}) {
    log->back() = '\0';
    log->resize(std::char_traits<char>::length(log->c_str()));
    while (!log->empty() && (log->back() == '\n' || log->back() == ' ')) log->pop_back();
    if (!log->empty()) message += "\n" + *log;
  }
  return Status::failure(std::move(message));
}

Status CudaDevice::find_functions(Module module, std::span<const KernelDesc> kernels) {
  std::vector<CudaKernel> found;
  for (const KernelDesc& desc : kernels) {
    CudaKernel& kernel = found.emplace_back();
    kernel.kernel = desc;
    Result result = api_->module_function(&kernel.function, module, desc.entry.c_str());
    if (Status s = check(result, "cuModuleGetFunction"); !s.ok())
      return Status::failure(fmt::format("kernel '{}': {}", desc.name, s.message()));
    int items = 0;
    result = api_->function_attribute(&items, kFunctionMaxThreads, kernel.function);
    if (Status s = check(result, "cuFuncGetAttribute"); !s.ok()) return s;
    kernel.max_group_items = static_cast<uint32_t>(items);
  }
  for (CudaKernel& kernel : found) kernels_.emplace(kernel.kernel.name, kernel);
  return {};
}

Status CudaDevice::load(std::span<const std::byte> code, std::span<const KernelDesc> kernels) {
  for (const KernelDesc& k : kernels)
    if (kernels_.contains(k.name))
      return Status::failure(fmt::format("kernel '{}' is loaded already", k.name));
  if (Status s = enter(); !s.ok()) return s;
  // The driver wants the text to end with a zero byte.
  std::string text(reinterpret_cast<const char*>(code.data()), code.size());
  Module module = nullptr;
  if (Status s = load_module(text, module); !s.ok()) return s;
  modules_.push_back(module);
  return find_functions(module, kernels);
}

Kernel* CudaDevice::find(std::string_view kernel) {
  auto it = kernels_.find(kernel);
  return it == kernels_.end() ? nullptr : &it->second;
}

Status CudaDevice::allocate(uint64_t bytes, DeviceAddress& out) {
  out = 0;
  if (bytes == 0) return {};
  if (Status s = enter(); !s.ok()) return s;
  DevicePointer p = 0;
  if (Status s = check(api_->allocate(&p, bytes), "cuMemAlloc"); !s.ok()) return s;
  out = p;
  memory_.add(out, bytes, {});
  return {};
}

Status CudaDevice::free(DeviceAddress p) {
  if (p == 0) return {};
  if (Status s = memory_.check_free(p); !s.ok()) return s;
  if (Status s = enter(); !s.ok()) return s;
  memory_.erase(memory_.find(p));
  return check(api_->free(p), "cuMemFree");
}

Status CudaDevice::write(DeviceAddress to, const void* from, uint64_t bytes) {
  if (bytes == 0) return {};
  if (Status s = memory_.check_range(to, bytes); !s.ok()) return s;
  if (Status s = enter(); !s.ok()) return s;
  Result result = api_->copy_to_device(to, from, bytes, stream_);
  if (Status s = check(result, "cuMemcpyHtoDAsync"); !s.ok()) return s;
  // The caller may change its memory when write() is back; pinned memory is read until the end.
  return synchronise();
}

Status CudaDevice::read(void* to, DeviceAddress from, uint64_t bytes) {
  if (bytes == 0) return {};
  if (Status s = memory_.check_range(from, bytes); !s.ok()) return s;
  if (Status s = enter(); !s.ok()) return s;
  Result result = api_->copy_to_host(to, from, bytes, stream_);
  if (Status s = check(result, "cuMemcpyDtoHAsync"); !s.ok()) return s;
  return synchronise();
}

Status CudaDevice::copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) {
  if (bytes == 0) return {};
  if (Status s = memory_.check_copy(to, from, bytes); !s.ok()) return s;
  if (Status s = enter(); !s.ok()) return s;
  return check(api_->copy_on_device(to, from, bytes, stream_), "cuMemcpyDtoDAsync");
}

Status CudaDevice::new_event(Event& out) {
  if (spare_events_.empty()) return check(api_->event_create(&out, 0), "cuEventCreate");
  out = spare_events_.back();
  spare_events_.pop_back();
  return {};
}

Status CudaDevice::launch(Kernel& k, Dim3 grid, Dim3 group, std::span<const uint64_t> args) {
  auto& kernel = static_cast<CudaKernel&>(k);
  LaunchSizes sizes = LaunchSizes::of(grid, group);
  if (Status s = check_launch(kernel.kernel, limits_, sizes, args.size()); !s.ok()) return s;
  if (sizes.empty()) return {};
  if (group.count() > kernel.max_group_items)
    return Status::failure(
        fmt::format("the workgroup has {} work-items, this kernel's registers allow {}",
                    group.count(), kernel.max_group_items));
  if (Status s = enter(); !s.ok()) return s;
  if (timed_.size() == kMaxTimed)
    if (Status s = read_times(); !s.ok()) return s;

  std::vector<void*> params(args.size());
  for (size_t i = 0; i < args.size(); ++i) params[i] = const_cast<uint64_t*>(&args[i]);
  std::pair<Event, Event> timing = {};
  if (Status s = new_event(timing.first); !s.ok()) return s;
  Status status = new_event(timing.second);
  if (!status.ok()) {
    spare_events_.push_back(timing.first);
    return status;
  }
  status = check(api_->event_record(timing.first, stream_), "cuEventRecord");
  if (status.ok())
    status = check(api_->launch(kernel.function, grid.x, grid.y, grid.z, group.x, group.y, group.z,
                                0, stream_, params.data(), nullptr),
                   "cuLaunchKernel");
  if (status.ok()) status = check(api_->event_record(timing.second, stream_), "cuEventRecord");
  if (status.ok()) {
    timed_.push_back(timing);
  } else {
    spare_events_.insert(spare_events_.end(), {timing.first, timing.second});
  }
  return status;
}

Status CudaDevice::synchronise() {
  if (Status s = enter(); !s.ok()) return s;
  return check(api_->stream_synchronise(stream_), "cuStreamSynchronize");
}

Status CudaDevice::read_times() {
  if (Status s = synchronise(); !s.ok()) return s;
  for (auto [from, to] : timed_) {
    float milliseconds = 0;
    Result result = api_->event_milliseconds(&milliseconds, from, to);
    if (Status s = check(result, "cuEventElapsedTime"); !s.ok()) return s;
    seconds_ += 1e-3 * double{milliseconds};
  }
  for (auto [from, to] : timed_) spare_events_.insert(spare_events_.end(), {from, to});
  timed_.clear();
  return {};
}

Status CudaDevice::take_seconds(double& out) {
  out = 0;
  if (Status s = read_times(); !s.ok()) return s;
  out = std::exchange(seconds_, 0.0);
  return {};
}

std::vector<DeviceInfo> list(const Api& api, std::string& error) {
  int count = 0;
  Result result = api.device_count(&count);
  if (result == kNoDevice) count = 0;
  if (result != kSuccess && result != kNoDevice)
    error = api.check(result, "cuDeviceGetCount").message();
  std::vector<DeviceInfo> devices;
  for (int i = 0; i < count; ++i) {
    DeviceId id = 0;
    if (api.device_get(&id, i) == kSuccess)
      devices.push_back({fmt::format("cuda:{}", i), device_name(api, id), false});
  }
  if (devices.empty() && error.empty()) error = "the CUDA driver finds no GPU";
  return devices;
}

}  // namespace

std::vector<DeviceInfo> list() {
  std::string error;
  std::unique_ptr<Api> api = open_api(error);
  return api ? list(*api, error) : std::vector<DeviceInfo>();
}

std::unique_ptr<Device> open(uint32_t index, std::string& error) {
  error.clear();
  std::unique_ptr<Api> api = open_api(error);
  if (!api) return nullptr;
  std::vector<DeviceInfo> devices = list(*api, error);
  if (devices.empty()) return nullptr;
  if (index >= devices.size()) {
    error = no_such_device(fmt::format("cuda:{}", index), devices);
    return nullptr;
  }
  auto device = std::make_unique<CudaDevice>(std::move(api), index);
  Status status = device->start();
  if (status.ok()) return device;
  error = status.message();
  return nullptr;
}

}  // namespace ll::cuda
