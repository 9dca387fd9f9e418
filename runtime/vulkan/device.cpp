// Kernels become pipelines at their first launch with a workgroup size; arguments are push
// constants; copies go straight to memory that the host shares, and through staging buffers
// elsewhere.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "runtime/checks.h"
#include "runtime/vulkan/gpu.h"
#include "runtime/vulkan/memory.h"
#include "runtime/vulkan/result.h"
#include "runtime/vulkan/stream.h"
#include "runtime/vulkan/vulkan.h"
#include "support/check.h"

namespace ll::vulkan {
namespace {

struct VulkanKernel final : Kernel {
  KernelDesc kernel;
  VkShaderModule module = VK_NULL_HANDLE;              // the device's
  VkPipelineLayout layout = VK_NULL_HANDLE;            // made at the first launch
  std::vector<std::pair<Dim3, VkPipeline>> pipelines;  // by workgroup size

  const KernelDesc& desc() const override { return kernel; }
  uint32_t arg_bytes() const { return static_cast<uint32_t>(kernel.params.size()) * kArgSlot; }
};

class VulkanDevice final : public Device {
 public:
  VulkanDevice(std::shared_ptr<Instance> instance, Adapter adapter, uint32_t index,
               const Options& options)
      : index_(index),
        options_(options),
        gpu_(std::move(instance), std::move(adapter)),
        memory_(gpu_),
        stream_(gpu_) {}
  ~VulkanDevice() override;
  Status start();

  std::string name() const override { return fmt::format("vulkan:{}", index_); }
  std::string description() const override { return gpu_.adapter.description(); }
  bool is_software() const override { return gpu_.adapter.software(); }
  bool asynchronous() const override { return true; }
  DeviceLimits limits() const override;

  Status load(std::span<const std::byte> code, std::span<const KernelDesc> kernels) override;
  Kernel* find(std::string_view kernel) override;
  Status allocate(uint64_t bytes, DeviceAddress& out) override;
  Status free(DeviceAddress p) override;
  Status write(DeviceAddress to, const void* from, uint64_t bytes) override;
  Status read(void* to, DeviceAddress from, uint64_t bytes) override;
  Status copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) override;
  Status launch(Kernel& kernel, Dim3 grid, Dim3 group, std::span<const uint64_t> args) override;
  Status synchronise() override;
  Status take_seconds(double& out) override { return stream_.take_seconds(out); }

 private:
  Status create_layout(VulkanKernel& kernel);
  Status find_pipeline(VulkanKernel& kernel, Dim3 group, VkPipeline& out);
  Status copy_buffer(VkBuffer from, uint64_t from_offset, VkBuffer to, uint64_t to_offset,
                     uint64_t bytes);
  Status upload(Memory::Place to, const std::byte* from, uint64_t bytes);
  Status download(std::byte* to, Memory::Place from, uint64_t bytes);

