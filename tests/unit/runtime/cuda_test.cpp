// The CUDA device against the fake driver: order of calls, errors, logs, and that all is given
// back.
#include "runtime/cuda/cuda.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>

#include "unit/runtime/fake_cuda/fake_cuda.h"

namespace ll {
namespace {

constexpr std::string_view kPtx = ".version 6.3\n.target sm_75\n";

const KernelDesc kSaxpy = {
    "saxpy",
    "saxpy",
    {{ParamKind::Int, 4}, {ParamKind::Float, 4}, {ParamKind::Pointer, 8}, {ParamKind::Pointer, 8}}};

class Cuda : public testing::Test {
 protected:
  void SetUp() override {
    setenv("LLAMA_CUDA_LIBRARY", LL_FAKE_CUDA, 1);
    library = dlopen(LL_FAKE_CUDA, RTLD_NOW);
    ASSERT_NE(library, nullptr) << dlerror();
    function("fake_cuda_reset", reset);
    function("fake_cuda_fail", fail);
    function("fake_cuda_take_log", take_log);
    function("fake_cuda_live", live);
    reset(1);
  }
  void TearDown() override {
    device.reset();
    EXPECT_EQ(live(), 0);
    unsetenv("LLAMA_CUDA_LIBRARY");
  }
  template <class F>
  void function(const char* name, F*& out) {
    out = reinterpret_cast<F*>(dlsym(library, name));
    ASSERT_NE(out, nullptr) << name;
  }

  void open() {
    std::string error;
    device = cuda::open(0, error);
    ASSERT_NE(device, nullptr) << error;
    Status s = device->load(std::as_bytes(std::span(kPtx)), {&kSaxpy, 1});
    ASSERT_TRUE(s.ok()) << s.message();
    take_log();
  }
  std::string open_error(uint32_t index) {
    std::string error;
    EXPECT_EQ(cuda::open(index, error), nullptr);
    return error;
  }
  static std::string text(const Status& s) { return s.ok() ? "" : s.message(); }

