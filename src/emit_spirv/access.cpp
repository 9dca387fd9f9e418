// Memory: device memory through 64-bit addresses, variables through access chains. A bool is a
// byte in memory, a pointer eight.
#include "emit_spirv/kernel.h"

#include <bit>

namespace ll::spirv {
namespace {

constexpr TypeId int_of_bytes(uint32_t bytes) {
  return bytes == 1 ? kInt8 : bytes == 2 ? kInt16 : bytes == 4 ? kInt32 : kInt64;
}
constexpr uint32_t kUnrolled = 16;  // steps of a copy without a loop

}  // namespace

SpvId KernelEmitter::pointer_add(ValueId v, const Inst& i) {
  PtrAddImm step = PtrAddImm::unpack(i.imm);
  bool object = in_object(v);
  unsigned bits = object ? 32 : 64;
  int64_t scale = step.scale, offset = step.offset;
  if (object && objects_.list[objects_.base[v.index]].in_units) {
    uint32_t unit = objects_.list[objects_.base[v.index]].unit;
    scale /= unit;
    offset /= static_cast<int64_t>(unit);
  }
  SpvId t = w_.int_type(bits), sum = use(i, 0);
  auto add = [&](SpvId b) {
    bool first = object && sum == w_.u32(0);
    sum = first ? b : op(spv::Op::OpIAdd, t, {sum, b});
  };
  if (i.args_count == 2) {
    TypeId from = f_.type(f_.args(i)[1]);
    SpvId index = use(i, 1);
    index = convert_width(index, bit_width(from), bits, true);
    if (scale != 1)
      index = op(spv::Op::OpIMul, t, {index, int_constant(bits, static_cast<uint64_t>(scale))});
    add(index);
  }
  if (offset != 0)
    add(int_constant(bits, static_cast<uint64_t>(offset) & (~uint64_t{0} >> (64 - bits))));
  return sum;
}

SpvId KernelEmitter::load(const Inst& i) {
  ValueId p = f_.args(i)[0];
  return read(p, use(p), i.type, i.aux);
}

void KernelEmitter::store(const Inst& i) {
  ValueId p = f_.args(i)[0], v = f_.args(i)[1];
  write(p, use(p), f_.type(v), use(v), i.aux);
}

TypeId KernelEmitter::memory_scalar(TypeId t) const {
  return t == kBool ? kInt8 : is_ptr(t) ? kInt64 : t;
}
SpvId KernelEmitter::memory_type(TypeId t) { return type(memory_scalar(t)); }

SpvId KernelEmitter::from_memory(SpvId v, TypeId t) {
  return t == kBool ? test(spv::Op::OpINotEqual, v, int_constant(8, 0)) : v;
}
SpvId KernelEmitter::to_memory(SpvId v, TypeId t) {
  return t == kBool ? choose(w_.int_type(8), v, int_constant(8, 1), int_constant(8, 0)) : v;
}

SpvId KernelEmitter::device_pointer(SpvId address, TypeId t) {
  if (bit_width(t) == 8) w_.require(spv::Capability::StorageBuffer8BitAccess);
  if (bit_width(t) == 16) w_.require(spv::Capability::StorageBuffer16BitAccess);
  return op(spv::Op::OpConvertUToPtr,
            w_.pointer_type(spv::StorageClass::PhysicalStorageBuffer, type(t)), {address});
}

// `place` is the address or the offset that the pointer value p stands for, or one behind it.
SpvId KernelEmitter::read(ValueId p, SpvId place, TypeId t, uint16_t align) {
  if (in_object(p)) return read_object(objects_.list[objects_.base[p.index]], place, t);
  TypeId stored = memory_scalar(t);
  SpvId pointer = device_pointer(place, stored);
  return from_memory(op(spv::Op::OpLoad, type(stored),
                        {pointer, word(spv::MemoryAccessMask::Aligned), 1u << align}),
                     t);
}

void KernelEmitter::write(ValueId p, SpvId place, TypeId t, SpvId v, uint16_t align) {
  if (in_object(p)) return write_object(objects_.list[objects_.base[p.index]], place, t, v);
  SpvId stored = to_memory(v, t);
  SpvId pointer = device_pointer(place, memory_scalar(t));
  w_.put(spv::Op::OpStore, {pointer, stored, word(spv::MemoryAccessMask::Aligned), 1u << align});
}

// Element number n behind the one at an offset.
SpvId KernelEmitter::element(const Object& o, SpvId place, uint32_t n) {
  SpvId t = w_.int_type(32);
  if (!o.in_units && o.unit > 1)
    place = op(spv::Op::OpShiftRightLogical, t, {place, w_.u32(std::countr_zero(o.unit))});
  if (n > 0) place = op(spv::Op::OpIAdd, t, {place, w_.u32(n)});
  return op(spv::Op::OpAccessChain, o.element_pointer, {o.variable, place});
}

SpvId KernelEmitter::read_object(const Object& o, SpvId place, TypeId t) {
  TypeId held = memory_scalar(o.scalar), wanted = memory_scalar(t);
  uint32_t parts = scalar_bytes(t) / o.unit;
  auto part = [&](uint32_t n) {
    return op(spv::Op::OpLoad, o.element_type, {element(o, place, n)});
  };
  if (parts == 1) return from_memory(bitcast(part(0), held, wanted), t);
  unsigned bits = bit_width(wanted);
  SpvId whole = w_.int_type(bits), v = 0;
  for (uint32_t n = 0; n < parts; ++n) {
    SpvId piece = convert_width(part(n), bit_width(held), bits, false);
    if (n > 0)
      piece = op(spv::Op::OpShiftLeftLogical, whole, {piece, int_constant(bits, 8 * o.unit * n)});
    v = n == 0 ? piece : op(spv::Op::OpBitwiseOr, whole, {v, piece});
  }
  return bitcast(v, int_of_bytes(bits / 8), wanted);
}

void KernelEmitter::write_object(const Object& o, SpvId place, TypeId t, SpvId v) {
  TypeId held = memory_scalar(o.scalar), given = memory_scalar(t);
  uint32_t parts = scalar_bytes(t) / o.unit;
  v = to_memory(v, t);
  if (parts == 1) {
    w_.put(spv::Op::OpStore, {element(o, place, 0), bitcast(v, given, held)});
    return;
  }
  unsigned bits = bit_width(given);
  v = bitcast(v, given, int_of_bytes(bits / 8));
  for (uint32_t n = 0; n < parts; ++n) {
    SpvId piece = v;
    if (n > 0)
      piece = op(spv::Op::OpShiftRightLogical, w_.int_type(bits),
                 {v, int_constant(bits, 8 * o.unit * n)});
    piece = convert_width(piece, bits, bit_width(held), false);
    w_.put(spv::Op::OpStore, {element(o, place, n), piece});
  }
}

void KernelEmitter::copy(const Inst& i) {
  uint32_t unit = copy_unit(i);
  auto steps = static_cast<uint32_t>(static_cast<uint64_t>(i.imm) / unit);
  if (steps > kUnrolled) return copy_loop(i, unit, steps);
  for (uint32_t n = 0; n < steps; ++n) copy_step(i, unit, w_.u32(n));
}

void KernelEmitter::copy_step(const Inst& i, uint32_t unit, SpvId index) {
  auto args = f_.args(i);
  auto align = static_cast<uint16_t>(std::countr_zero(unit));
  TypeId t = int_of_bytes(unit);
  SpvId v = read(args[1], stepped(args[1], index, unit), t, align);
  write(args[0], stepped(args[0], index, unit), t, v, align);
}

// Behind a pointer by `index` steps of `unit` bytes.
SpvId KernelEmitter::stepped(ValueId p, SpvId index, uint32_t unit) {
  SpvId base = use(p);
  bool object = in_object(p);
  unsigned bits = object ? 32 : 64;
  if (object && objects_.list[objects_.base[p.index]].in_units)
    unit /= objects_.list[objects_.base[p.index]].unit;
  SpvId t = w_.int_type(bits);
  SpvId far =
      op(spv::Op::OpIMul, t, {convert_width(index, 32, bits, false), int_constant(bits, unit)});
  return op(spv::Op::OpIAdd, t, {base, far});
}

// Splits the block that is being written: what follows stands behind the loop.
void KernelEmitter::copy_loop(const Inst& i, uint32_t unit, uint32_t steps) {
  SpvId header = w_.fresh(), body = w_.fresh(), next = w_.fresh(), merge = w_.fresh();
  SpvId t = w_.int_type(32), index = w_.fresh(), index_next = w_.fresh();
  w_.put(spv::Op::OpBranch, {header});
  w_.put_label(header);
  w_.put_value(spv::Op::OpPhi, t, index, {w_.u32(0), last_labels_[here_], index_next, next});
  SpvId more = test(spv::Op::OpULessThan, index, w_.u32(steps));
  w_.put(spv::Op::OpLoopMerge, {merge, next, 0});
  w_.put(spv::Op::OpBranchConditional, {more, body, merge});
  w_.put_label(body);
  copy_step(i, unit, index);
  w_.put(spv::Op::OpBranch, {next});
  w_.put_label(next);
  w_.put_value(spv::Op::OpIAdd, t, index_next, {index, w_.u32(1)});
  w_.put(spv::Op::OpBranch, {header});
  w_.put_label(merge);
  last_labels_[here_] = merge;
}

}  // namespace ll::spirv