  uint32_t index_;
  Options options_;
  Gpu gpu_;  // before all that is made from it
  Memory memory_;
  Stream stream_;
  VkPipelineCache cache_ = VK_NULL_HANDLE;
  std::vector<VkShaderModule> modules_;
  std::map<std::string, VulkanKernel, std::less<>> kernels_;
  Buffer upload_, download_;  // made at the first use
  uint64_t upload_used_ = 0;  // read by commands that may not have run
};

Status VulkanDevice::start() {
  if (Status s = gpu_.open(); !s.ok()) return s;
  if (Status s = memory_.start(options_.map_device_memory); !s.ok()) return s;
  if (Status s = stream_.start(); !s.ok()) return s;
  VkPipelineCacheCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO;
  VkResult result = gpu_.vk.vkCreatePipelineCache(gpu_.device, &info, nullptr, &cache_);
  return check(result, "vkCreatePipelineCache");
}

VulkanDevice::~VulkanDevice() {
  if (!gpu_.device) return;
  const VolkDeviceTable& vk = gpu_.vk;
  // Also after a failure: what is destroyed below must not be in use.
  vk.vkDeviceWaitIdle(gpu_.device);
  for (auto& [name, kernel] : kernels_) {
    for (auto& [group, pipeline] : kernel.pipelines)
      vk.vkDestroyPipeline(gpu_.device, pipeline, nullptr);
    if (kernel.layout) vk.vkDestroyPipelineLayout(gpu_.device, kernel.layout, nullptr);
  }
  for (VkShaderModule m : modules_) vk.vkDestroyShaderModule(gpu_.device, m, nullptr);
  if (cache_) vk.vkDestroyPipelineCache(gpu_.device, cache_, nullptr);
  memory_.destroy(upload_);
  memory_.destroy(download_);
}

DeviceLimits VulkanDevice::limits() const {
  const VkPhysicalDeviceLimits& l = gpu_.adapter.abilities.limits();
  auto dim = [](const uint32_t(&v)[3]) { return Dim3{v[0], v[1], v[2]}; };
  return {memory_.total_bytes(), l.maxComputeWorkGroupInvocations, dim(l.maxComputeWorkGroupSize),
          dim(l.maxComputeWorkGroupCount), l.maxComputeSharedMemorySize};
}

Status VulkanDevice::load(std::span<const std::byte> code, std::span<const KernelDesc> kernels) {
  for (const KernelDesc& k : kernels)
    if (kernels_.contains(k.name))
      return Status::failure(fmt::format("kernel '{}' is loaded already", k.name));
  if (code.size() % sizeof(uint32_t) != 0) return Status::failure("the code is not SPIR-V");
  std::vector<uint32_t> words(code.size() / sizeof(uint32_t));
  if (!words.empty()) std::memcpy(words.data(), code.data(), code.size());
  if (Status s = check_module(words, gpu_.adapter.abilities); !s.ok()) return s;

  VkShaderModuleCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
  info.codeSize = code.size();
  info.pCode = words.data();
  VkShaderModule module = VK_NULL_HANDLE;
  VkResult result = gpu_.vk.vkCreateShaderModule(gpu_.device, &info, nullptr, &module);
  if (Status s = check(result, "vkCreateShaderModule"); !s.ok()) return s;
  modules_.push_back(module);
  for (const KernelDesc& k : kernels) {
    VulkanKernel& kernel = kernels_[k.name];
    kernel.kernel = k;
    kernel.module = module;
  }
  return {};
}

Kernel* VulkanDevice::find(std::string_view kernel) {
  auto it = kernels_.find(kernel);
  return it == kernels_.end() ? nullptr : &it->second;
}

Status VulkanDevice::allocate(uint64_t bytes, DeviceAddress& out) {
  out = 0;
  return bytes == 0 ? Status() : memory_.allocate(bytes, out);
}

Status VulkanDevice::free(DeviceAddress p) {
  if (p == 0) return {};
  if (Status s = memory_.free(p); !s.ok()) return s;
  if (!memory_.has_retired()) return {};
  if (Status s = synchronise(); !s.ok()) return s;
  memory_.release_retired();
  return {};
}

Status VulkanDevice::synchronise() {
  if (Status s = stream_.wait(); !s.ok()) return s;
  upload_used_ = 0;
  return {};
}

// Copies ----------------------------------------------------------------------------------------

Status VulkanDevice::copy_buffer(VkBuffer from, uint64_t from_offset, VkBuffer to,
                                 uint64_t to_offset, uint64_t bytes) {
  VkCommandBuffer commands = VK_NULL_HANDLE;
  if (Status s = stream_.record(commands); !s.ok()) return s;
  VkBufferCopy region = {from_offset, to_offset, bytes};
  gpu_.vk.vkCmdCopyBuffer(commands, from, to, 1, &region);
  return {};
}

// Small writes gather in the staging buffer; only a full one waits for the device.
Status VulkanDevice::upload(Memory::Place to, const std::byte* from, uint64_t bytes) {
  if (!upload_.handle)
    if (Status s = memory_.create_staging(Memory::Staging::Upload, options_.staging_bytes, upload_);
        !s.ok())
      return s;
  while (bytes > 0) {
    if (upload_used_ == upload_.bytes)
      if (Status s = synchronise(); !s.ok()) return s;
    uint64_t n = std::min(bytes, upload_.bytes - upload_used_);
    std::memcpy(upload_.mapped + upload_used_, from, n);
    if (Status s = copy_buffer(upload_.handle, upload_used_, to.buffer, to.offset, n); !s.ok())
      return s;
    upload_used_ += n;
    to.offset += n;
    from += n;
    bytes -= n;
  }
  return {};
}

Status VulkanDevice::download(std::byte* to, Memory::Place from, uint64_t bytes) {
  if (!download_.handle)
    if (Status s =
            memory_.create_staging(Memory::Staging::Download, options_.staging_bytes, download_);
        !s.ok())
      return s;
  while (bytes > 0) {
    uint64_t n = std::min(bytes, download_.bytes);
    if (Status s = copy_buffer(from.buffer, from.offset, download_.handle, 0, n); !s.ok()) return s;
    if (Status s = synchronise(); !s.ok()) return s;
    if (!download_.coherent) {
      VkMappedMemoryRange range = {};
      range.sType = VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE;
      range.memory = download_.memory;
      range.size = VK_WHOLE_SIZE;
      VkResult result = gpu_.vk.vkInvalidateMappedMemoryRanges(gpu_.device, 1, &range);
      if (Status s = check(result, "vkInvalidateMappedMemoryRanges"); !s.ok()) return s;
    }
    std::memcpy(to, download_.mapped, n);
    from.offset += n;
    to += n;
    bytes -= n;
  }
  return {};
}

Status VulkanDevice::write(DeviceAddress to, const void* from, uint64_t bytes) {
  if (bytes == 0) return {};
  if (Status s = memory_.check_range(to, bytes); !s.ok()) return s;
  Memory::Place place = memory_.place(to, bytes);
  if (!place.mapped) return upload(place, static_cast<const std::byte*>(from), bytes);
  if (Status s = synchronise(); !s.ok()) return s;
  std::memcpy(place.mapped, from, bytes);
  return {};
}

Status VulkanDevice::read(void* to, DeviceAddress from, uint64_t bytes) {
  if (bytes == 0) return {};
  if (Status s = memory_.check_range(from, bytes); !s.ok()) return s;
  Memory::Place place = memory_.place(from, bytes);
  if (!place.mapped) return download(static_cast<std::byte*>(to), place, bytes);
  if (Status s = synchronise(); !s.ok()) return s;
  std::memcpy(to, place.mapped, bytes);
  return {};
}

Status VulkanDevice::copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) {
  if (bytes == 0) return {};
  if (Status s = memory_.check_copy(to, from, bytes); !s.ok()) return s;
  Memory::Place source = memory_.place(from, bytes), target = memory_.place(to, bytes);
  return copy_buffer(source.buffer, source.offset, target.buffer, target.offset, bytes);
}

