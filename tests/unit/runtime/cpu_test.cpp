// The CPU device, with kernels written in C++ in the form that the x86 backend produces.
#include "runtime/cpu/cpu.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <thread>

namespace ll {
namespace {

constexpr KernelParam kPointer{ParamKind::Pointer, 8};

// visit(counts ptr): adds 1 to the counter of each work-item, by its global position.
int visit(const uint64_t* args, const CpuLaunch* l, void*, void*) {
  auto* counts = reinterpret_cast<std::atomic<uint32_t>*>(args[0]);
  for (int z = 0; z < l->group_size[2]; ++z)
    for (int y = 0; y < l->group_size[1]; ++y)
      for (int x = 0; x < l->group_size[0]; ++x) {
        uint64_t gx = uint64_t(l->group_id[0]) * l->group_size[0] + x;
        uint64_t gy = uint64_t(l->group_id[1]) * l->group_size[1] + y;
        uint64_t gz = uint64_t(l->group_id[2]) * l->group_size[2] + z;
        uint64_t nx = uint64_t(l->group_count[0]) * l->group_size[0];
        uint64_t ny = uint64_t(l->group_count[1]) * l->group_size[1];
        counts[(gz * ny + gy) * nx + gx]++;
      }
  return 0;
}

// scratch(bad ptr): fills its shared and context memory, then checks that nobody else wrote it.
int scratch(const uint64_t* args, const CpuLaunch* l, void* shared, void* context) {
  auto* bad = reinterpret_cast<std::atomic<uint32_t>*>(args[0]);
  if (reinterpret_cast<uintptr_t>(shared) % 64 || reinterpret_cast<uintptr_t>(context) % 64) ++*bad;
  int n = l->group_size[0];
  auto* s = static_cast<int*>(shared);
  auto* c = static_cast<int*>(context);
  for (int i = 0; i < 100; ++i) s[i] = l->group_id[0] + i;
  for (int i = 0; i < n; ++i) c[i] = l->group_id[0] - i;
  std::this_thread::yield();
  for (int i = 0; i < 100; ++i) *bad += s[i] != l->group_id[0] + i;
  for (int i = 0; i < n; ++i) *bad += c[i] != l->group_id[0] - i;
  return 0;
}

int diverge(const uint64_t*, const CpuLaunch* l, void*, void*) { return l->group_id[0] == 3; }

// Machine code of a program is not instrumented; this must look like it.
[[gnu::no_sanitize("address", "undefined")]] int wild_store(const uint64_t* args,
                                                            const CpuLaunch* l, void*, void*) {
  if (l->group_id[0] == 2) *reinterpret_cast<volatile int*>(args[0]) = 1;
  return 0;
}

// endless(forever): never 0 in the test, which the C++ compiler must not know.
[[gnu::no_sanitize("address", "undefined")]] int endless(const uint64_t* args, const CpuLaunch* l,
                                                         void* shared, void* context) {
  volatile char frame[4096];
  frame[0] = static_cast<char>(args[0]);
  return args[0] ? endless(args, l, shared, context) + frame[0] : 0;
}

int busy(const uint64_t* args, const CpuLaunch*, void*, void*) {
  auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(args[0]);
  while (std::chrono::steady_clock::now() < until) {
  }
  return 0;
}

class CpuDevice : public testing::TestWithParam<unsigned> {
 protected:
  void SetUp() override {
    device = cpu::open({GetParam()});
    const CpuKernelEntry entries[] = {visit, scratch, diverge, wild_store, endless, busy};
    std::vector<KernelDesc> kernels;
    for (const char* name : {"visit", "scratch", "diverge", "wild_store", "endless", "busy"})
      kernels.push_back({name, name, {kPointer}, 0, 0});
    kernels[1].shared_bytes = 400;
    kernels[1].context_bytes = 4;
    ASSERT_TRUE(device->load(std::as_bytes(std::span(entries)), kernels).ok());
  }
  std::string launch(const char* kernel, Dim3 grid, Dim3 group, uint64_t arg) {
    Status s = device->launch(*device->find(kernel), grid, group, {&arg, 1});
    return s.ok() ? "" : s.message();
  }
  std::unique_ptr<Device> device;
};

INSTANTIATE_TEST_SUITE_P(Threads, CpuDevice, testing::Values(0u, 1u, 2u, 7u));

TEST_P(CpuDevice, VisitsEveryWorkItemOnce) {
  const Dim3 shapes[][2] = {{{1, 1, 1}, {1, 1, 1}},    {{1, 1, 1}, {8, 4, 2}},
                            {{1000, 1, 1}, {3, 1, 1}}, {{7, 5, 3}, {2, 3, 4}},
                            {{1, 64, 1}, {1, 1, 1}},   {{1, 1, 33}, {5, 1, 1}},
                            {{13, 1, 9}, {1, 16, 1}},  {{2, 2, 2}, {16, 8, 8}}};
  for (const auto& [grid, group] : shapes) {
    uint64_t items = grid.count() * group.count();
    DeviceAddress p = 0;
    ASSERT_TRUE(device->allocate(items * 4, p).ok());
    std::vector<uint32_t> counts(items, 0);
    ASSERT_TRUE(device->write(p, counts.data(), items * 4).ok());
    for (int i = 0; i < 3; ++i) ASSERT_EQ(launch("visit", grid, group, p), "");
    ASSERT_TRUE(device->read(counts.data(), p, items * 4).ok());
    EXPECT_EQ(counts, std::vector<uint32_t>(items, 3));
    EXPECT_TRUE(device->free(p).ok());
  }
}

TEST_P(CpuDevice, GivesEachWorkgroupItsOwnScratch) {
  std::atomic<uint32_t> bad = 0;
  for (uint32_t size : {1u, 1024u, 17u})
    ASSERT_EQ(launch("scratch", {500}, {size}, reinterpret_cast<uint64_t>(&bad)), "");
  EXPECT_EQ(bad, 0u);
}

TEST_P(CpuDevice, RunsManyLaunches) {
  DeviceAddress p = 0;
  ASSERT_TRUE(device->allocate(64 * 4, p).ok());
  std::vector<uint32_t> counts(64, 0);
  ASSERT_TRUE(device->write(p, counts.data(), 256).ok());
  for (int i = 0; i < 20000; ++i) ASSERT_EQ(launch("visit", {16}, {4}, p), "");
  ASSERT_TRUE(device->read(counts.data(), p, 256).ok());
  EXPECT_EQ(counts, std::vector<uint32_t>(64, 20000));
}

TEST_P(CpuDevice, PoolTakesOverAKernelThatBecameSlow) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(launch("busy", {20}, {1}, 0), "");
  double seconds = 0;
  ASSERT_TRUE(device->take_seconds(seconds).ok());
  ASSERT_EQ(launch("busy", {20}, {1}, 500), "");
  ASSERT_TRUE(device->take_seconds(seconds).ok());
  EXPECT_GE(seconds, 20 * 500e-6 / std::max(1u, GetParam() ? GetParam() : 64) * 0.9);
  ASSERT_TRUE(device->take_seconds(seconds).ok());
  EXPECT_EQ(seconds, 0);
}

TEST_P(CpuDevice, ReportsDivergentBarriers) {
  EXPECT_EQ(launch("diverge", {8}, {4}, 0),
            "the work-items of one workgroup wait at different barriers, in workgroup (3, 0, 0)");
  EXPECT_EQ(launch("busy", {8}, {4}, 0), "");
}

TEST_P(CpuDevice, ReportsFaultsAndGoesOn) {
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(launch("wild_store", {8}, {4}, 16),
              "the kernel used address 0x10, where it has no memory (SIGSEGV) "
              "in workgroup (2, 0, 0)");
  EXPECT_EQ(launch("wild_store", {8}, {4}, 0xdead'beef'dead'bee0),
            "the kernel used an invalid address (SIGSEGV) in workgroup (2, 0, 0)");
  EXPECT_EQ(launch("busy", {8}, {4}, 0), "");
}

TEST_P(CpuDevice, ReportsStackOverflow) {
  EXPECT_NE(launch("endless", {1}, {1}, 1).find("(SIGSEGV) in workgroup (0, 0, 0)"),
            std::string::npos);
}

TEST_P(CpuDevice, ChecksLaunches) {
  EXPECT_EQ(launch("visit", {0}, {4}, 0), "");
  EXPECT_EQ(launch("visit", {4, 0, 1}, {5000}, 0), "");
  EXPECT_EQ(launch("visit", {1}, {2048}, 0),
            "the workgroup's x size is 2048, the device allows 1024");
  EXPECT_EQ(launch("visit", {1}, {32, 64, 1}, 0),
            "the workgroup has 2048 work-items, the device allows 1024");
  EXPECT_EQ(launch("visit", {1}, {1, 1, 0}, 0),
            "the workgroup's z size is 0, it must be at least 1");
  EXPECT_EQ(launch("visit", {1, 65536, 1}, {1}, 0),
            "the grid's y size is 65536, the device allows 65535");
  Status s = device->launch(*device->find("visit"), {1}, {1}, {});
  ASSERT_FALSE(s.ok());
  EXPECT_EQ(s.message(), "the kernel takes 1 arguments, 0 were given");
}

TEST_P(CpuDevice, RefusesTooMuchSharedMemory) {
  const CpuKernelEntry entries[] = {visit};
  const KernelDesc kernels[] = {{"big", "big", {kPointer}, (256 << 10) + 1, 0}};
  ASSERT_TRUE(device->load(std::as_bytes(std::span(entries)), kernels).ok());
  EXPECT_EQ(launch("big", {1}, {1}, 0),
            "the kernel needs 262145 bytes of workgroup memory, the device has 262144");
  Status s = device->load(std::as_bytes(std::span(entries)), kernels);
  ASSERT_FALSE(s.ok());
  EXPECT_EQ(s.message(), "kernel 'big' is loaded already");
}

TEST_P(CpuDevice, FindsKernels) {
  EXPECT_EQ(device->find("nothing"), nullptr);
  EXPECT_EQ(device->find("visit")->desc().name, "visit");
}

TEST_P(CpuDevice, ChecksMemory) {
  DeviceAddress p = 1, q = 0;
  ASSERT_TRUE(device->allocate(0, p).ok());
  EXPECT_EQ(p, 0u);
  EXPECT_TRUE(device->free(0).ok());
  ASSERT_TRUE(device->allocate(100, p).ok());
  ASSERT_TRUE(device->allocate(100, q).ok());
  EXPECT_EQ(p % 64, 0u);
  char text[200] = {};
  EXPECT_TRUE(device->write(p + 50, text, 50).ok());
  EXPECT_TRUE(device->write(12345, text, 0).ok());
  auto error = [](Status s) { return s.ok() ? "" : s.message(); };
  EXPECT_NE(error(device->write(p + 50, text, 51)).find("reach past the end"), std::string::npos);
  EXPECT_NE(error(device->read(text, p + 101, 1)).find("not inside any allocation"),
            std::string::npos);
  EXPECT_NE(error(device->read(text, p, UINT64_MAX)).find("reach past"), std::string::npos);
  EXPECT_NE(error(device->copy(p, p + 10, 20)).find("overlap"), std::string::npos);
  EXPECT_TRUE(device->copy(p, p + 10, 10).ok());
  EXPECT_TRUE(device->copy(q, p, 100).ok());
  EXPECT_NE(error(device->free(p + 1)).find("no allocation of this device starts at"),
            std::string::npos);
  EXPECT_TRUE(device->free(p).ok());
  EXPECT_FALSE(device->free(p).ok());
  EXPECT_NE(error(device->allocate(uint64_t{1} << 62, p)).find("cannot allocate"),
            std::string::npos);
  EXPECT_NE(error(device->allocate(UINT64_MAX, p)).find("cannot allocate"), std::string::npos);
}

}  // namespace
}  // namespace ll
