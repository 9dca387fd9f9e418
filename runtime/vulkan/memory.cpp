#include "runtime/vulkan/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <climits>

#include "runtime/vulkan/result.h"
#include "support/align.h"
#include "support/check.h"

namespace ll::vulkan {
namespace {

constexpr uint64_t kBlockBytes = 64 << 20;
constexpr uint64_t kAlign = 256;  // what every maker's widest access and cache line divides

constexpr VkMemoryPropertyFlags kDevice = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags kVisible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
constexpr VkMemoryPropertyFlags kCoherent = VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
constexpr VkMemoryPropertyFlags kCached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
// Device memory is mapped only when the host also reads it at full speed: integrated GPUs and
// software. Uncached reads over a bus are far slower than a copy by the device.
constexpr VkMemoryPropertyFlags kShared = kVisible | kCoherent | kCached;

constexpr VkBufferUsageFlags kDeviceUsage =
    VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
    VK_BUFFER_USAGE_TRANSFER_DST_BIT | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;

VkBufferCreateInfo buffer_info(uint64_t bytes, VkBufferUsageFlags usage) {
  VkBufferCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
  info.size = bytes;
  info.usage = usage;
  return info;
}

}  // namespace

Status Memory::start(bool map) {
  vkGetPhysicalDeviceMemoryProperties(gpu_.adapter.handle, &properties_);
  // All buffers of one usage may lie in the same types of memory; ask with one.
  const VolkDeviceTable& vk = gpu_.vk;
  VkBufferCreateInfo info = buffer_info(kAlign, kDeviceUsage);
  VkBuffer probe = VK_NULL_HANDLE;
  VkResult result = vk.vkCreateBuffer(gpu_.device, &info, nullptr, &probe);
  if (Status s = check(result, "vkCreateBuffer"); !s.ok()) return s;
  VkMemoryRequirements needs;
  vk.vkGetBufferMemoryRequirements(gpu_.device, probe, &needs);
  vk.vkDestroyBuffer(gpu_.device, probe, nullptr);

  auto choose = [&](const Wish& wish) {
    device_wish_ = wish;
    device_type_ = find_type(needs.memoryTypeBits, wish);
    return properties_.memoryTypes[device_type_].propertyFlags;
  };
  map_ = map && (choose({kDevice, kShared, 0}) & kShared) == kShared;
  // Where not all of the flags come together, the host sees only a window of device memory at
  // best; plain device memory is the bigger and the faster.
  if (!map_) choose({kDevice, 0, kShared});
  return {};
}

Memory::~Memory() {
  release_retired();
  for (auto& block : blocks_) destroy(block->buffer);
}

uint64_t Memory::total_bytes() const {
  return properties_.memoryHeaps[properties_.memoryTypes[device_type_].heapIndex].size;
}

uint32_t Memory::find_type(uint32_t allowed_types, const Wish& wish) const {
  int best = INT_MIN;
  uint32_t found = 0;
  for (uint32_t i = 0; i < properties_.memoryTypeCount; ++i) {
    VkMemoryPropertyFlags flags = properties_.memoryTypes[i].propertyFlags;
    if (!(allowed_types >> i & 1) || (flags & wish.must) != wish.must) continue;
    // The rest (protected, lazily allocated, device-coherent of one maker) is for special uses.
    if (flags & ~(kDevice | kShared)) continue;
    int score = 4 * std::popcount(flags & wish.better) - std::popcount(flags & wish.worse);
    if (score <= best) continue;
    best = score;
    found = i;
  }
  LL_CHECK(best != INT_MIN, "Vulkan guarantees device-local and host-coherent memory");
  return found;
}

Status Memory::create_buffer(uint64_t bytes, VkBufferUsageFlags usage, const Wish& wish, bool map,
                             Buffer& out) {
  VkBufferCreateInfo info = buffer_info(bytes, usage);
  VkResult result = gpu_.vk.vkCreateBuffer(gpu_.device, &info, nullptr, &out.handle);
  if (Status s = check(result, "vkCreateBuffer"); !s.ok()) return s;
  out.bytes = bytes;
  Status status = allocate_for(out, usage, wish, map);
  if (!status.ok()) destroy(out);
  return status;
}

// Gives a buffer its memory.
Status Memory::allocate_for(Buffer& buffer, VkBufferUsageFlags usage, const Wish& wish, bool map) {
  const VolkDeviceTable& vk = gpu_.vk;
  VkMemoryRequirements needs;
  vk.vkGetBufferMemoryRequirements(gpu_.device, buffer.handle, &needs);
  uint32_t type = find_type(needs.memoryTypeBits, wish);

  VkMemoryAllocateFlagsInfo flags = {};
  flags.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO;
  flags.flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
  VkMemoryAllocateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
  if (usage & VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT) info.pNext = &flags;
  info.allocationSize = needs.size;
  info.memoryTypeIndex = type;
  VkResult result = vk.vkAllocateMemory(gpu_.device, &info, nullptr, &buffer.memory);
  if (Status s = check(result, "vkAllocateMemory"); !s.ok()) return s;
  result = vk.vkBindBufferMemory(gpu_.device, buffer.handle, buffer.memory, 0);
  if (Status s = check(result, "vkBindBufferMemory"); !s.ok() || !map) return s;

  void* mapped = nullptr;
  result = vk.vkMapMemory(gpu_.device, buffer.memory, 0, VK_WHOLE_SIZE, 0, &mapped);
  buffer.mapped = static_cast<std::byte*>(mapped);
  buffer.coherent = properties_.memoryTypes[type].propertyFlags & kCoherent;
  return check(result, "vkMapMemory");
}

void Memory::destroy(Buffer& buffer) {
  if (buffer.handle) gpu_.vk.vkDestroyBuffer(gpu_.device, buffer.handle, nullptr);
  if (buffer.memory) gpu_.vk.vkFreeMemory(gpu_.device, buffer.memory, nullptr);
  buffer = {};
}

Status Memory::create_staging(Staging direction, uint64_t bytes, Buffer& out) {
  bool up = direction == Staging::Upload;
  Wish wish =
      up ? Wish{kVisible | kCoherent, 0, kDevice | kCached} : Wish{kVisible, kCached, kDevice};
  VkBufferUsageFlags usage =
      up ? VK_BUFFER_USAGE_TRANSFER_SRC_BIT : VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  return create_buffer(bytes, usage, wish, true, out);
}

Status Memory::create_block(uint64_t bytes, Block*& out) {
  uint64_t largest = gpu_.adapter.abilities.max_allocation();
  if (bytes > largest)
    return Status::failure(fmt::format(
        "cannot allocate {} bytes: the device allows {} in one allocation", bytes, largest));
  if (bytes > total_bytes() - std::min(total_bytes(), block_bytes_total_))
    return out_of_memory(bytes, live_.total(), total_bytes());
  auto block = std::make_unique<Block>();
  Buffer& buffer = block->buffer;
  if (Status s = create_buffer(bytes, kDeviceUsage, device_wish_, map_, buffer); !s.ok()) return s;
  VkBufferDeviceAddressInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO;
  info.buffer = buffer.handle;
  block->address = gpu_.vk.vkGetBufferDeviceAddress(gpu_.device, &info);
  if (block->address % kAlign != 0) {
    destroy(buffer);
    return Status::failure("the driver gave out memory at an address that is not aligned");
  }
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
  uint64_t room = round_up(bytes, kAlign), offset = 0;
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
  give_back(*block, p - block->address, round_up(it->second.bytes, kAlign));
  live_.erase(it);
  // One empty block of the usual size stays: programs allocate and free in loops.
  bool empty = block->free.size() == 1 && block->free.begin()->second == block->buffer.bytes;
  if (!empty || (blocks_.size() == 1 && block->buffer.bytes == kBlockBytes)) return {};
  auto at =
      std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& b) { return b.get() == block; });
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
