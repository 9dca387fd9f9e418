// The host prelude through its symbol table, as programs call it. What ends the process runs in a
// child.
#include "runtime/prelude.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <memory>

#include "runtime/cpu/cpu.h"

namespace ll {
namespace {

template <class F>
F* function(std::string_view name) {
  for (const PreludeSymbol& s : prelude())
    if (s.name == name) return reinterpret_cast<F*>(s.address);
  ADD_FAILURE() << "no symbol " << name;
  return nullptr;
}

const auto device_alloc = function<uint64_t(int64_t, const char*)>("ll_device_alloc");
const auto device_free = function<void(uint64_t, const char*)>("ll_device_free");
const auto to_device =
    function<void(uint64_t, const void*, int64_t, const char*)>("ll_copy_to_device");
const auto from_device =
    function<void(void*, uint64_t, int64_t, const char*)>("ll_copy_from_device");
const auto on_device =
    function<void(uint64_t, uint64_t, int64_t, const char*)>("ll_copy_on_device");
const auto launch =
    function<void(const char*, const int64_t*, const uint64_t*, const char*)>("ll_launch");
const auto device_sync = function<void(const char*)>("ll_device_sync");
const auto device_seconds = function<double(const char*)>("ll_device_seconds");

TEST(Prelude, Prints) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(function<int32_t(int32_t)>("print")(-42), -42);
  EXPECT_EQ(function<int64_t(int64_t)>("int64_print")(INT64_MIN), INT64_MIN);
  auto fprint = function<float(float)>("fprint");
  auto dprint = function<double(double)>("dprint");
  EXPECT_EQ(fprint(0.1f), 0.1f);
  EXPECT_EQ(dprint(-2.5), -2.5);
  for (double v : {std::nan(""), -std::nan("")}) dprint(v);
  fprint(-std::nanf(""));
  dprint(INFINITY);
  fprint(-INFINITY);
  int x;
  EXPECT_EQ(function<void*(void*)>("ptr_print")(&x), &x);
  char pointer[40];
  std::snprintf(pointer, sizeof pointer, "%p\n", static_cast<void*>(&x));
  std::fflush(stdout);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            std::string("-42\n-9223372036854775808\n0.100000\n-2.500000\nnan\nnan\nnan\ninf\n"
                        "-inf\n") +
                pointer);
}

int add_one(const uint64_t* args, const CpuLaunch* l, void*, void*) {
  for (int i = 0; i < l->group_size[0]; ++i)
    reinterpret_cast<int*>(args[0])[l->group_id[0] * l->group_size[0] + i] += 1;
  return 0;
}

// As machine code of a program: not instrumented.
[[gnu::no_sanitize("address", "undefined")]] int fault(const uint64_t*, const CpuLaunch*, void*,
                                                       void*) {
  volatile uintptr_t nowhere = 8;  // so that no compiler sees through it
  *reinterpret_cast<volatile int*>(nowhere) = 1;
  return 0;
}

// A device whose launches fail late, as a GPU's do.
class LateDevice final : public Device {
 public:
  explicit LateDevice(std::unique_ptr<Device> device) : device_(std::move(device)) {}
  std::string name() const override { return "late:0"; }
  std::string description() const override { return "late"; }
  DeviceLimits limits() const override { return device_->limits(); }
  bool is_software() const override { return true; }
  bool asynchronous() const override { return true; }
  Status load(std::span<const std::byte> code, std::span<const KernelDesc> kernels) override {
    return device_->load(code, kernels);
  }
  Kernel* find(std::string_view kernel) override { return device_->find(kernel); }
  Status allocate(uint64_t bytes, DeviceAddress& out) override {
    return device_->allocate(bytes, out);
  }
  Status free(DeviceAddress p) override { return device_->free(p); }
  Status write(DeviceAddress to, const void* from, uint64_t bytes) override {
    return failure_.ok() ? device_->write(to, from, bytes) : failure_;
  }
  Status read(void* to, DeviceAddress from, uint64_t bytes) override {
    return failure_.ok() ? device_->read(to, from, bytes) : failure_;
  }
  Status copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) override {
    return device_->copy(to, from, bytes);
  }
  Status launch(Kernel& kernel, Dim3 grid, Dim3 group, std::span<const uint64_t> args) override {
    if (failure_.ok()) failure_ = device_->launch(kernel, grid, group, args);
    return {};
  }
  Status synchronise() override { return failure_; }
  Status take_seconds(double& out) override { return device_->take_seconds(out); }

 private:
  std::unique_ptr<Device> device_;
  Status failure_;
};