// Launches --------------------------------------------------------------------------------------

Status VulkanDevice::create_layout(VulkanKernel& kernel) {
  uint32_t allowed = gpu_.adapter.abilities.limits().maxPushConstantsSize;
  if (kernel.arg_bytes() > allowed)
    return Status::failure(fmt::format(
        "the kernel has {} parameters, the device takes up to {} ({} bytes of push constants)",
        kernel.kernel.params.size(), allowed / kArgSlot, allowed));
  VkPushConstantRange range = {VK_SHADER_STAGE_COMPUTE_BIT, 0, kernel.arg_bytes()};
  VkPipelineLayoutCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
  info.pushConstantRangeCount = range.size > 0;
  info.pPushConstantRanges = &range;
  VkResult result = gpu_.vk.vkCreatePipelineLayout(gpu_.device, &info, nullptr, &kernel.layout);
  return check(result, "vkCreatePipelineLayout");
}

Status VulkanDevice::find_pipeline(VulkanKernel& kernel, Dim3 group, VkPipeline& out) {
  for (auto& [size, pipeline] : kernel.pipelines) {
    if (size != group) continue;
    out = pipeline;
    return {};
  }
  if (!kernel.layout)
    if (Status s = create_layout(kernel); !s.ok()) return s;
  const uint32_t sizes[] = {group.x, group.y, group.z};
  VkSpecializationMapEntry entries[3];
  for (uint32_t i = 0; i < 3; ++i) entries[i] = {i, i * 4, 4};
  VkSpecializationInfo constants = {3, entries, sizeof sizes, sizes};
  VkComputePipelineCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
  info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = kernel.module;
  info.stage.pName = kernel.kernel.entry.c_str();
  info.stage.pSpecializationInfo = &constants;
  info.layout = kernel.layout;
  VkResult result = gpu_.vk.vkCreateComputePipelines(gpu_.device, cache_, 1, &info, nullptr, &out);
  if (Status s = check(result, "vkCreateComputePipelines"); !s.ok()) return s;
  kernel.pipelines.emplace_back(group, out);
  return {};
}

Status VulkanDevice::launch(Kernel& k, Dim3 grid, Dim3 group, std::span<const uint64_t> args) {
  auto& kernel = static_cast<VulkanKernel&>(k);
  LaunchSizes sizes = LaunchSizes::of(grid, group);
  if (Status s = check_launch(kernel.kernel, limits(), sizes, args.size()); !s.ok()) return s;
  if (sizes.empty()) return {};
  VkPipeline pipeline = VK_NULL_HANDLE;
  if (Status s = find_pipeline(kernel, group, pipeline); !s.ok()) return s;
  VkCommandBuffer commands = VK_NULL_HANDLE;
  if (Status s = stream_.record(commands); !s.ok()) return s;
  const VolkDeviceTable& vk = gpu_.vk;
  vk.vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  if (!args.empty())
    vk.vkCmdPushConstants(commands, kernel.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
                          kernel.arg_bytes(), args.data());
  return stream_.dispatch(grid);
}

std::vector<DeviceInfo> describe(const std::vector<Adapter>& adapters) {
  std::vector<DeviceInfo> devices;
  for (const Adapter& a : adapters)
    devices.push_back({fmt::format("vulkan:{}", devices.size()), a.description(), a.software()});
  return devices;
}

}  // namespace

std::vector<DeviceInfo> list() {
  std::string error;
  std::shared_ptr<Instance> instance = Instance::get(error);
  if (!instance) return {};
  return describe(find_adapters(*instance, error));
}

std::unique_ptr<Device> open(uint32_t index, const Options& options, std::string& error) {
  std::shared_ptr<Instance> instance = Instance::get(error);
  if (!instance) return nullptr;
  std::vector<Adapter> adapters = find_adapters(*instance, error);
  if (adapters.empty()) return nullptr;
  if (index >= adapters.size()) {
    error = no_such_device(fmt::format("vulkan:{}", index), describe(adapters));
    return nullptr;
  }
  auto device = std::make_unique<VulkanDevice>(std::move(instance), std::move(adapters[index]),
                                               index, options);
  Status status = device->start();
  if (status.ok()) return device;
  error = status.message();
  return nullptr;
}

}  // namespace ll::vulkan
