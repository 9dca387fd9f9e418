// Launches are run to their end before launch() returns: device and host share the memory, so
// there is nothing to overlap with. Workgroups are shared out in chunks from one counter.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "runtime/checks.h"
#include "runtime/cpu/cpu.h"
#include "runtime/cpu/fault.h"
#include "runtime/cpu/pool.h"
#include "support/align.h"
#include "support/check.h"

namespace ll::cpu {
namespace {

constexpr size_t kAlign = 64;  // a cache line, and the widest vector
constexpr uint32_t kMaxGroupItems = 1024;
constexpr uint32_t kMaxSharedBytes = 256 << 10;
constexpr uint32_t kMaxGridX = INT32_MAX;  // ids are int32; x*y*z stays below 2^63
constexpr uint32_t kMaxGridYZ = UINT16_MAX;
// A launch that is expected to be shorter than this is not worth waking threads for.
constexpr std::chrono::microseconds kInlineTime(20);
// Chunks per thread: few enough that the counter is cold, many enough to even out the end.
constexpr uint64_t kChunksPerThread = 8;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct CpuKernel final : Kernel {
  KernelDesc kernel;
  CpuKernelEntry entry = nullptr;
  double group_seconds = 0;  // one workgroup in the last launch; 0 unknown

  const KernelDesc& desc() const override { return kernel; }
};

struct Free {
  void operator()(void* p) const { std::free(p); }
};
using Memory = std::unique_ptr<std::byte, Free>;

Memory allocate_aligned(uint64_t bytes) {
  return Memory(static_cast<std::byte*>(std::aligned_alloc(kAlign, round_up(bytes, kAlign))));
}

// Shared and context memory of the workgroup that a thread runs, kept between launches.
struct Scratch {
  Memory memory;
  uint64_t bytes = 0;

  bool reserve(uint64_t wanted) {
    if (wanted <= bytes) return true;
    memory = allocate_aligned(wanted);
    bytes = memory ? wanted : 0;
    return memory != nullptr;
  }
};

// One launch in progress; the pool's threads share it.
struct Grid {
  const CpuKernel& kernel;
  const uint64_t* args;
  CpuLaunch launch;  // sizes; the group id is filled per group
  uint64_t groups, chunk, shared_bytes, scratch_bytes;
  std::vector<Scratch>& scratch;
  std::atomic<uint64_t> next = 0;
  std::atomic<uint64_t> busy_ns = 0;  // summed over the threads
  std::atomic<bool> failed = false;
  std::mutex mutex = {};
  std::string error = {};  // the first one

  void fail(std::string message) {
    std::lock_guard lock(mutex);
    if (!failed.exchange(true)) error = std::move(message);
  }
};

std::string describe_group(const CpuLaunch& l) {
  return fmt::format("in workgroup ({}, {}, {})", l.group_id[0], l.group_id[1], l.group_id[2]);
}

// What one thread does for a grid. A fault may jump out of run_chunks and run_slice, so they hold
// nothing that needs a destructor.
struct Worker {
  Grid& grid;
  CpuLaunch launch;
  void *shared, *context;
  Clock::time_point until;  // run_slice only
  bool diverged = false;

  void seek(uint64_t group) {
    const int32_t* count = launch.group_count;
    launch.group_id[0] = static_cast<int32_t>(group % count[0]);
    group /= count[0];
    launch.group_id[1] = static_cast<int32_t>(group % count[1]);
    launch.group_id[2] = static_cast<int32_t>(group / count[1]);
  }
  void step() {
    if (++launch.group_id[0] < launch.group_count[0]) return;
    launch.group_id[0] = 0;
    if (++launch.group_id[1] < launch.group_count[1]) return;
    launch.group_id[1] = 0;
    ++launch.group_id[2];
  }
  bool run_group() {
    diverged = grid.kernel.entry(grid.args, &launch, shared, context) != 0;
    return !diverged;
  }