  void* library = nullptr;
  decltype(fake_cuda_reset)* reset = nullptr;
  decltype(fake_cuda_fail)* fail = nullptr;
  decltype(fake_cuda_take_log)* take_log = nullptr;
  decltype(fake_cuda_live)* live = nullptr;
  std::unique_ptr<Device> device;
};

TEST_F(Cuda, OpensOnThePrimaryContext) {
  std::string error;
  device = cuda::open(0, error);
  ASSERT_NE(device, nullptr) << error;
  EXPECT_STREQ(take_log(),
               "cuInit cuDeviceGetCount cuDeviceGet cuDeviceGet cuDevicePrimaryCtxRetain "
               "cuStreamCreate");
  EXPECT_EQ(device->name(), "cuda:0");
  EXPECT_EQ(device->description(), "Fake GPU A");
  EXPECT_FALSE(device->is_software());
  DeviceLimits limits = device->limits();
  EXPECT_EQ(limits.memory_bytes, 1u << 30);
  EXPECT_EQ(limits.max_group, (Dim3{1024, 1024, 64}));
  EXPECT_EQ(limits.max_grid, (Dim3{2147483647, 65535, 65535}));
  EXPECT_EQ(limits.shared_bytes, 49152u);
}

TEST_F(Cuda, ListsDevices) {
  reset(2);
  auto devices = cuda::list();
  ASSERT_EQ(devices.size(), 2u);
  EXPECT_EQ(devices[1].name, "cuda:1");
  EXPECT_EQ(devices[1].description, "Fake GPU B");
  EXPECT_EQ(open_error(2),
            "there is no device cuda:2; there is cuda:0 (Fake GPU A), "
            "cuda:1 (Fake GPU B)");
}

TEST_F(Cuda, NoDeviceIsAnOrdinaryResult) {
  reset(0);
  EXPECT_TRUE(cuda::list().empty());
  EXPECT_EQ(open_error(0), "the CUDA driver finds no GPU");
  reset(1);
  fail("cuInit", 100, 0, 0);
  EXPECT_TRUE(cuda::list().empty());
  fail("cuInit", 100, 0, 0);
  EXPECT_EQ(open_error(0), "cuInit: CUDA_ERROR_NO_DEVICE (100; no description)");
}

TEST_F(Cuda, RunsAKernel) {
  open();
  std::vector<float> x = {1, 2, 3, 4}, y = {10, 20, 30, 40};
  DeviceAddress dx = 0, dy = 0;
  ASSERT_TRUE(device->allocate(16, dx).ok());
  ASSERT_TRUE(device->allocate(16, dy).ok());
  ASSERT_TRUE(device->write(dx, x.data(), 16).ok());
  ASSERT_TRUE(device->copy(dy, dx, 16).ok());
  ASSERT_TRUE(device->write(dy, y.data(), 16).ok());
  take_log();
  const uint64_t args[] = {4, std::bit_cast<uint32_t>(2.0f), dx, dy};
  for (int i = 0; i < 2; ++i)
    ASSERT_EQ(text(device->launch(*device->find("saxpy"), {2}, {2}, args)), "");
  EXPECT_STREQ(take_log(),
               "cuEventCreate cuEventCreate cuEventRecord cuLaunchKernel cuEventRecord "
               "cuEventCreate cuEventCreate cuEventRecord cuLaunchKernel cuEventRecord");
  ASSERT_TRUE(device->read(y.data(), dy, 16).ok());
  EXPECT_STREQ(take_log(), "cuMemcpyDtoHAsync cuStreamSynchronize");
  EXPECT_EQ(y, (std::vector<float>{14, 28, 42, 56}));

  double seconds = 0;
  ASSERT_TRUE(device->take_seconds(seconds).ok());
  EXPECT_NEAR(seconds, 4e-3, 1e-9);
  EXPECT_STREQ(take_log(), "cuStreamSynchronize cuEventElapsedTime cuEventElapsedTime");
  ASSERT_TRUE(device->take_seconds(seconds).ok());
  EXPECT_EQ(seconds, 0);
  // Events are used again.
  take_log();
  ASSERT_EQ(text(device->launch(*device->find("saxpy"), {2}, {2}, args)), "");
  EXPECT_STREQ(take_log(), "cuEventRecord cuLaunchKernel cuEventRecord");
  EXPECT_TRUE(device->free(dx).ok());
}

TEST_F(Cuda, ReadsTimesBeforeTheyPileUp) {
  open();
  DeviceAddress p = 0;
  ASSERT_TRUE(device->allocate(16, p).ok());
  const uint64_t args[] = {0, 0, p, p};
  for (int i = 0; i < 5000; ++i)
    ASSERT_EQ(text(device->launch(*device->find("saxpy"), {1}, {1}, args)), "");
  double seconds = 0;
  ASSERT_TRUE(device->take_seconds(seconds).ok());
  EXPECT_NEAR(seconds, 10.0, 1e-6);
}

TEST_F(Cuda, ChecksLaunches) {
  open();
  Kernel& k = *device->find("saxpy");
  const uint64_t args[4] = {};
  EXPECT_EQ(text(device->launch(k, {0}, {1}, args)), "");
  EXPECT_EQ(text(device->launch(k, {1}, {1}, {args, 3})),
            "the kernel takes 4 arguments, 3 were given");
  EXPECT_EQ(text(device->launch(k, {1}, {2048}, args)),
            "the workgroup's x size is 2048, the device allows 1024");
  EXPECT_EQ(text(device->launch(k, {1}, {1024}, args)),
            "the workgroup has 1024 work-items, this kernel's registers allow 512");
  EXPECT_EQ(text(device->launch(k, {1, 1, 65536}, {1}, args)),
            "the grid's z size is 65536, the device allows 65535");
  EXPECT_STREQ(take_log(), "");
}

TEST_F(Cuda, ShowsTheCompilersLog) {
  open();
  constexpr std::string_view bad = "nonsense";
  EXPECT_EQ(text(device->load(std::as_bytes(std::span(bad)), {})),
            "cuModuleLoadDataEx: CUDA_ERROR_INVALID_PTX (218; no description)\n"
            "ptxas fake, line 1; fatal: no .version");
}

TEST_F(Cuda, NamesAMissingKernel) {
  open();
  KernelDesc other = kSaxpy;
  other.name = "other";
  other.entry = "other_entry";
  EXPECT_EQ(text(device->load(std::as_bytes(std::span(kPtx)), {&other, 1})),
            "kernel 'other': cuModuleGetFunction: CUDA_ERROR_NOT_FOUND (500; no description)");
  EXPECT_EQ(device->find("other"), nullptr);
  EXPECT_EQ(text(device->load(std::as_bytes(std::span(kPtx)), {&kSaxpy, 1})),
            "kernel 'saxpy' is loaded already");
}

TEST_F(Cuda, ReportsErrorsByName) {
  open();
  DeviceAddress p = 0;
  EXPECT_EQ(text(device->allocate(uint64_t{2} << 30, p)),
            "cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY (2; out of memory)");
  EXPECT_EQ(p, 0u);
  ASSERT_TRUE(device->allocate(16, p).ok());
  EXPECT_FALSE(device->free(p + 1).ok());
  EXPECT_FALSE(device->write(p + 8, "123456789", 9).ok());
  const uint64_t args[4] = {0, 0, p, p};
  for (const char* call : {"cuEventCreate", "cuEventRecord", "cuLaunchKernel"}) {
    fail(call, 999, 0, 0);
    EXPECT_EQ(text(device->launch(*device->find("saxpy"), {1}, {1}, args)),
              std::string(call) + ": unknown error (999; no description)");
  }
  fail("cuEventCreate", 2, 1, 0);
  EXPECT_EQ(text(device->launch(*device->find("saxpy"), {1}, {1}, args)), "");
}

// What follows a fault in a kernel: everything fails, and closing still gives all back.
TEST_F(Cuda, FaultsStick) {
  open();
  fail("cuStreamSynchronize", 700, 0, 1);
  const std::string error =
      "cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS (700; an illegal memory access)";
  EXPECT_EQ(text(device->synchronise()), error);
  double seconds = 0;
  EXPECT_EQ(text(device->take_seconds(seconds)), error);
}

TEST_F(Cuda, GivesBackWhatAFailedStartTook) {
  for (const char* call : {"cuDevicePrimaryCtxRetain", "cuStreamCreate"}) {
    fail(call, 2, 0, 0);
    EXPECT_EQ(open_error(0), std::string(call) + ": CUDA_ERROR_OUT_OF_MEMORY (2; out of memory)");
    EXPECT_EQ(live(), 0);
  }
}

}  // namespace
}  // namespace ll
