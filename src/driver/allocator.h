// How this process asks the system for memory.
#pragma once

namespace ll::driver {

// A compilation's tables grow and go many times over. By default the C library returns each large
// one to the system, and a fifth of the time of a fast compilation then goes into faulting the
// same pages in again. Keeps freed memory for the next table instead.
void keep_freed_memory();

}  // namespace ll::driver
