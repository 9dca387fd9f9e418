// Memory operations that no template says: copies of known length, and accesses that promise less
// alignment than PTX asks for, which are made of aligned pieces.
#include <algorithm>

#include "emit_ptx/function.h"

namespace ll::ptx {

namespace {
constexpr int64_t kUnrolled = 16;  // pairs of load and store
}

// As wide as the alignment allows; in a loop when there would be many.
void FunctionEmitter::emit_copy(ValueId v) {
  const Inst i = f_.inst(v);
  Address to = address(f_.arg(v, 0)), from = address(f_.arg(v, 1));
  std::string_view to_space = space_suffix(space_of(f_.type(f_.arg(v, 0))));
  std::string_view from_space = space_suffix(space_of(f_.type(f_.arg(v, 1))));
  int64_t bytes = i.imm, step = int64_t{1} << std::min<int>(i.aux, 3);

  auto copy_unit = [&](int64_t at, int64_t size) {
    std::string unit = name(new_reg(size == 8 ? kB64 : kB32));
    line("ld{}.u{} {}, {}", from_space, size * 8, unit, address_text(from, at));
    line("st{}.u{} {}, {}", to_space, size * 8, address_text(to, at), unit);
  };
  if (bytes / step > kUnrolled) {
    // Both addresses advance; the end of the source decides.
    auto advancing = [&](const Address& a) {
      RegId p = new_reg(kB64);
      line("add.s64 {}, {}, {}", name(p), name(a.reg.valid() ? a.reg : materialise(a.base)),
           a.offset);
      return Address{a.base, p, 0};
    };
    to = advancing(to);
    from = advancing(from);
    std::string end = name(new_reg(kB64)), more = name(new_reg(kPred));
    uint32_t label = labels_++;
    line("add.s64 {}, {}, {}", end, name(from.reg), bytes / step * step);
    append(fmt::format("$E_{}:\n", label));
    copy_unit(0, step);
    for (RegId p : {to.reg, from.reg}) line("add.s64 {0}, {0}, {1}", name(p), step);
    line("setp.ne.s64 {}, {}, {}", more, name(from.reg), end);
    line("@{} bra $E_{}", more, label);
    bytes %= step;
  }
  for (int64_t at = 0; step >= 1; step /= 2)
    for (; bytes - at >= step; at += step) copy_unit(at, step);
}

bool FunctionEmitter::is_misaligned(const Inst& i) const {
  if (i.op != Op::Load && i.op != Op::Store) return false;
  TypeId type = i.op == Op::Load ? i.type : f_.type(f_.args(i)[1]);
  return (1u << std::min<unsigned>(i.aux, 3)) < scalar_bytes(type);
}

void FunctionEmitter::emit_split_load(ValueId v) {
  const Inst i = f_.inst(v);
  Address from = address(f_.arg(v, 0));
  std::string_view space = space_suffix(space_of(f_.type(f_.arg(v, 0))));
  unsigned piece = 1u << i.aux;
  std::string whole = name(new_reg(kB64)), part = name(new_reg(kB64));
  for (unsigned at = 0; at < scalar_bytes(i.type); at += piece) {
    line("ld{}.u{} {}, {}", space, piece * 8, at ? part : whole, address_text(from, at));
    if (at == 0) continue;
    line("shl.b64 {0}, {0}, {1}", part, at * 8);
    line("or.b64 {0}, {0}, {1}", whole, part);
  }
  std::string result = name(reg(v));
  if (scalar_bytes(i.type) == 8) return line("mov.b64 {}, {}", result, whole);
  std::string low = i.type == kFloat ? name(new_reg(kB32)) : result;
  line("cvt.u32.u64 {}, {}", low, whole);
  if (i.type == kInt16) line("cvt.s32.s16 {0}, {0}", low);
  if (i.type == kFloat) line("mov.b32 {}, {}", result, low);
}

void FunctionEmitter::emit_split_store(ValueId v) {
  const Inst i = f_.inst(v);
  Address to = address(f_.arg(v, 0));
  std::string_view space = space_suffix(space_of(f_.type(f_.arg(v, 0))));
  TypeId type = f_.type(f_.arg(v, 1));
  std::string value = name(in_reg(f_.arg(v, 1)));
  std::string whole = name(new_reg(kB64)), part = name(new_reg(kB64));
  if (scalar_bytes(type) == 8) {
    line("mov.b64 {}, {}", whole, value);
  } else {
    std::string low = type == kFloat ? name(new_reg(kB32)) : value;
    if (type == kFloat) line("mov.b32 {}, {}", low, value);
    line("cvt.u64.u32 {}, {}", whole, low);
  }
  unsigned piece = 1u << i.aux;
  for (unsigned at = 0; at < scalar_bytes(type); at += piece) {
    if (at) line("shr.u64 {}, {}, {}", part, whole, at * 8);
    line("st{}.u{} {}, {}", space, piece * 8, address_text(to, at), at ? part : whole);
  }
}

}  // namespace ll::ptx
