#include "runtime/vulkan/stream.h"

#include <utility>

#include "runtime/vulkan/result.h"

namespace ll::vulkan {
namespace {

constexpr VkPipelineStageFlags kWork =
    VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;
constexpr VkAccessFlags kReads = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_TRANSFER_READ_BIT;
constexpr VkAccessFlags kWrites = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;

void barrier(const VolkDeviceTable& vk, VkCommandBuffer commands, VkPipelineStageFlags to_stages,
             VkAccessFlags to_accesses) {
  VkMemoryBarrier memory = {};
  memory.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
  memory.srcAccessMask = kWrites;
  memory.dstAccessMask = to_accesses;
  vk.vkCmdPipelineBarrier(commands, kWork, to_stages, 0, 1, &memory, 0, nullptr, 0, nullptr);
}

}  // namespace

Status Stream::fail(Status status) {
  if (!status.ok() && broken_.ok()) broken_ = status;
  return status;
}

Status Stream::start() {
  VkCommandPoolCreateInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
  info.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
  info.queueFamilyIndex = gpu_.adapter.queue_family;
  VkResult result = gpu_.vk.vkCreateCommandPool(gpu_.device, &info, nullptr, &pool_);
  if (Status s = check(result, "vkCreateCommandPool"); !s.ok()) return s;
  for (Batch& batch : batches_)
    if (Status s = start_batch(batch); !s.ok()) return s;
  return {};
}

Status Stream::start_batch(Batch& batch) {
  const VolkDeviceTable& vk = gpu_.vk;
  VkCommandBufferAllocateInfo commands = {};
  commands.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
  commands.commandPool = pool_;
  commands.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
  commands.commandBufferCount = 1;
  VkResult result = vk.vkAllocateCommandBuffers(gpu_.device, &commands, &batch.commands);
  if (Status s = check(result, "vkAllocateCommandBuffers"); !s.ok()) return s;
  VkFenceCreateInfo fence = {};
  fence.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO;
  result = vk.vkCreateFence(gpu_.device, &fence, nullptr, &batch.fence);
  if (Status s = check(result, "vkCreateFence"); !s.ok()) return s;
  if (gpu_.adapter.timestamp_bits == 0) return {};
  VkQueryPoolCreateInfo times = {};
  times.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO;
  times.queryType = VK_QUERY_TYPE_TIMESTAMP;
  times.queryCount = 2 * kCommandsPerBatch;
  result = vk.vkCreateQueryPool(gpu_.device, &times, nullptr, &batch.times);
  return check(result, "vkCreateQueryPool");
}

Stream::~Stream() {
  if (!gpu_.device) return;
  const VolkDeviceTable& vk = gpu_.vk;
  // After a failure the device may be lost; then there is nothing to wait for.
  vk.vkDeviceWaitIdle(gpu_.device);
  for (Batch& batch : batches_) {
    if (batch.times) vk.vkDestroyQueryPool(gpu_.device, batch.times, nullptr);
    if (batch.fence) vk.vkDestroyFence(gpu_.device, batch.fence, nullptr);
  }
  if (pool_) vk.vkDestroyCommandPool(gpu_.device, pool_, nullptr);
}

Status Stream::begin(Batch& batch) {
  if (Status s = finish(batch); !s.ok()) return s;
  VkCommandBufferBeginInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
  info.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  VkResult result = gpu_.vk.vkBeginCommandBuffer(batch.commands, &info);
  if (Status s = check(result, "vkBeginCommandBuffer"); !s.ok()) return fail(s);
  if (batch.times)
    gpu_.vk.vkCmdResetQueryPool(batch.commands, batch.times, 0, 2 * kCommandsPerBatch);
  batch.recording = true;
  return {};
}

Status Stream::record(VkCommandBuffer& out) {
  if (!broken_.ok()) return broken_;
  if (batches_[current_].recorded == kCommandsPerBatch)
    if (Status s = submit(); !s.ok()) return s;
  Batch& batch = batches_[current_];
  if (!batch.recording)
    if (Status s = begin(batch); !s.ok()) return s;
  ++batch.recorded;
  barrier(gpu_.vk, batch.commands, kWork, kReads | kWrites);
  out = batch.commands;
  return {};
}

Status Stream::dispatch(Dim3 grid) {
  const VolkDeviceTable& vk = gpu_.vk;
  Batch& batch = batches_[current_];
  uint32_t query = 2 * batch.dispatches;
  auto mark = [&](uint32_t q) {
    if (batch.times)
      vk.vkCmdWriteTimestamp(batch.commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, batch.times, q);
  };
  mark(query);
  vk.vkCmdDispatch(batch.commands, grid.x, grid.y, grid.z);
  mark(query + 1);
  ++batch.dispatches;
  // Not left for the next record(), so that the device has something to do meanwhile.
  return batch.recorded == kCommandsPerBatch ? submit() : Status();
}

Status Stream::submit() {
  Batch& batch = batches_[current_];
  if (!batch.recording) return {};
  barrier(gpu_.vk, batch.commands, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
  batch.recording = false;
  batch.recorded = 0;
  VkResult result = gpu_.vk.vkEndCommandBuffer(batch.commands);
  if (Status s = check(result, "vkEndCommandBuffer"); !s.ok()) return fail(s);
  VkSubmitInfo info = {};
  info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
  info.commandBufferCount = 1;
  info.pCommandBuffers = &batch.commands;
  result = gpu_.vk.vkQueueSubmit(gpu_.queue, 1, &info, batch.fence);
  if (Status s = check(result, "vkQueueSubmit"); !s.ok()) return fail(s);
  batch.in_flight = true;
  current_ = (current_ + 1) % kBatches;
  return {};
}

Status Stream::finish(Batch& batch) {
  if (!batch.in_flight) return {};
  const VolkDeviceTable& vk = gpu_.vk;
  VkResult result = vk.vkWaitForFences(gpu_.device, 1, &batch.fence, VK_TRUE, UINT64_MAX);
  if (Status s = check(result, "vkWaitForFences"); !s.ok()) return fail(s);
  result = vk.vkResetFences(gpu_.device, 1, &batch.fence);
  if (Status s = check(result, "vkResetFences"); !s.ok()) return fail(s);
  batch.in_flight = false;
  uint32_t dispatches = std::exchange(batch.dispatches, 0);
  if (dispatches == 0 || !batch.times) return {};

  uint64_t ticks[2 * kCommandsPerBatch];
  result =
      vk.vkGetQueryPoolResults(gpu_.device, batch.times, 0, 2 * dispatches, sizeof ticks, ticks,
                               sizeof ticks[0], VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT);
  if (Status s = check(result, "vkGetQueryPoolResults"); !s.ok()) return fail(s);
  uint32_t bits = gpu_.adapter.timestamp_bits;
  uint64_t mask = bits >= 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
  double seconds_per_tick = 1e-9 * gpu_.adapter.abilities.limits().timestampPeriod;
  for (uint32_t i = 0; i < dispatches; ++i)
    seconds_ += static_cast<double>((ticks[2 * i + 1] - ticks[2 * i]) & mask) * seconds_per_tick;
  return {};
}

Status Stream::wait() {
  if (!broken_.ok()) return broken_;
  if (Status s = submit(); !s.ok()) return s;
  // From the oldest on, so that times are read while later batches still run.
  for (size_t i = 0; i < kBatches; ++i)
    if (Status s = finish(batches_[(current_ + i) % kBatches]); !s.ok()) return s;
  return {};
}

Status Stream::take_seconds(double& out) {
  out = 0;
  if (gpu_.adapter.timestamp_bits == 0)
    return Status::failure("the device's compute queue cannot measure time");
  if (Status s = wait(); !s.ok()) return s;
  out = std::exchange(seconds_, 0.0);
  return {};
}

}  // namespace ll::vulkan
