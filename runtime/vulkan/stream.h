// The device's one queue, fed with batches of commands. Commands run in the order in which they
// are recorded: a barrier stands before each. A batch is submitted when it is full or when
// somebody waits.
#pragma once
#include <volk.h>

#include <array>

#include "runtime/vulkan/gpu.h"

namespace ll::vulkan {

class Stream {
 public:
  explicit Stream(Gpu& gpu) : gpu_(gpu) {}
  ~Stream();
  Stream(const Stream&) = delete;
  Status start();

  // The command buffer for the next command; everything before it will have ended when it begins.
  Status record(VkCommandBuffer& out);
  // Dispatches what has been bound to record()'s command buffer, and times it.
  Status dispatch(Dim3 grid);
  // Returns when everything recorded has ended and the host sees what it wrote.
  Status wait();
  Status take_seconds(double& out);

 private:
  static constexpr uint32_t kCommandsPerBatch = 32;
  static constexpr size_t kBatches = 4;

  struct Batch {
    VkCommandBuffer commands = VK_NULL_HANDLE;
    VkFence fence = VK_NULL_HANDLE;
    VkQueryPool times = VK_NULL_HANDLE;     // two a dispatch
    uint32_t recorded = 0, dispatches = 0;  // commands; those of them with times
    bool recording = false, in_flight = false;
  };

  Status start_batch(Batch& batch);
  Status begin(Batch& batch);
  Status submit();
  Status finish(Batch& batch);  // waits for it, collects its times
  Status fail(Status status);

  Gpu& gpu_;
  VkCommandPool pool_ = VK_NULL_HANDLE;
  std::array<Batch, kBatches> batches_;
  size_t current_ = 0;
  double seconds_ = 0;
  Status broken_;  // the first failure; nothing works after it
};

}  // namespace ll::vulkan
