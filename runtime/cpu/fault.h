// Turns a hardware fault of kernel code (bad address, division, bad instruction) into text, so
// that it is an error of the launch and not the end of the process.
#pragma once
#include <string>

namespace ll::cpu {

// Runs `body(context)`. False, with `fault` set, if it faulted; its frames are then gone without
// unwinding: between here and the fault no object may need its destructor.
bool run_guarded(void (*body)(void* context), void* context, std::string& fault);

}  // namespace ll::cpu
