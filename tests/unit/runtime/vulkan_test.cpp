// The Vulkan device on whatever Vulkan finds first here (lavapipe on machines without a GPU), under
// the validation layer: any message of it fails the test. The kernels are kernels.spvasm, assembled
// by spirv-as; what is absent skips the tests.
#include "runtime/vulkan/vulkan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include "runtime/vulkan/abilities.h"
#include "support/file.h"

namespace ll {
namespace {

constexpr KernelParam kInt{ParamKind::Int, 4}, kFloat{ParamKind::Float, 4},
    kPointer{ParamKind::Pointer, 8};

const KernelDesc kKernels[] = {
    {"saxpy", "saxpy", {kInt, kFloat, kPointer, kPointer}},
    {"reverse", "reverse", {kPointer}, 1024},
    {"visit", "visit", {kInt, kInt, kPointer}},
    {"step", "step", {kPointer}},
};

// Empty when spirv-as is not installed.
std::string assemble() {
  std::string file = testing::TempDir() + "/ll_runtime_kernels.spv";
  std::string command = "spirv-as --target-env vulkan1.2 -o '" + file +
                        "' '" LL_SOURCE_DIR "/tests/unit/runtime/kernels.spvasm' 2>&1";
  if (std::system(command.c_str()) != 0) return {};
  std::string error;
  return read_file(file, error).value_or("");
}

class Vulkan : public testing::TestWithParam<vulkan::Options> {
 protected:
  static void SetUpTestSuite() {
    setenv("LLAMA_VULKAN_VALIDATION", "1", 1);
    code = assemble();
  }
  static void TearDownTestSuite() { unsetenv("LLAMA_VULKAN_VALIDATION"); }

  void SetUp() override {
    if (code.empty()) GTEST_SKIP() << "spirv-as is not installed";
    messages = vulkan::validation_messages();
    std::string error;
    device = vulkan::open(0, GetParam(), error);
    if (!device) GTEST_SKIP() << error;
    Status s = device->load(bytes(code), kKernels);
    ASSERT_TRUE(s.ok()) << s.message();
  }
  void TearDown() override {
    device.reset();
    EXPECT_EQ(vulkan::validation_messages(), messages);
  }

  static std::span<const std::byte> bytes(const std::string& s) {
    return std::as_bytes(std::span(s));
  }
  static std::string text(const Status& s) { return s.ok() ? "" : s.message(); }
  std::string launch(const char* kernel, Dim3 grid, Dim3 group, std::vector<uint64_t> args) {
    return text(device->launch(*device->find(kernel), grid, group, args));
  }
  template <class T>
  DeviceAddress send(const std::vector<T>& values) {
    DeviceAddress p = 0;
    EXPECT_EQ(text(device->allocate(values.size() * sizeof(T), p)), "");
    EXPECT_EQ(text(device->write(p, values.data(), values.size() * sizeof(T))), "");
    return p;
  }
  template <class T>
  std::vector<T> receive(DeviceAddress p, size_t n) {
    std::vector<T> values(n);
    EXPECT_EQ(text(device->read(values.data(), p, n * sizeof(T))), "");
    return values;
  }

