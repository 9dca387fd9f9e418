// What a physical device can do, what of it is enabled, and whether that is enough for a module.
#pragma once
#include <volk.h>

#include <span>
#include <vector>

#include "runtime/device.h"

namespace ll::vulkan {

// Features and properties, one structure each; zero where the device does not know it.
struct Abilities {
  VkPhysicalDeviceFeatures2 core = {};
  VkPhysicalDeviceVulkan11Features v11 = {};
  VkPhysicalDeviceVulkan12Features v12 = {};
  VkPhysicalDeviceVulkan13Features v13 = {};
  VkPhysicalDeviceShaderAtomicFloatFeaturesEXT atomic_float = {};
  VkPhysicalDeviceWorkgroupMemoryExplicitLayoutFeaturesKHR workgroup_layout = {};

  VkPhysicalDeviceProperties2 properties = {};
  VkPhysicalDeviceVulkan11Properties v11_properties = {};
  VkPhysicalDeviceVulkan12Properties floats = {};
  VkPhysicalDeviceMaintenance3Properties maintenance3 = {};
  VkPhysicalDeviceMaintenance4Properties maintenance4 = {};
  std::vector<const char*> extensions;  // device extensions to enable

  // Reads everything; `instance_version` bounds what may be asked.
  void query(VkPhysicalDevice device, uint32_t instance_version);
  // The head of a chain of features to enable: exactly those of abilities.def that are there.
  // The chain lies in `storage`.
  const VkPhysicalDeviceFeatures2* enabled(Abilities& storage) const;

  uint32_t api_version = 0;  // the lesser of device and instance
  const VkPhysicalDeviceLimits& limits() const { return properties.properties.limits; }
  uint64_t max_allocation() const;  // bytes in one buffer with its own memory
  bool subgroup(VkSubgroupFeatureFlagBits operations) const;

 private:
  void chain_features();
};

// Names what the module needs and the device lacks.
Status check_module(std::span<const uint32_t> words, const Abilities& abilities);

}  // namespace ll::vulkan
