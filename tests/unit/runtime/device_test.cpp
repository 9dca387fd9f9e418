// Device names, and what is said when there is nothing behind one.
#include "runtime/device.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace ll {
namespace {

std::string open_error(std::string_view name) {
  std::string error;
  EXPECT_EQ(open_device(name, error), nullptr) << name;
  return error;
}

// For the life of a test.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }

 private:
  const char* name_;
};

TEST(Devices, CpuIsAlwaysFirst) {
  Environment no_cuda("LLAMA_CUDA_LIBRARY", "/nowhere/libcuda.so");
  Environment no_vulkan("LLAMA_VULKAN_LIBRARY", "/nowhere/libvulkan.so");
  std::vector<DeviceInfo> devices = list_devices();
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].name, "cpu");
  EXPECT_TRUE(devices[0].is_software);
  EXPECT_FALSE(devices[0].description.empty());
}

TEST(Devices, EverythingListedOpens) {
  for (const DeviceInfo& info : list_devices()) {
    std::string error;
    auto device = open_device(info.name, error);
    ASSERT_NE(device, nullptr) << info.name << ": " << error;
    EXPECT_EQ(device->name(), info.name);
    EXPECT_EQ(device->description(), info.description);
    EXPECT_EQ(device->is_software(), info.is_software);
    EXPECT_GE(device->limits().max_group_items, 128u);
  }
}

TEST(Devices, UnknownNamesAreErrors) {
  for (const char* name : {"", "gpu", "CPU", "cpu:0", "vulkan:", "vulkan:x", "vulkan:-1", "cuda:1x",
                           "cuda: 1", "vulkan:99999999999", ":0"})
    EXPECT_EQ(open_error(name), "unknown device '" + std::string(name) +
                                    "': devices are cpu, vulkan, vulkan:N, cuda and cuda:N");
}

TEST(Devices, MissingLibrariesAreErrors) {
  Environment no_cuda("LLAMA_CUDA_LIBRARY", "/nowhere/libcuda.so");
  Environment no_vulkan("LLAMA_VULKAN_LIBRARY", "/nowhere/libvulkan.so");
  EXPECT_TRUE(open_error("cuda").starts_with("there is no CUDA driver here (/nowhere/libcuda.so"));
  EXPECT_TRUE(open_error("vulkan:1").starts_with("there is no Vulkan here (/nowhere/libvulkan.so"));
}

TEST(Devices, WrongLibrariesAreErrors) {
  Environment no_cuda("LLAMA_CUDA_LIBRARY", "libm.so.6");
  Environment no_vulkan("LLAMA_VULKAN_LIBRARY", "libm.so.6");
  EXPECT_EQ(open_error("cuda"), "the CUDA driver libm.so.6 is too old: it has no cuInit");
  EXPECT_EQ(open_error("vulkan"), "libm.so.6 is no Vulkan loader: it has no vkGetInstanceProcAddr");
}

}  // namespace
}  // namespace ll
