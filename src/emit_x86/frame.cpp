#include "emit_x86/frame.h"

#include <bit>

#include "support/check.h"

namespace ll::x86 {

bool lay_out_frame(MFunction& f) {
  constexpr uint64_t kMaxFrame = uint64_t{1} << 30;
  uint64_t at = (f.outgoing_bytes + 15) & ~uint64_t{15};
  // Big alignments first: no gaps between objects.
  for (uint32_t align : {16u, 8u, 4u, 2u, 1u})
    for (FrameObject& o : f.objects) {
      if (o.align != align) continue;
      if (o.size > kMaxFrame || at > kMaxFrame) return false;
      at = (at + align - 1) & ~uint64_t{align - 1};
      o.offset = static_cast<int64_t>(at);
      at += o.size;
    }
  if (at > kMaxFrame) return false;
  f.saved_regs = f.used_regs & kCalleeSaved;
  if (f.has_alloc) f.saved_regs |= mask(rbp);
  bool nothing = at == 0 && !f.has_calls && !f.has_alloc;
  at = (at + 7) & ~uint64_t{7};
  uint64_t pushed = 8 * (static_cast<unsigned>(std::popcount(f.saved_regs)) + 1);
  if (!nothing && (at + pushed) % 16 != 0) at += 8;
  f.frame_bytes = at;
  return true;
}

FramePlace frame_place(const MFunction& f, MemBase base, uint32_t object) {
  auto frame = static_cast<int64_t>(f.frame_bytes);
  int64_t saved = 8 * std::popcount(f.saved_regs);
  switch (base) {
    case MemBase::Outgoing:
      return {rsp, 0};
    case MemBase::Dynamic:
      return {rsp, static_cast<int64_t>((f.outgoing_bytes + 15) & ~uint64_t{15})};
    case MemBase::Frame:
      if (!f.has_alloc) return {rsp, f.objects[object].offset};
      return {rbp, f.objects[object].offset - frame - (saved - 8)};
    case MemBase::Incoming:
      if (!f.has_alloc) return {rsp, frame + saved + 8};
      return {rbp, 16};
    default:
      LL_UNREACHABLE("not a place in the frame");
  }
}

}  // namespace ll::x86
