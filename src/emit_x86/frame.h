// The stack frame, from rsp upward in the body of a function:
//
//   outgoing arguments | frame objects | (gap) | saved registers | return address | incoming
//
// Sizes keep rsp at a multiple of 16 at calls. A function with dynamic storage is addressed from
// rbp instead, which then holds the place just below its own saved value.
#pragma once
#include "emit_x86/mir.h"

namespace ll::x86 {

// Fills object offsets, saved_regs and frame_bytes. False when the frame passes 1 GiB.
bool lay_out_frame(MFunction& f);

struct FramePlace {
  Reg base;
  int64_t offset;
};
// Where a memory operand of base Frame, Incoming or Outgoing is.
FramePlace frame_place(const MFunction& f, MemBase base, uint32_t object);

}  // namespace ll::x86
