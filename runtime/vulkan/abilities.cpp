#include "runtime/vulkan/abilities.h"

#include <fmt/format.h>
#include <spirv/unified1/spirv.h>

#include <algorithm>
#include <string_view>

namespace ll::vulkan {
namespace {

constexpr uint32_t kHeaderWords = 5;

std::vector<VkExtensionProperties> device_extensions(VkPhysicalDevice device) {
  uint32_t count = 0;
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> extensions(count);
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, extensions.data());
  extensions.resize(count);
  return extensions;
}

// What a capability is called, and the device's answer to it.
struct Answer {
  std::string_view capability;
  bool present;
};

Answer answer(uint32_t capability, const Abilities& a) {
  switch (capability) {
#define CORE(name)          \
  case SpvCapability##name: \
    return {#name, true};
#define FEATURE(name, member) \
  case SpvCapability##name:   \
    return {#name, a.member != VK_FALSE};
#define PROPERTY(name, expression) \
  case SpvCapability##name:        \
    return {#name, expression != VK_FALSE};
#define ENABLE(member)
#include "runtime/vulkan/abilities.def"
#undef CORE
#undef FEATURE
#undef PROPERTY
#undef ENABLE
    default:
      return {{}, false};
  }
}

}  // namespace

bool Abilities::subgroup(VkSubgroupFeatureFlagBits operations) const {
  return (v11_properties.subgroupSupportedStages & VK_SHADER_STAGE_COMPUTE_BIT) &&
         (v11_properties.subgroupSupportedOperations & operations);
}

uint64_t Abilities::max_allocation() const {
  uint64_t memory = maintenance3.maxMemoryAllocationSize;
  return maintenance4.maxBufferSize > 0 ? std::min(memory, maintenance4.maxBufferSize) : memory;
}

// Links the structures that the device knows.
void Abilities::chain_features() {
  core.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
  v11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES;
  v12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
  v13.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES;
  atomic_float.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_ATOMIC_FLOAT_FEATURES_EXT;
  workgroup_layout.sType =
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_WORKGROUP_MEMORY_EXPLICIT_LAYOUT_FEATURES_KHR;
  auto has = [&](std::string_view name) {
    return std::find(extensions.begin(), extensions.end(), name) != extensions.end();
  };
  void** end = &core.pNext;
  auto append = [&](auto& structure) {
    *end = &structure;
    end = &structure.pNext;
  };
  append(v11);
  append(v12);
  if (api_version >= VK_API_VERSION_1_3) append(v13);
  if (has(VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME)) append(atomic_float);
  if (has(VK_KHR_WORKGROUP_MEMORY_EXPLICIT_LAYOUT_EXTENSION_NAME)) append(workgroup_layout);
  *end = nullptr;
}

void Abilities::query(VkPhysicalDevice device, uint32_t instance_version) {
  VkPhysicalDeviceProperties basic;
  vkGetPhysicalDeviceProperties(device, &basic);
  properties.properties = basic;
  api_version = std::min(basic.apiVersion, instance_version);
  // Below 1.2 the structures do not exist; such a device is refused by its version alone.
  if (api_version < VK_API_VERSION_1_2) return;

  for (const VkExtensionProperties& e : device_extensions(device))
    for (const char* wanted : {VK_EXT_SHADER_ATOMIC_FLOAT_EXTENSION_NAME,
                               VK_KHR_WORKGROUP_MEMORY_EXPLICIT_LAYOUT_EXTENSION_NAME})
      if (std::string_view(e.extensionName) == wanted) extensions.push_back(wanted);
  chain_features();
  vkGetPhysicalDeviceFeatures2(device, &core);

  properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
  v11_properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES;
  floats.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES;
  maintenance3.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES;
  properties.pNext = &v11_properties;
  v11_properties.pNext = &floats;
  floats.pNext = &maintenance3;
  maintenance4.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES;
  if (api_version >= VK_API_VERSION_1_3) maintenance3.pNext = &maintenance4;
  vkGetPhysicalDeviceProperties2(device, &properties);
}

const VkPhysicalDeviceFeatures2* Abilities::enabled(Abilities& storage) const {
  storage.api_version = api_version;
  storage.extensions = extensions;
#define CORE(name)
#define FEATURE(name, member) storage.member = member;
#define PROPERTY(name, expression)
#define ENABLE(member) storage.member = member;
#include "runtime/vulkan/abilities.def"
#undef CORE
#undef FEATURE
#undef PROPERTY
#undef ENABLE
  storage.chain_features();
  return &storage.core;
}

Status check_module(std::span<const uint32_t> words, const Abilities& abilities) {
  if (words.size() < kHeaderWords || words[0] != SpvMagicNumber)
    return Status::failure("the code is not SPIR-V");
  uint32_t newest = abilities.api_version >= VK_API_VERSION_1_3 ? 0x10600 : 0x10500;
  if (words[1] > newest)
    return Status::failure(fmt::format("the code is SPIR-V 1.{}, the device takes up to 1.{}",
                                       words[1] >> 8 & 0xff, newest >> 8 & 0xff));
  std::string lacking;
  // Capabilities come first in a module.
  for (size_t at = kHeaderWords; at < words.size();) {
    uint32_t length = words[at] >> 16;
    if ((words[at] & 0xffff) != SpvOpCapability) break;
    if (length != 2 || at + 1 >= words.size())
      return Status::failure("the SPIR-V has a malformed capability");
    Answer a = answer(words[at + 1], abilities);
    if (!a.present) {
      if (!lacking.empty()) lacking += ", ";
      lacking += a.capability.empty() ? fmt::format("capability {}", words[at + 1]) : a.capability;
    }
    at += length;
  }
  if (lacking.empty()) return {};
  return Status::failure("the kernels need SPIR-V capabilities that the device lacks: " + lacking);
}

}  // namespace ll::vulkan
