#include "driver/allocator.h"

#include <malloc.h>

namespace ll::driver {

void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the largest it takes
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  ::mallopt(M_TOP_PAD, 4 << 20);
}

}  // namespace ll::driver
