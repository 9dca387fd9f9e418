// Device memory: big blocks with a first-fit free list each, because drivers allow only few
// allocations, and host buffers for copies.
#pragma once
#include <volk.h>

#include <map>
#include <memory>
#include <vector>

#include "runtime/checks.h"
#include "runtime/vulkan/gpu.h"

namespace ll::vulkan {

// A buffer with memory of its own.
struct Buffer {
  VkBuffer handle = VK_NULL_HANDLE;
  VkDeviceMemory memory = VK_NULL_HANDLE;
  uint64_t bytes = 0;
  std::byte* mapped = nullptr;  // null when the host cannot see it
  bool coherent = true;         // of mapped memory
};

class Memory {
 public:
  explicit Memory(Gpu& gpu) : gpu_(gpu) {}
  ~Memory();
  Memory(const Memory&) = delete;
  // Chooses the kind of memory, on the opened device. Without `map`, device memory is reached by
  // copies even where the host could see it.
  Status start(bool map);

  uint64_t total_bytes() const;  // of the heap that allocations come from

  // 0 < bytes.
  Status allocate(uint64_t bytes, DeviceAddress& out);
  // The memory may be handed out again at once: work is in order. A block that became empty is
  // kept until release_retired(), which needs an idle device.
  Status free(DeviceAddress p);
  bool has_retired() const { return !retired_.empty(); }
  void release_retired();

  // Where [at, at + bytes) lies. The range has been checked.
  struct Place {
    VkBuffer buffer;
    uint64_t offset;
    std::byte* mapped;  // of `at`, or null
  };
  Place place(DeviceAddress at, uint64_t bytes);
  Status check_range(DeviceAddress at, uint64_t bytes) { return live_.check_range(at, bytes); }
  Status check_copy(DeviceAddress to, DeviceAddress from, uint64_t bytes) {
    return live_.check_copy(to, from, bytes);
  }

  enum class Staging { Upload, Download };
  Status create_staging(Staging direction, uint64_t bytes, Buffer& out);
  void destroy(Buffer& buffer);

 private:
  struct Block {
    Buffer buffer;
    DeviceAddress address = 0;
    std::map<uint64_t, uint64_t> free;  // offset -> bytes, never adjacent
  };
  static bool take(Block& block, uint64_t bytes, uint64_t& offset);
  static void give_back(Block& block, uint64_t offset, uint64_t bytes);
  Status create_block(uint64_t bytes, Block*& out);
  // Which memory a buffer wants: a type with all of `must`, as much as possible of `better`, then
  // as little of `worse`.
  struct Wish {
    VkMemoryPropertyFlags must, better, worse;
  };
  uint32_t find_type(uint32_t allowed_types, const Wish& wish) const;
  Status create_buffer(uint64_t bytes, VkBufferUsageFlags usage, const Wish& wish, bool map,
                       Buffer& out);
  Status allocate_for(Buffer& buffer, VkBufferUsageFlags usage, const Wish& wish, bool map);

  Gpu& gpu_;
  VkPhysicalDeviceMemoryProperties properties_ = {};
  Wish device_wish_ = {};
  uint32_t device_type_ = 0;
  bool map_ = false;
  std::vector<std::unique_ptr<Block>> blocks_, retired_;
  Allocations<Block*> live_;
  uint64_t block_bytes_total_ = 0;
};

}  // namespace ll::vulkan
