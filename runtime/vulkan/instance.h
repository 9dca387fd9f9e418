// The Vulkan loader and its instance: opened at the first use, shared by all devices, closed with
// the last of them.
#pragma once
#include <volk.h>

#include <memory>
#include <string>

namespace ll::vulkan {

class Instance {
 public:
  // The process's instance. Null and `error` when Vulkan is absent or too old.
  static std::shared_ptr<Instance> get(std::string& error);
  ~Instance();
  Instance(const Instance&) = delete;

  VkInstance handle() const { return handle_; }
  uint32_t api_version() const { return api_version_; }  // what we asked for: 1.2 or 1.3

 private:
  Instance() = default;
  bool create(std::string& error);

  VkInstance handle_ = VK_NULL_HANDLE;
  VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
  uint32_t api_version_ = 0;
};

}  // namespace ll::vulkan
