// What a host program can call: the printing helpers of the languages and the functions behind
// the device forms. They work on the process's session; a failure prints a message that names the
// place in the program and ends the process with status 1.
#pragma once
#include <functional>
#include <span>
#include <string_view>

#include "runtime/device.h"

namespace ll {

// The device that the device forms use, with the program's kernels loaded. `open` is called at the
// first use; null means that it failed and has said why on standard error. The device outlives
// the program. An empty function ends the session.
//
// LLAMA_SYNC_LAUNCHES=1 waits for the end of every launch, so that a kernel's failure is reported
// at its own launch even where several are in flight.
void set_session_device(std::function<Device*()> open);

// The prelude's symbols, for the linker and the interpreter:
//   print fprint dprint ptr_print int64_print                       (language/host.md §2)
//   ll_trap(const char* message)                                    prints it, exits with 1
//   ll_device_alloc(int64 bytes, const char* where) -> address
//   ll_device_free(address, where)
//   ll_copy_to_device(to, from, int64 bytes, where)   ll_copy_from_device   ll_copy_on_device
//   ll_launch(const char* kernel, const int64* dims /*gx gy gz bx by bz*/, const uint64* args,
//             where)
//   ll_device_sync(where)   ll_device_seconds(where) -> double
// `where` is the place of the form, "file:line:col".
struct PreludeSymbol {
  std::string_view name;
  void* address;
};
std::span<const PreludeSymbol> prelude();

}  // namespace ll