  static void run_chunks(void* self) {
    Worker& w = *static_cast<Worker*>(self);
    Grid& grid = w.grid;
    while (!grid.failed.load(std::memory_order_relaxed)) {
      uint64_t group = grid.next.fetch_add(grid.chunk, std::memory_order_relaxed);
      if (group >= grid.groups) return;
      uint64_t end = std::min(grid.groups, group + grid.chunk);
      for (w.seek(group);; w.step()) {
        if (!w.run_group()) return;
        if (++group == end) break;
      }
    }
  }
  // Groups from the first one on until the time is up; leaves the rest for run_chunks.
  static void run_slice(void* self) {
    Worker& w = *static_cast<Worker*>(self);
    uint64_t group = 0;
    for (w.seek(0); group < w.grid.groups; w.step()) {
      if (!w.run_group()) return;
      ++group;
      if (Clock::now() > w.until) break;
    }
    w.grid.next.store(group, std::memory_order_relaxed);
  }
};

void run_worker(Grid& grid, unsigned thread, void (*body)(void*), Clock::time_point until) {
  Scratch& scratch = grid.scratch[thread];
  if (!scratch.reserve(grid.scratch_bytes))
    return grid.fail(
        fmt::format("cannot allocate {} bytes for workgroup memory", grid.scratch_bytes));
  std::byte* memory = scratch.memory.get();
  Worker worker{grid, grid.launch, memory, memory + grid.shared_bytes, until};
  Clock::time_point start = Clock::now();
  std::string fault;
  if (!run_guarded(body, &worker, fault)) {
    grid.fail(fault + " " + describe_group(worker.launch));
  } else if (worker.diverged) {
    grid.fail("the work-items of one workgroup wait at different barriers, " +
              describe_group(worker.launch));
  }
  auto spent = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start);
  grid.busy_ns.fetch_add(spent.count(), std::memory_order_relaxed);
}

unsigned thread_count(const Options& options) {
  unsigned n = options.threads;
  if (const char* text = std::getenv("LLAMA_CPU_THREADS"); n == 0 && text)
    n = static_cast<unsigned>(std::strtoul(text, nullptr, 10));
  if (n == 0) n = std::thread::hardware_concurrency();
  return std::clamp(n, 1u, 1024u);
}

uint64_t physical_memory() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    size_t at = line.find(": ");
    if (at != std::string::npos) return line.substr(at + 2);
  }
  return "processor";
}

class CpuDevice final : public Device {
 public:
  explicit CpuDevice(const Options& options)
      : threads_(thread_count(options)), memory_bytes_(physical_memory()), scratch_(threads_) {}

  std::string name() const override { return "cpu"; }
  std::string description() const override { return processor_name(); }
  bool is_software() const override { return true; }
  bool asynchronous() const override { return false; }
  DeviceLimits limits() const override {
    return {memory_bytes_,
            kMaxGroupItems,
            {1024, 1024, 64},
            {kMaxGridX, kMaxGridYZ, kMaxGridYZ},
            kMaxSharedBytes};
  }

  Status load(std::span<const std::byte> code, std::span<const KernelDesc> kernels) override;
  Kernel* find(std::string_view kernel) override;
  Status allocate(uint64_t bytes, DeviceAddress& out) override;
  Status free(DeviceAddress p) override;
  Status write(DeviceAddress to, const void* from, uint64_t bytes) override;
  Status read(void* to, DeviceAddress from, uint64_t bytes) override;
  Status copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) override;
  Status launch(Kernel& kernel, Dim3 grid, Dim3 group, std::span<const uint64_t> args) override;
  Status synchronise() override { return {}; }
  Status take_seconds(double& out) override {
    out = std::exchange(seconds_, 0.0);
    return {};
  }

 private:
  void run(Grid& grid, CpuKernel& kernel);

  unsigned threads_;
  uint64_t memory_bytes_;
  std::vector<Scratch> scratch_;
  std::unique_ptr<Pool> pool_;
  std::map<std::string, CpuKernel, std::less<>> kernels_;
  Allocations<Memory> memory_;
  double seconds_ = 0;
};

void* pointer(DeviceAddress p) { return reinterpret_cast<void*>(p); }

Status CpuDevice::load(std::span<const std::byte> code, std::span<const KernelDesc> kernels) {
  LL_CHECK(code.size() == kernels.size() * sizeof(CpuKernelEntry), "one entry per kernel");
  for (const KernelDesc& k : kernels)
    if (kernels_.contains(k.name))
      return Status::failure(fmt::format("kernel '{}' is loaded already", k.name));
  for (size_t i = 0; i < kernels.size(); ++i) {
    CpuKernel& kernel = kernels_[kernels[i].name];
    kernel.kernel = kernels[i];
    std::memcpy(&kernel.entry, code.data() + i * sizeof kernel.entry, sizeof kernel.entry);
  }
  return {};
}

