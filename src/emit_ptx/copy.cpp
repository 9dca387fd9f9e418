// Copies of memory of known length: loads and stores as wide as the alignment allows, in a loop
// when there would be many.
#include <algorithm>

#include "emit_ptx/function.h"

namespace ll::ptx {

namespace {
constexpr int64_t kUnrolled = 16;                             // pairs of load and store

std::string_view unit_type(int64_t bytes) {
  return bytes == 8 ? ".u64 " : bytes == 4 ? ".u32 " : bytes == 2 ? ".u16 " : ".u8 ";
}
}  // namespace

void FunctionEmitter::emit_copy(ValueId v) {
  const Inst i = f_.inst(v);
  Address to = address(f_.arg(v, 0)), from = address(f_.arg(v, 1));
  std::string_view to_space = space_suffix(space_of(f_.type(f_.arg(v, 0))));
  std::string_view from_space = space_suffix(space_of(f_.type(f_.arg(v, 1))));
  int64_t bytes = i.imm, step = std::min<int64_t>(int64_t{1} << std::min<int>(i.aux, 3), 8);

  auto move_unit = [&](const Address& target, const Address& source, int64_t at, int64_t size) {
    RegId unit = new_reg(size == 8 ? kB64 : kB32);
    append("\tld");
    append(from_space);
    append(unit_type(size));
    append_reg(unit);
    append(", ");
    append_address(source, at);
    append(";\n\tst");
    append(to_space);
    append(unit_type(size));
    append_address(target, at);
    append(", ");
    append_reg(unit);
    append(";\n");
  };

  int64_t at = 0;
  if (bytes / step > kUnrolled) {
    // Both addresses advance; the end of the source decides.
    auto pointer = [&](const Address& a) {
      RegId base = a.reg, p = new_reg(kB64);
      if (!base.valid()) base = materialise(a.base);
      append("\tadd.s64 ");
      append_reg(p);
      append(", ");
      append_reg(base);
      append(", ");
      append_int(a.offset);
      append(";\n");
      return Address{a.base, p, 0};
    };
    auto advance = [&](RegId result, RegId p, int64_t by) {
      append("\tadd.s64 ");
      append_reg(result);
      append(", ");
      append_reg(p);
      append(", ");
      append_int(by);
      append(";\n");
    };
    Address target = pointer(to), source = pointer(from);
    RegId end = new_reg(kB64), more = new_reg(kPred);
    uint32_t label = labels_++;
    at = bytes / step * step;
    advance(end, source.reg, at);
    append("$E_");
    append_int(label);
    append(":\n");
    move_unit(target, source, 0, step);
    advance(target.reg, target.reg, step);
    advance(source.reg, source.reg, step);
    append("\tsetp.ne.s64 ");
    append_reg(more);
    append(", ");
    append_reg(source.reg);
    append(", ");
    append_reg(end);
    append(";\n\t@");
    append_reg(more);
    append(" bra $E_");
    append_int(label);
    append(";\n");
    to = target;
    from = source;
    bytes -= at;
    at = 0;
  }
  for (; step >= 1; step /= 2)
    for (; bytes - at >= step; at += step) move_unit(to, from, at, step);
}

}  // namespace ll::ptx
