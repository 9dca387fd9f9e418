#include "runtime/vulkan/instance.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <vector>

#include "runtime/vulkan/result.h"
#include "runtime/vulkan/vulkan.h"

namespace ll::vulkan {
namespace {

constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";

std::atomic<uint64_t> message_count = 0;

VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                          VkDebugUtilsMessageTypeFlagsEXT,
                                          const VkDebugUtilsMessengerCallbackDataEXT* data, void*) {
  ++message_count;
  std::fprintf(stderr, "vulkan validation: %s\n", data->pMessage);
  return VK_FALSE;
}

VkDebugUtilsMessengerCreateInfoEXT messenger_info() {
  VkDebugUtilsMessengerCreateInfoEXT info = {};
  info.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT;
  info.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                         VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
  // Not GENERAL: there the loader reports every installed driver that has no hardware.
  info.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
  info.pfnUserCallback = on_message;
  return info;
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && std::string_view(value) == "1";
}

bool load_loader(std::string& error) {
  const char* path = std::getenv("LLAMA_VULKAN_LIBRARY");
  if (!path) path = "libvulkan.so.1";
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    error = fmt::format("there is no Vulkan here ({})", dlerror());
    return false;
  }
  auto entry = reinterpret_cast<PFN_vkGetInstanceProcAddr>(dlsym(library, "vkGetInstanceProcAddr"));
  if (!entry) {
    error = fmt::format("{} is no Vulkan loader: it has no vkGetInstanceProcAddr", path);
    return false;
  }
  volkInitializeCustom(entry);
  return true;
}

bool has_layer(const char* wanted) {
  uint32_t count = 0;
  vkEnumerateInstanceLayerProperties(&count, nullptr);
  std::vector<VkLayerProperties> layers(count);
  vkEnumerateInstanceLayerProperties(&count, layers.data());
  return std::any_of(layers.begin(), layers.end(), [&](const VkLayerProperties& l) {
    return std::string_view(l.layerName) == wanted;
  });
}

bool has_extension(const char* wanted) {
  uint32_t count = 0;
  vkEnumerateInstanceExtensionProperties(nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> extensions(count);
  vkEnumerateInstanceExtensionProperties(nullptr, &count, extensions.data());
  return std::any_of(extensions.begin(), extensions.end(), [&](const VkExtensionProperties& e) {
    return std::string_view(e.extensionName) == wanted;
  });
}

// Whoever asked for validation must not take silence for approval.
bool validation_layer_wanted() {
  if (!is_set("LLAMA_VULKAN_VALIDATION")) return false;
  if (has_layer(kValidationLayer)) return true;
  ++message_count;
  std::fprintf(stderr, "vulkan validation: %s is not installed\n", kValidationLayer);
  return false;
}

}  // namespace

uint64_t validation_messages() { return message_count; }

std::shared_ptr<Instance> Instance::get(std::string& error) {
  static std::mutex mutex;
  static std::weak_ptr<Instance> shared;
  std::lock_guard lock(mutex);
  if (auto instance = shared.lock()) return instance;
  std::shared_ptr<Instance> instance(new Instance);
  if (!instance->create(error)) return nullptr;
  shared = instance;
  return instance;
}

bool Instance::create(std::string& error) {
  if (!load_loader(error)) return false;
  uint32_t loader = VK_API_VERSION_1_0;
  if (vkEnumerateInstanceVersion) vkEnumerateInstanceVersion(&loader);
  if (loader < VK_API_VERSION_1_2) {
    error = fmt::format("the Vulkan loader is too old: version {}.{}, 1.2 is needed",
                        VK_API_VERSION_MAJOR(loader), VK_API_VERSION_MINOR(loader));
    return false;
  }
  api_version_ = std::min<uint32_t>(loader, VK_API_VERSION_1_3);

  VkApplicationInfo application = {};
  application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
  application.pApplicationName = "llama.lisp";
  application.apiVersion = api_version_;
  VkInstanceCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
  info.pApplicationInfo = &application;

  // The messenger is installed whenever it can be: without one, a validation layer that the
  // user's own environment turns on writes to standard output, which is the program's.
  const char* extensions[] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
  VkDebugUtilsMessengerCreateInfoEXT messenger = messenger_info();
  bool has_messenger = has_extension(extensions[0]);
  if (has_messenger) {
    info.enabledExtensionCount = 1;
    info.ppEnabledExtensionNames = extensions;
    info.pNext = &messenger;
  }
  VkValidationFeatureEnableEXT enable = VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT;
  VkValidationFeaturesEXT validation = {};
  validation.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT;
  validation.enabledValidationFeatureCount = 1;
  validation.pEnabledValidationFeatures = &enable;
  if (validation_layer_wanted()) {
    info.enabledLayerCount = 1;
    info.ppEnabledLayerNames = &kValidationLayer;
    validation.pNext = info.pNext;
    info.pNext = &validation;
  }
  if (Status s = check(vkCreateInstance(&info, nullptr, &handle_), "vkCreateInstance"); !s.ok()) {
    error = s.message();
    return false;
  }
  volkLoadInstanceOnly(handle_);
  // Without its messenger the instance still works.
  if (has_messenger)
    (void)vkCreateDebugUtilsMessengerEXT(handle_, &messenger, nullptr, &messenger_);
  return true;
}

Instance::~Instance() {
  if (messenger_) vkDestroyDebugUtilsMessengerEXT(handle_, messenger_, nullptr);
  if (handle_) vkDestroyInstance(handle_, nullptr);
}

}  // namespace ll::vulkan