Kernel* CpuDevice::find(std::string_view kernel) {
  auto it = kernels_.find(kernel);
  return it == kernels_.end() ? nullptr : &it->second;
}

Status CpuDevice::allocate(uint64_t bytes, DeviceAddress& out) {
  out = 0;
  if (bytes == 0) return {};
  Memory memory;
  if (bytes <= memory_bytes_ - std::min(memory_bytes_, memory_.total()))
    memory = allocate_aligned(bytes);
  if (!memory) return out_of_memory(bytes, memory_.total(), memory_bytes_);
  out = reinterpret_cast<DeviceAddress>(memory.get());
  memory_.add(out, bytes, std::move(memory));
  return {};
}

Status CpuDevice::free(DeviceAddress p) {
  if (p == 0) return {};
  if (Status s = memory_.check_free(p); !s.ok()) return s;
  memory_.erase(memory_.find(p));
  return {};
}

Status CpuDevice::write(DeviceAddress to, const void* from, uint64_t bytes) {
  if (bytes == 0) return {};
  if (Status s = memory_.check_range(to, bytes); !s.ok()) return s;
  std::memcpy(pointer(to), from, bytes);
  return {};
}

Status CpuDevice::read(void* to, DeviceAddress from, uint64_t bytes) {
  if (bytes == 0) return {};
  if (Status s = memory_.check_range(from, bytes); !s.ok()) return s;
  std::memcpy(to, pointer(from), bytes);
  return {};
}

Status CpuDevice::copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) {
  if (bytes == 0) return {};
  if (Status s = memory_.check_copy(to, from, bytes); !s.ok()) return s;
  std::memcpy(pointer(to), pointer(from), bytes);
  return {};
}

Status CpuDevice::launch(Kernel& k, Dim3 grid, Dim3 group, std::span<const uint64_t> args) {
  auto& kernel = static_cast<CpuKernel&>(k);
  LaunchSizes sizes = LaunchSizes::of(grid, group);
  if (Status s = check_launch(kernel.kernel, limits(), sizes, args.size()); !s.ok()) return s;
  if (sizes.empty()) return {};

  auto id = [](uint32_t n) { return static_cast<int32_t>(n); };
  CpuLaunch launch = {
      {0, 0, 0}, {id(group.x), id(group.y), id(group.z)}, {id(grid.x), id(grid.y), id(grid.z)}};
  uint64_t shared = round_up(kernel.kernel.shared_bytes, kAlign);
  uint64_t context = round_up(uint64_t{kernel.kernel.context_bytes} * group.count(), kAlign);
  uint64_t chunk = std::max<uint64_t>(1, grid.count() / (threads_ * kChunksPerThread));
  Grid work{kernel,
            args.data(),
            launch,
            grid.count(),
            chunk,
            shared,
            std::max<uint64_t>(shared + context, kAlign),
            scratch_};
  run(work, kernel);
  return work.failed ? Status::failure(std::move(work.error)) : Status();
}

void CpuDevice::run(Grid& grid, CpuKernel& kernel) {
  Clock::time_point start = Clock::now();
  auto far = Clock::time_point::max();
  double expected = kernel.group_seconds * static_cast<double>(grid.groups);
  if (threads_ == 1 || grid.groups == 1) {
    run_worker(grid, 0, Worker::run_chunks, far);
  } else {
    // A kernel that was quick the last time is started here alone; if it turns out longer than
    // expected, the pool takes over what is left.
    if (kernel.group_seconds > 0 && expected < std::chrono::duration<double>(kInlineTime).count())
      run_worker(grid, 0, Worker::run_slice, start + kInlineTime);
    uint64_t left = grid.groups - grid.next;
    if (left > 0 && !grid.failed) {
      if (!pool_) pool_ = std::make_unique<Pool>(threads_);
      auto helpers = static_cast<unsigned>(std::min<uint64_t>(left, threads_)) - 1;
      auto body = [](void* g, unsigned thread) {
        run_worker(*static_cast<Grid*>(g), thread, Worker::run_chunks, Clock::time_point::max());
      };
      pool_->run(helpers, body, &grid);
    }
  }
  seconds_ += seconds_since(start);
  kernel.group_seconds = 1e-9 * static_cast<double>(grid.busy_ns / grid.groups);
}

}  // namespace

DeviceInfo info() { return {"cpu", processor_name(), true}; }

std::unique_ptr<Device> open(const Options& options) {
  return std::make_unique<CpuDevice>(options);
}

}  // namespace ll::cpu
