#include "runtime/vulkan/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <climits>

#include "runtime/vulkan/result.h"
#include "support/check.h"

namespace ll::vulkan {
namespace {

constexpr uint64_t kBlockBytes = 64 << 20;
constexpr uint64_t kAlign = 256;        // what every maker's widest access and cache line divides

constexpr VkMemoryPropertyFlags kDevice = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags kVisible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
constexpr VkMemoryPropertyFlags kCoherent = VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
constexpr VkMemoryPropertyFlags kCached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
// Device memory is mapped only when the host also reads it at full speed: integrated GPUs and
// software. Uncached reads over a bus are far slower than a copy by the device.
constexpr VkMemoryPropertyFlags kShared = kVisible | kCoherent | kCached;

constexpr uint64_t align_up(uint64_t n) { return (n + kAlign - 1) / kAlign * kAlign; }

}  // namespace

Memory::Memory(Gpu& gpu, bool map) : gpu_(gpu) {
  vkGetPhysicalDeviceMemoryProperties(gpu.adapter.handle, &properties_);
  // Where not all of the flags come together, the host sees only a window of device memory at
  // best; plain device memory is the bigger and the faster.
  if (map) device_type_ = find_type(kDevice, kShared, 0);
  map_ = map && (properties_.memoryTypes[device_type_].propertyFlags & kShared) == kShared;
  if (!map_) device_type_ = find_type(kDevice, 0, kShared);
}

Memory::~Memory() {
  release_retired();
  for (auto& block : blocks_) destroy(block->buffer);
}

uint64_t Memory::total_bytes() const {
  return properties_.memoryHeaps[properties_.memoryTypes[device_type_].heapIndex].size;
}

uint32_t Memory::find_type(VkMemoryPropertyFlags wanted, VkMemoryPropertyFlags better,
                           VkMemoryPropertyFlags worse) const {
  int best = INT_MIN;
  uint32_t found = 0;
  for (uint32_t i = 0; i < properties_.memoryTypeCount; ++i) {
    VkMemoryPropertyFlags flags = properties_.memoryTypes[i].propertyFlags;
    // The rest (protected, lazily allocated, device-coherent of one maker) is for special uses.
    if ((flags & wanted) != wanted || (flags & ~(kDevice | kShared))) continue;
    int score = 4 * std::popcount(flags & better) - std::popcount(flags & worse);
    if (score <= best) continue;
    best = score;
    found = i;
  }
  LL_CHECK(best != INT_MIN, "Vulkan guarantees device-local and host-coherent memory");
  return found;
}

Status Memory::create_buffer(uint64_t bytes, VkBufferUsageFlags usage, uint32_t memory_type,
                             bool map, Buffer& out) {
  const VolkDeviceTable& vk = gpu_.vk;
  VkBufferCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
  info.size = bytes;
  info.usage = usage;
  VkResult result = vk.vkCreateBuffer(gpu_.device, &info, nullptr, &out.handle);
  if (Status s = check(result, "vkCreateBuffer"); !s.ok()) return s;
  VkMemoryRequirements needs;
  vk.vkGetBufferMemoryRequirements(gpu_.device, out.handle, &needs);
  LL_CHECK(needs.memoryTypeBits >> memory_type & 1, "a buffer may lie in every plain memory type");

  VkMemoryAllocateFlagsInfo flags = {};
  flags.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO;
  flags.flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
  VkMemoryAllocateInfo allocate = {};
  allocate.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
  if (usage & VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT) allocate.pNext = &flags;
  allocate.allocationSize = needs.size;
  allocate.memoryTypeIndex = memory_type;
  result = vk.vkAllocateMemory(gpu_.device, &allocate, nullptr, &out.memory);
  Status status = check(result, "vkAllocateMemory");
  if (status.ok()) {
    result = vk.vkBindBufferMemory(gpu_.device, out.handle, out.memory, 0);
    status = check(result, "vkBindBufferMemory");
  }
  if (status.ok() && map) {
    void* mapped = nullptr;
    result = vk.vkMapMemory(gpu_.device, out.memory, 0, VK_WHOLE_SIZE, 0, &mapped);
    status = check(result, "vkMapMemory");
    out.mapped = static_cast<std::byte*>(mapped);
    out.coherent = properties_.memoryTypes[memory_type].propertyFlags & kCoherent;
  }
  out.bytes = bytes;
  if (!status.ok()) destroy(out);
  return status;
}

void Memory::destroy(Buffer& buffer) {
  if (buffer.handle) gpu_.vk.vkDestroyBuffer(gpu_.device, buffer.handle, nullptr);
  if (buffer.memory) gpu_.vk.vkFreeMemory(gpu_.device, buffer.memory, nullptr);
  buffer = {};
}

Status Memory::create_staging(Staging direction, uint64_t bytes, Buffer& out) {
  bool up = direction == Staging::Upload;
  uint32_t type = up ? find_type(kVisible | kCoherent, 0, kDevice | kCached)
                     : find_type(kVisible, kCached, kDevice);
  VkBufferUsageFlags usage =
      up ? VK_BUFFER_USAGE_TRANSFER_SRC_BIT : VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  return create_buffer(bytes, usage, type, true, out);
}

Status Memory::create_block(uint64_t bytes, Block*& out) {
  uint64_t largest = gpu_.adapter.abilities.max_allocation();
  if (bytes > largest)
    return Status::failure(fmt::format(
        "cannot allocate {} bytes: the device allows {} in one allocation", bytes, largest));
  if (bytes > total_bytes() - std::min(total_bytes(), block_bytes_total_))
    return out_of_memory(bytes, live_.total(), total_bytes());
  auto block = std::make_unique<Block>();
  VkBufferUsageFlags usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
                             VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |
                             VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
  if (Status s = create_buffer(bytes, usage, device_type_, map_, block->buffer); !s.ok()) return s;
  VkBufferDeviceAddressInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO;
  info.buffer = block->buffer.handle;
  block->address = gpu_.vk.vkGetBufferDeviceAddress(gpu_.device, &info);
  LL_CHECK(block->address % kAlign == 0, "device addresses are aligned");
  block->free.emplace(0, bytes);
  block_bytes_total_ += bytes;
  out = blocks_.emplace_back(std::move(block)).get();
  return {};
}

bool Memory::take(Block& block, uint64_t bytes, uint64_t& offset) {
  auto fits = [&](const auto& hole) { return hole.second >= bytes; };
  auto hole = std::find_if(block.free.begin(), block.free.end(), fits);
  if (hole == block.free.end()) return false;
  offset = hole->first;
  uint64_t rest = hole->second - bytes;
  block.free.erase(hole);
  if (rest > 0) block.free.emplace(offset + bytes, rest);
  return true;
}

void Memory::give_back(Block& block, uint64_t offset, uint64_t bytes) {
  auto after = block.free.lower_bound(offset);
  if (after != block.free.end() && offset + bytes == after->first) {
    bytes += after->second;
    after = block.free.erase(after);
  }
  if (after != block.free.begin()) {
    auto before = std::prev(after);
    if (before->first + before->second == offset) {
      before->second += bytes;
      return;
    }
  }
  block.free.emplace(offset, bytes);
}

Status Memory::allocate(uint64_t bytes, DeviceAddress& out) {
  // Checked before it is rounded up, which could wrap.
  if (bytes > total_bytes()) return out_of_memory(bytes, live_.total(), total_bytes());
  uint64_t room = align_up(bytes), offset = 0;
  for (auto& block : blocks_) {
    if (!take(*block, room, offset)) continue;
    out = block->address + offset;
    live_.add(out, bytes, block.get());
    return {};
  }
  Block* block = nullptr;
  Status status = create_block(std::max(room, kBlockBytes), block);
  // A small device may have room for this one but not for a whole block.
  if (!status.ok() && room < kBlockBytes) status = create_block(room, block);
  if (!status.ok()) return status;
  take(*block, room, offset);
  out = block->address + offset;
  live_.add(out, bytes, block);
  return {};
}

Status Memory::free(DeviceAddress p) {
  if (Status s = live_.check_free(p); !s.ok()) return s;
  auto it = live_.find(p);
  Block* block = it->second.payload;
  give_back(*block, p - block->address, align_up(it->second.bytes));
  live_.erase(it);
  // One empty block of the usual size stays: programs allocate and free in loops.
  bool empty = block->free.size() == 1 && block->free.begin()->second == block->buffer.bytes;
  if (!empty || (blocks_.size() == 1 && block->buffer.bytes == kBlockBytes)) return {};
  auto at = std::find_if(blocks_.begin(), blocks_.end(),
                         [&](const auto& b) { return b.get() == block; });
  retired_.push_back(std::move(*at));
  blocks_.erase(at);
  return {};
}

void Memory::release_retired() {
  for (auto& block : retired_) {
    block_bytes_total_ -= block->buffer.bytes;
    destroy(block->buffer);
  }
  retired_.clear();
}

Memory::Place Memory::place(DeviceAddress at, uint64_t bytes) {
  auto it = live_.holding(at, bytes);
  LL_CHECK(it != live_.end(), "the range has been checked");
  const Block& block = *it->second.payload;
  uint64_t offset = at - block.address;
  return {block.buffer.handle, offset,
          block.buffer.mapped ? block.buffer.mapped + offset : nullptr};
}

}  // namespace ll::vulkan