  static std::string code;
  std::unique_ptr<Device> device;
  uint64_t messages = 0;
};
std::string Vulkan::code;

// Memory shared with the host where there is such; copies through a buffer that one copy fills;
// the same through one so small that copies are cut.
INSTANTIATE_TEST_SUITE_P(Memory, Vulkan,
                         testing::Values(vulkan::Options{}, vulkan::Options{false, 16 << 20},
                                         vulkan::Options{false, 4096}));

TEST_P(Vulkan, Saxpy) {
  constexpr int kCount = 100'000;
  std::vector<float> x(kCount), y(kCount, 1.0f);
  std::iota(x.begin(), x.end(), 0.0f);
  DeviceAddress dx = send(x), dy = send(y);
  uint64_t a = std::bit_cast<uint32_t>(2.0f);
  for (uint32_t group : {1u, 64u, 100u, 1024u}) {
    uint32_t groups = (kCount + group - 1) / group;
    if (groups > device->limits().max_grid.x) continue;
    ASSERT_EQ(launch("saxpy", {groups}, {group}, {kCount, a, dx, dy}), "");
    for (int i = 0; i < kCount; ++i) y[i] += 2.0f * x[i];
    ASSERT_EQ(receive<float>(dy, kCount), y) << group;
  }
}

TEST_P(Vulkan, SharedMemoryAndBarriers) {
  std::vector<float> values(256 * 10);
  std::iota(values.begin(), values.end(), 0.0f);
  DeviceAddress p = send(values);
  for (uint32_t group : {256u, 64u, 8u}) {
    auto groups = static_cast<uint32_t>(values.size() / group);
    ASSERT_EQ(launch("reverse", {groups}, {group}, {p}), "");
    for (auto it = values.begin(); it != values.end(); it += group) std::reverse(it, it + group);
  }
  EXPECT_EQ(receive<float>(p, values.size()), values);
}

TEST_P(Vulkan, VisitsEveryWorkItemOnce) {
  const Dim3 shapes[][2] = {{{1, 1, 1}, {1, 1, 1}},
                            {{7, 5, 3}, {2, 3, 4}},
                            {{1, 64, 1}, {8, 1, 1}},
                            {{1, 1, 33}, {4, 4, 8}}};
  for (const auto& [grid, group] : shapes) {
    std::vector<uint32_t> counts(grid.count() * group.count(), 0);
    DeviceAddress p = send(counts);
    for (int i = 0; i < 2; ++i)
      ASSERT_EQ(launch("visit", grid, group, {grid.x * group.x, grid.y * group.y, p}), "");
    EXPECT_EQ(receive<uint32_t>(p, counts.size()), std::vector<uint32_t>(counts.size(), 2));
  }
}

// Each launch reads what the one before wrote; there are more than batches hold.
TEST_P(Vulkan, LaunchesRunInOrder) {
  DeviceAddress p = send(std::vector<uint32_t>{1}), q = 0;
  ASSERT_EQ(text(device->allocate(4, q)), "");
  uint32_t expected = 1;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(launch("step", {1}, {1}, {p}), "");
    expected = 3 * expected + 1;
    if (i % 7 != 0) continue;
    ASSERT_EQ(text(device->copy(q, p, 4)), "");
    if (i % 14 == 0) std::swap(p, q);
  }
  EXPECT_EQ(receive<uint32_t>(p, 1)[0], expected);
  // A write between launches takes its place in the order.
  for (uint32_t i = 0; i < 300; ++i) {
    ASSERT_EQ(text(device->write(p, &i, 4)), "");
    ASSERT_EQ(launch("step", {1}, {1}, {p}), "");
  }
  EXPECT_EQ(receive<uint32_t>(p, 1)[0], 3 * 299u + 1);
}

TEST_P(Vulkan, CopiesAnySizeToAnyPlace) {
  std::vector<uint8_t> values(20'000), expected(20'000, 0);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<uint8_t>(i * 7);
  DeviceAddress p = send(expected), q = send(expected);
  for (size_t offset : {0u, 1u, 3u, 4095u, 4096u, 9999u})
    for (size_t n : {1u, 2u, 5u, 4096u, 4097u, 10'000u}) {
      ASSERT_EQ(text(device->write(p + offset, values.data() + n, n)), "");
      std::copy_n(values.begin() + n, n, expected.begin() + offset);
    }
  EXPECT_EQ(receive<uint8_t>(p, expected.size()), expected);
  ASSERT_EQ(text(device->copy(q + 3, p + 1, 12'345)), "");
  EXPECT_EQ(receive<uint8_t>(q + 3, 12'345),
            std::vector<uint8_t>(expected.begin() + 1, expected.begin() + 12'346));
  // Within one allocation, apart.
  ASSERT_EQ(text(device->copy(p, p + 10'000, 10'000)), "");
  EXPECT_EQ(receive<uint8_t>(p, 10'000),
            std::vector<uint8_t>(expected.begin() + 10'000, expected.end()));
}

// Many allocations share blocks; big ones get their own; freed room is used again.
TEST_P(Vulkan, AllocatesAndFrees) {
  uint64_t seed = 1;
  auto random = [&](uint64_t n) {
    seed = seed * 6364136223846793005 + 1;
    return (seed >> 33) % n;
  };
  std::vector<std::pair<DeviceAddress, uint32_t>> live;
  for (uint32_t i = 0; i < 3000; ++i) {
    if (live.size() > 50 || (!live.empty() && random(3) == 0)) {
      size_t at = random(live.size());
      ASSERT_EQ(receive<uint32_t>(live[at].first, 1)[0], live[at].second);
      ASSERT_EQ(text(device->free(live[at].first)), "");
      live.erase(live.begin() + at);
    } else {
      DeviceAddress p = 0;
      uint64_t size = i % 500 == 0 ? (100 << 20) : 4 + random(100'000);
      ASSERT_EQ(text(device->allocate(size, p)), "");
      EXPECT_EQ(p % 256, 0u);
      ASSERT_EQ(text(device->write(p, &i, 4)), "");
      live.emplace_back(p, i);
    }
  }
  for (auto [p, value] : live) {
    ASSERT_EQ(receive<uint32_t>(p, 1)[0], value);
    ASSERT_EQ(text(device->free(p)), "");
  }
}

TEST_P(Vulkan, ChecksMemory) {
  DeviceAddress p = 1;
  ASSERT_TRUE(device->allocate(0, p).ok());
  EXPECT_EQ(p, 0u);
  EXPECT_TRUE(device->free(0).ok());
  uint64_t total = device->limits().memory_bytes;
  EXPECT_NE(text(device->allocate(total + 1, p)).find("cannot allocate"), std::string::npos);
  EXPECT_NE(text(device->allocate(UINT64_MAX, p)).find("cannot allocate"), std::string::npos);
  ASSERT_TRUE(device->allocate(100, p).ok());
  char bytes[200] = {};
  EXPECT_NE(text(device->write(p, bytes, 101)).find("reach past the end"), std::string::npos);
  EXPECT_NE(text(device->read(bytes, 8, 1)).find("not inside any"), std::string::npos);
  EXPECT_NE(text(device->copy(p, p + 1, 50)).find("overlap"), std::string::npos);
  EXPECT_NE(text(device->free(p + 1)).find("no allocation"), std::string::npos);
  EXPECT_TRUE(device->free(p).ok());
  EXPECT_FALSE(device->free(p).ok());
}

TEST_P(Vulkan, ChecksLaunches) {
  DeviceLimits limits = device->limits();
  EXPECT_EQ(launch("step", {0}, {1}, {0}), "");
  EXPECT_EQ(launch("step", {1}, {1}, {}), "the kernel takes 1 arguments, 0 were given");
  EXPECT_NE(launch("step", {1}, {limits.max_group.x + 1}, {0}).find("the workgroup's x size is"),
            std::string::npos);
  if (limits.max_grid.y < UINT32_MAX) {
    EXPECT_EQ(launch("step", {1, limits.max_grid.y + 1, 1}, {1}, {0}),
              "the grid's y size is " + std::to_string(limits.max_grid.y + 1) +
                  ", the device allows " + std::to_string(limits.max_grid.y));
  }
  EXPECT_EQ(device->find("nothing"), nullptr);
  EXPECT_EQ(text(device->load(bytes(code), kKernels)), "kernel 'saxpy' is loaded already");
}

TEST_P(Vulkan, RefusesTooManyArguments) {
  KernelDesc wide = {"wide", "step", {}};
  wide.params.resize(1000, kPointer);
  ASSERT_EQ(text(device->load(bytes(code), {&wide, 1})), "");
  std::vector<uint64_t> args(1000);
  EXPECT_NE(launch("wide", {1}, {1}, args).find("the kernel has 1000 parameters, the device takes"),
            std::string::npos);
}

// A device of version 1.2 that can do nothing; then one that has what the module wants.
TEST(VulkanModule, NamesMissingCapabilities) {
  vulkan::Abilities device;
  device.api_version = VK_API_VERSION_1_2;
  auto capability = [](uint32_t id) { return std::array<uint32_t, 2>{0x00020011, id}; };
  std::vector<uint32_t> words = {0x07230203, 0x00010500, 0, 1, 0};
  for (uint32_t id : {1, 10, 6033, 61, 2, 5347})
    for (uint32_t word : capability(id)) words.push_back(word);
  auto check = [&] {
    Status s = vulkan::check_module(words, device);
    return s.ok() ? "" : s.message();
  };
  EXPECT_EQ(check(),
            "the kernels need SPIR-V capabilities that the device lacks: Float64, "
            "AtomicFloat32AddEXT, GroupNonUniform, capability 2, PhysicalStorageBufferAddresses");
  words.resize(5 + 2 * 4);
  device.core.features.shaderFloat64 = VK_TRUE;
  device.atomic_float.shaderBufferFloat32AtomicAdd = VK_TRUE;
  device.v11_properties.subgroupSupportedStages = VK_SHADER_STAGE_COMPUTE_BIT;
  device.v11_properties.subgroupSupportedOperations = VK_SUBGROUP_FEATURE_BASIC_BIT;
  EXPECT_EQ(check(), "");
  words.push_back(0x00030011);
  EXPECT_EQ(check(), "the SPIR-V has a malformed capability");
  words[1] = 0x00010600;
  EXPECT_EQ(check(), "the code is SPIR-V 1.6, the device takes up to 1.5");
  words[0] = 0;
  EXPECT_EQ(check(), "the code is not SPIR-V");
  words.resize(3);
  EXPECT_EQ(check(), "the code is not SPIR-V");
}

TEST_P(Vulkan, MeasuresLaunches) {
  double seconds = 1;
  ASSERT_EQ(text(device->take_seconds(seconds)), "");
  EXPECT_EQ(seconds, 0);
  DeviceAddress p = send(std::vector<float>(1 << 20));
  auto measure = [&](int launches) {
    for (int i = 0; i < launches; ++i) EXPECT_EQ(launch("reverse", {4096}, {256}, {p}), "");
    double taken = 0;
    EXPECT_EQ(text(device->take_seconds(taken)), "");
    return taken;
  };
  measure(1);  // compiles
  double few = measure(4), many = measure(80);
  EXPECT_GT(few, 0);
  EXPECT_GT(many, few);
  EXPECT_LT(many, 60);
  ASSERT_EQ(text(device->take_seconds(seconds)), "");
  EXPECT_EQ(seconds, 0);
}

TEST_P(Vulkan, DevicesAreNumbered) {
  auto devices = vulkan::list();
  ASSERT_FALSE(devices.empty());
  for (size_t i = 0; i < devices.size(); ++i)
    EXPECT_EQ(devices[i].name, "vulkan:" + std::to_string(i));
  for (size_t i = 1; i < devices.size(); ++i)
    EXPECT_LE(devices[i - 1].is_software, devices[i].is_software);
  std::string error;
  EXPECT_EQ(vulkan::open(99, {}, error), nullptr);
  EXPECT_TRUE(error.starts_with("there is no device vulkan:99; there is vulkan:0 (")) << error;
}

}  // namespace
}  // namespace ll