class DeviceForms : public testing::Test {
 protected:
  void SetUp() override {
    device = open();
    set_session_device([this] { return ++opened, device.get(); });
  }
  void TearDown() override { set_session_device({}); }
  void be_late() {
    device = std::make_unique<LateDevice>(open());
    set_session_device([this] { return device.get(); });
  }
  static std::unique_ptr<Device> open() {
    auto cpu = cpu::open();
    const CpuKernelEntry entries[] = {add_one, fault};
    const KernelDesc kernels[] = {{"add_one", "add_one", {{ParamKind::Pointer, 8}}},
                                  {"fault", "fault", {}}};
    EXPECT_TRUE(cpu->load(std::as_bytes(std::span(entries)), kernels).ok());
    return cpu;
  }
  std::unique_ptr<Device> device;
  int opened = 0;
};

auto exits = testing::ExitedWithCode(1);

TEST_F(DeviceForms, RunAProgram) {
  std::vector<int> host = {1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(opened, 0);
  uint64_t p = device_alloc(32, "p:1:1"), q = device_alloc(32, "p:2:1");
  EXPECT_EQ(opened, 1);
  to_device(p, host.data(), 32, "p:3:1");
  const int64_t dims[] = {2, 1, 1, 4, 1, 1}, nothing[] = {0, 1, 1, 4, 1, 1};
  launch("add_one", dims, &p, "p:4:1");
  launch("add_one", nothing, &p, "p:5:1");
  device_sync("p:6:1");
  on_device(q, p, 32, "p:7:1");
  from_device(host.data(), q, 32, "p:8:1");
  EXPECT_EQ(host, (std::vector<int>{2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_GT(device_seconds("p:9:1"), 0);
  EXPECT_EQ(device_seconds("p:9:1"), 0);
  device_free(p, "p:10:1");
  device_free(q, "p:10:1");
  device_free(0, "p:10:1");
  EXPECT_EQ(device_alloc(0, "p:11:1"), 0u);
  EXPECT_EQ(opened, 1);
}

TEST_F(DeviceForms, LaunchErrorsNameEverything) {
  auto fails = [&](std::vector<int64_t> dims) {
    uint64_t arg = 0;
    launch("add_one", dims.data(), &arg, "dir/f.lisp:8:5");
  };
  EXPECT_EXIT(fails({8, 1, 1, 2048, 1, 1}), exits,
              "^dir/f.lisp:8:5: error: launch of kernel 'add_one' on cpu with grid \\(8, 1, 1\\) "
              "and workgroup \\(2048, 1, 1\\): the workgroup's x size is 2048, the device allows "
              "1024\n$");
  EXPECT_EXIT(fails({-8, 1, 1, 1, 1, 1}), exits, "the grid's x size is negative: -8\n$");
  EXPECT_EXIT(fails({0, 1, 1, 1, -1, 1}), exits, "the workgroup's y size is negative: -1\n$");
  EXPECT_EXIT(fails({1, 1, 1, 1, 0, 1}), exits, "the workgroup's y size is 0, it must be");
  EXPECT_EXIT(fails({int64_t{1} << 32, 1, 1, 1, 1, 1}), exits,
              "the grid's x size is 4294967296, the device allows 2147483647\n$");
  const int64_t one[] = {1, 1, 1, 1, 1, 1};
  EXPECT_EXIT(launch("nothing", one, nullptr, "f:1:1"), exits,
              "^f:1:1: error: launch of kernel 'nothing' on cpu with grid \\(1, 1, 1\\) and "
              "workgroup \\(1, 1, 1\\): the device has no kernel of this name\n$");
  EXPECT_EXIT(launch("fault", one, nullptr, "f:1:1"), exits,
              "launch of kernel 'fault' on cpu .*: the kernel used address 0x8, where it has no "
              "memory \\(SIGSEGV\\) in workgroup \\(0, 0, 0\\)\n$");
}

TEST_F(DeviceForms, MemoryErrorsNameTheForm) {
  char byte = 0;
  uint64_t p = device_alloc(8, "f:1:1");
  EXPECT_EXIT(device_alloc(-8, "f:2:3"), exits,
              "^f:2:3: error: device-alloc: the size is negative: -8 bytes\n$");
  EXPECT_EXIT(device_alloc(INT64_MAX, "f:2:3"), exits,
              "^f:2:3: error: device-alloc of 9223372036854775807 bytes on cpu: cannot allocate");
  EXPECT_EXIT(to_device(p, &byte, -1, "f:2:3"), exits, "copy-to-device: the size is negative");
  EXPECT_EXIT(from_device(&byte, p + 8, 1, "f:2:3"), exits,
              "^f:2:3: error: copy-from-device of 1 bytes on cpu: 1 bytes at 0x[0-9a-f]+ reach "
              "past the end of the allocation of 8 bytes at 0x[0-9a-f]+\n$");
  EXPECT_EXIT(from_device(nullptr, p, 1, "f:2:3"), exits, "the host pointer is null");
  EXPECT_EXIT(on_device(p, p, 4, "f:2:3"), exits, "copy-on-device of 4 bytes on cpu: .* overlap");
  EXPECT_EXIT(device_free(p + 1, "f:2:3"), exits, "^f:2:3: error: device-free on cpu: no alloc");
  device_free(p, "f:3:1");
}

TEST_F(DeviceForms, LateFailureIsLaidToItsLaunch) {
  be_late();
  const int64_t one[] = {1, 1, 1, 1, 1, 1};
  auto fails = [&] {
    launch("fault", one, nullptr, "f:10:1");
    device_sync("f:20:1");
  };
  EXPECT_EXIT(fails(), exits,
              "^f:10:1: error: launch of kernel 'fault' on late:0 with grid .*: the kernel used "
              "address 0x8");
}

TEST_F(DeviceForms, LateFailureListsLaunches) {
  be_late();
  const int64_t one[] = {1, 1, 1, 1, 1, 1};
  auto fails = [&] {
    uint64_t p = device_alloc(8, "f:1:1");
    for (int i = 0; i < 8; ++i) launch("add_one", one, &p, "f:9:1");
    launch("fault", one, nullptr, "f:10:1");
    int host;
    from_device(&host, p, 4, "f:20:1");
  };
  EXPECT_EXIT(fails(), exits,
              "^f:20:1: error: copy-from-device of 4 bytes on late:0: the kernel used address "
              "0x8.*\nf:9:1: note: launch of kernel 'add_one' on late:0 .* had not ended\n(.*\n)*"
              "f:10:1: note: launch of kernel 'fault' on late:0 .* had not ended\n"
              "note: nor had 1 earlier launches\n"
              "note: with LLAMA_SYNC_LAUNCHES=1 ");
  setenv("LLAMA_SYNC_LAUNCHES", "1", 1);
  be_late();
  EXPECT_EXIT(fails(), exits, "^f:10:1: error: launch of kernel 'fault' on late:0 ");
  unsetenv("LLAMA_SYNC_LAUNCHES");
}

// A copy's own fault is not laid to launches that are well.
TEST_F(DeviceForms, EarlierLaunchesAreNotBlamed) {
  be_late();
  const int64_t one[] = {1, 1, 1, 1, 1, 1};
  uint64_t p = device_alloc(8, "f:1:1");
  launch("add_one", one, &p, "f:9:1");
  EXPECT_EXIT(device_free(p + 1, "f:20:1"), exits,
              "^f:20:1: error: device-free on late:0: no allocation of this device starts at "
              "0x[0-9a-f]+\n$");
  device_free(p, "f:21:1");
}

TEST_F(DeviceForms, OutputComesBeforeTheMessage) {
  set_session_device({});
  EXPECT_EXIT(device_sync("f:1:1"), exits, "^f:1:1: error: there is no device\n$");
  set_session_device([]() -> Device* { return nullptr; });
  EXPECT_EXIT(device_sync("f:1:1"), exits, "^f:1:1: error: the device could not be opened\n$");
  auto trap = function<void(const char*)>("ll_trap");
  auto both_on_stderr = [&] {
    dup2(STDERR_FILENO, STDOUT_FILENO);
    std::printf("output first\n");
    trap("f.lisp:3:4: division by zero");
  };
  EXPECT_EXIT(both_on_stderr(), exits, "^output first\nf.lisp:3:4: division by zero\n$");
}

}  // namespace
}  // namespace ll
