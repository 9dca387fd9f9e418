// Vulkan's results as Status.
#pragma once
#include <volk.h>

#include "runtime/device.h"

namespace ll::vulkan {

// Ok, or "CALL: VK_ERROR_NAME".
Status check(VkResult result, const char* call);

}  // namespace ll::vulkan
