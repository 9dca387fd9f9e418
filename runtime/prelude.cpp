#include "runtime/prelude.h"

#include <fmt/format.h>

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "runtime/checks.h"

namespace ll {
namespace {

// A launch that may not have ended. The text is the program's own and lives as long as it.
struct PendingLaunch {
  const char *where, *kernel;
  LaunchSizes sizes;
};

struct Session {
  std::function<Device*()> open;
  Device* device = nullptr;
  bool sync_launches = false;
  // Launches since the last synchronisation, the latest kMaxPending of them: a failure that
  // arrives late can be any of theirs.
  std::vector<PendingLaunch> pending;
  uint64_t pending_count = 0;
};
constexpr size_t kMaxPending = 8;

Session& session() {
  static Session* s = new Session;  // reachable to the very end of the process
  return *s;
}

// Ends the program. Its output comes before the message; nothing of a device whose state is
// unknown is torn down.
[[noreturn]] void stop(std::string_view message) {
  std::fflush(nullptr);
  std::fwrite(message.data(), 1, message.size(), stderr);
  std::fputc('\n', stderr);
  std::fflush(stderr);
  std::_Exit(1);
}

[[noreturn]] void fail(const char* where, std::string_view what) {
  stop(fmt::format("{}: error: {}", where, what));
}

Device& device(const char* where) {
  Session& s = session();
  if (s.device) return *s.device;
  if (!s.open) fail(where, "there is no device");
  s.device = s.open();
  if (!s.device) fail(where, "the device could not be opened");
  const char* sync = std::getenv("LLAMA_SYNC_LAUNCHES");
  s.sync_launches = sync && std::string_view(sync) == "1";
  return *s.device;
}

std::string describe(const PendingLaunch& l) {
  return fmt::format("launch of kernel '{}' on {} {}", l.kernel, session().device->name(),
                     describe(l.sizes));
}

std::string on_device(std::string_view form) {
  return fmt::format("{} on {}", form, session().device->name());
}

std::string on_device(std::string_view form, uint64_t bytes) {
  return fmt::format("{} of {} bytes on {}", form, bytes, session().device->name());
}

void nothing_pending() {
  session().pending.clear();
  session().pending_count = 0;
}

// Reports that `subject` failed. Where launches were in flight and one of them failed, the
// failure is theirs: of one launch it is said so, of several they are listed.
[[noreturn]] void fail_form(const char* where, const std::string& subject, const Status& status) {
  Session& s = session();
  std::string text = fmt::format("{}: error: {}: {}", where, subject, status.message());
  if (s.pending_count == 0) stop(text);
  Status late = s.device->synchronise();
  if (late.ok()) stop(text);
  if (s.pending_count == 1) {
    PendingLaunch only = s.pending.front();
    fail(only.where, describe(only) + ": " + late.message());
  }
  for (const PendingLaunch& l : s.pending)
    text += fmt::format("\n{}: note: {} had not ended", l.where, describe(l));
  if (s.pending_count > s.pending.size())
    text += fmt::format("\nnote: nor had {} earlier launches", s.pending_count - s.pending.size());
  text +=
      "\nnote: with LLAMA_SYNC_LAUNCHES=1 in the environment a kernel's failure is reported "
      "at its own launch";
  stop(text);
}

void synchronise(const char* where, std::string_view form) {
  Status status = device(where).synchronise();
  if (!status.ok()) fail_form(where, on_device(form), status);
  nothing_pending();
}

uint64_t checked_size(int64_t bytes, const char* where, std::string_view form) {
  if (bytes < 0) fail(where, fmt::format("{}: the size is negative: {} bytes", form, bytes));
  return static_cast<uint64_t>(bytes);
}

void check_host(const void* host, uint64_t bytes, const char* where, std::string_view form) {
  if (!host && bytes > 0)
    fail(where, fmt::format("{} of {} bytes: the host pointer is null", form, bytes));
}

// The functions behind the device forms -----------------------------------------------------

uint64_t device_alloc(int64_t bytes, const char* where) {
  uint64_t size = checked_size(bytes, where, "device-alloc");
  DeviceAddress p = 0;
  Status status = device(where).allocate(size, p);
  if (!status.ok()) fail_form(where, on_device("device-alloc", size), status);
  return p;
}

void device_free(uint64_t p, const char* where) {
  if (p == 0) return;
  Status status = device(where).free(p);
  if (!status.ok()) fail_form(where, on_device("device-free"), status);
}

void copy_to_device(uint64_t to, const void* from, int64_t bytes, const char* where) {
  uint64_t size = checked_size(bytes, where, "copy-to-device");
  check_host(from, size, where, "copy-to-device");
  Status status = device(where).write(to, from, size);
  if (!status.ok()) fail_form(where, on_device("copy-to-device", size), status);
}

void copy_from_device(void* to, uint64_t from, int64_t bytes, const char* where) {
  uint64_t size = checked_size(bytes, where, "copy-from-device");
  check_host(to, size, where, "copy-from-device");
  Status status = device(where).read(to, from, size);
  if (!status.ok()) fail_form(where, on_device("copy-from-device", size), status);
}

void copy_on_device(uint64_t to, uint64_t from, int64_t bytes, const char* where) {
  uint64_t size = checked_size(bytes, where, "copy-on-device");
  Status status = device(where).copy(to, from, size);
  if (!status.ok()) fail_form(where, on_device("copy-on-device", size), status);
}

void launch(const char* name, const int64_t* dims, const uint64_t* args, const char* where) {
  Device& on = device(where);
  PendingLaunch launch{where, name, {{dims[0], dims[1], dims[2]}, {dims[3], dims[4], dims[5]}}};
  Kernel* kernel = on.find(name);
  if (!kernel) fail(where, describe(launch) + ": the device has no kernel of this name");
  size_t params = kernel->desc().params.size();
  // Checked here on the sizes as the program gave them; Device::launch sees them narrowed.
  Status status = check_launch(kernel->desc(), on.limits(), launch.sizes, params);
  if (!status.ok()) fail(where, describe(launch) + ": " + status.message());
  if (launch.sizes.empty()) return;
  auto dim = [&](int i) {
    return Dim3{static_cast<uint32_t>(dims[i]), static_cast<uint32_t>(dims[i + 1]),
                static_cast<uint32_t>(dims[i + 2])};
  };
  status = on.launch(*kernel, dim(0), dim(3), {args, params});
  if (!status.ok()) fail_form(where, describe(launch), status);
  if (!on.asynchronous()) return;
  Session& s = session();
  if (s.pending.size() == kMaxPending) s.pending.erase(s.pending.begin());
  s.pending.push_back(launch);
  ++s.pending_count;
  if (s.sync_launches) synchronise(where, "launch");
}

void device_sync(const char* where) { synchronise(where, "device-sync"); }

double device_seconds(const char* where) {
  synchronise(where, "device-seconds");
  double seconds = 0;
  Status status = device(where).take_seconds(seconds);
  if (!status.ok()) fail_form(where, on_device("device-seconds"), status);
  return seconds;
}

[[noreturn]] void trap(const char* message) { stop(message); }

// Printing ----------------------------------------------------------------------------------

int32_t print(int32_t v) {
  std::printf("%" PRId32 "\n", v);
  return v;
}

int64_t int64_print(int64_t v) {
  std::printf("%" PRId64 "\n", v);
  return v;
}

// C prints the sign of a NaN, which means nothing and differs between machines.
double dprint(double v) {
  if (std::isnan(v)) {
    std::puts("nan");
  } else {
    std::printf("%f\n", v);
  }
  return v;
}

float fprint(float v) {
  dprint(v);
  return v;
}

void* ptr_print(void* p) {
  std::printf("%p\n", p);
  return p;
}

template <class F>
PreludeSymbol symbol(std::string_view name, F* function) {
  return {name, reinterpret_cast<void*>(function)};
}

}  // namespace

void set_session_device(std::function<Device*()> open) {
  Session& s = session();
  s.open = std::move(open);
  s.device = nullptr;
  nothing_pending();
}

std::span<const PreludeSymbol> prelude() {
  static const PreludeSymbol symbols[] = {
      symbol("print", print),
      symbol("int64_print", int64_print),
      symbol("fprint", fprint),
      symbol("dprint", dprint),
      symbol("ptr_print", ptr_print),
      symbol("ll_trap", trap),
      symbol("ll_device_alloc", device_alloc),
      symbol("ll_device_free", device_free),
      symbol("ll_copy_to_device", copy_to_device),
      symbol("ll_copy_from_device", copy_from_device),
      symbol("ll_copy_on_device", copy_on_device),
      symbol("ll_launch", launch),
      symbol("ll_device_sync", device_sync),
      symbol("ll_device_seconds", device_seconds),
  };
  return symbols;
}

}  // namespace ll
