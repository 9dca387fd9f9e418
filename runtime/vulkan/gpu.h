// A physical device as found (Adapter), and opened with one compute queue (Gpu).
#pragma once
#include <volk.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/vulkan/abilities.h"
#include "runtime/vulkan/instance.h"

namespace ll::vulkan {

struct Adapter {
  VkPhysicalDevice handle = VK_NULL_HANDLE;
  Abilities abilities;
  uint32_t queue_family = 0;
  uint32_t timestamp_bits = 0;  // 0: the queue cannot measure time

  std::string description() const { return abilities.properties.properties.deviceName; }
  bool software() const {
    return abilities.properties.properties.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU;
  }
};

// The usable devices, hardware first. When there is none, `error` says why.
std::vector<Adapter> find_adapters(const Instance& instance, std::string& error);

// The logical device and its functions; everything made from it dies before it.
struct Gpu {
  std::shared_ptr<Instance> instance;
  Adapter adapter;
  VkDevice device = VK_NULL_HANDLE;
  VkQueue queue = VK_NULL_HANDLE;
  VolkDeviceTable vk = {};

  Gpu(std::shared_ptr<Instance> owner, Adapter which);
  ~Gpu();
  Gpu(const Gpu&) = delete;
  Status open();
};

}  // namespace ll::vulkan
