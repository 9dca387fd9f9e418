#include "runtime/vulkan/gpu.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/vulkan/result.h"

namespace ll::vulkan {
namespace {

// A compute queue, better one without graphics (it runs beside the screen's), better one that
// measures time. False when there is none.
bool choose_queue(Adapter& adapter) {
  uint32_t count = 0;
  vkGetPhysicalDeviceQueueFamilyProperties(adapter.handle, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  vkGetPhysicalDeviceQueueFamilyProperties(adapter.handle, &count, families.data());
  int best = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const VkQueueFamilyProperties& f = families[i];
    if (!(f.queueFlags & VK_QUEUE_COMPUTE_BIT)) continue;
    int score = 1 + 2 * (f.timestampValidBits > 0) + !(f.queueFlags & VK_QUEUE_GRAPHICS_BIT);
    if (score <= best) continue;
    best = score;
    adapter.queue_family = i;
    adapter.timestamp_bits = f.timestampValidBits;
  }
  return best > 0;
}

// Empty when the device is usable.
std::string what_is_missing(Adapter& adapter) {
  const Abilities& a = adapter.abilities;
  if (a.api_version < VK_API_VERSION_1_2) return "Vulkan 1.2";
  if (!a.v12.bufferDeviceAddress) return "buffer device addresses";
  if (!a.core.features.shaderInt64) return "64-bit integers";
  if (!choose_queue(adapter)) return "a compute queue";
  return {};
}

}  // namespace

std::vector<Adapter> find_adapters(const Instance& instance, std::string& error) {
  uint32_t count = 0;
  VkResult result = vkEnumeratePhysicalDevices(instance.handle(), &count, nullptr);
  std::vector<VkPhysicalDevice> handles(count);
  if (result == VK_SUCCESS && count > 0)
    result = vkEnumeratePhysicalDevices(instance.handle(), &count, handles.data());
  if (Status s = check(result, "vkEnumeratePhysicalDevices"); !s.ok()) {
    error = s.message();
    return {};
  }
  std::vector<Adapter> usable;
  std::string refused;
  for (VkPhysicalDevice handle : handles) {
    Adapter adapter;
    adapter.handle = handle;
    adapter.abilities.query(handle, instance.api_version());
    std::string missing = what_is_missing(adapter);
    if (missing.empty()) {
      usable.push_back(std::move(adapter));
    } else {
      refused += fmt::format("; {} lacks {}", adapter.description(), missing);
    }
  }
  if (usable.empty()) error = "Vulkan has no usable device" + refused;
  std::stable_partition(usable.begin(), usable.end(),
                        [](const Adapter& a) { return !a.software(); });
  return usable;
}

Gpu::Gpu(std::shared_ptr<Instance> owner, Adapter which)
    : instance(std::move(owner)), adapter(std::move(which)) {}

Gpu::~Gpu() {
  if (device) vk.vkDestroyDevice(device, nullptr);
}

Status Gpu::open() {
  float priority = 1;
  VkDeviceQueueCreateInfo queue_info = {};
  queue_info.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
  queue_info.queueFamilyIndex = adapter.queue_family;
  queue_info.queueCount = 1;
  queue_info.pQueuePriorities = &priority;
  Abilities features;
  VkDeviceCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
  info.pNext = adapter.abilities.enabled(features);
  info.queueCreateInfoCount = 1;
  info.pQueueCreateInfos = &queue_info;
  info.enabledExtensionCount = static_cast<uint32_t>(features.extensions.size());
  info.ppEnabledExtensionNames = features.extensions.data();
  VkResult result = vkCreateDevice(adapter.handle, &info, nullptr, &device);
  if (Status s = check(result, "vkCreateDevice"); !s.ok()) return s;
  volkLoadDeviceTable(&vk, device);
  vk.vkGetDeviceQueue(device, adapter.queue_family, 0, &queue);
  return {};
}

}  // namespace ll::vulkan
