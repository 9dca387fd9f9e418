#include "emit_x86/abi.h"

#include <vector>

namespace ll::x86 {

namespace {

constexpr Reg kArgGprs[6] = {rdi, rsi, rdx, rcx, r8, r9};
constexpr unsigned kArgXmms = 8;
constexpr uint64_t kMaxInRegisters = 16;

// An eightbyte is of class INTEGER as soon as one scalar in it is, else SSE. Layout is natural,
// so no scalar is unaligned. The explicit stack keeps deep types from deep recursion.
void mark_integer_eightbytes(const Types& types, TypeId aggregate, bool integer[2]) {
  struct Part {
    TypeId type;
    uint64_t offset;
  };
  std::vector<Part> work{{aggregate, 0}};
  while (!work.empty()) {
    Part part = work.back();
    work.pop_back();
    if (is_scalar(part.type)) {
      if (!is_float(part.type)) integer[part.offset / 8] = true;
    } else if (types.kind(part.type) == TypeKind::Array) {
      TypeId element = types.array_element(part.type);
      uint64_t size = types.size(element);
      if (size == 0) continue;
      for (uint64_t i = 0; i < types.array_count(part.type); ++i)
        work.push_back({element, part.offset + i * size});
    } else {
      auto fields = types.fields(part.type);
      for (uint32_t i = 0; i < fields.size(); ++i)
        if (types.size(fields[i]) > 0)
          work.push_back({fields[i], part.offset + types.field_offset(part.type, i)});
    }
  }
}

}  // namespace

AggregateClass classify(const Types& types, TypeId aggregate) {
  AggregateClass result;
  uint64_t size = types.size(aggregate);
  if (size > kMaxInRegisters) return result;
  bool integer[2] = {false, false};
  mark_integer_eightbytes(types, aggregate, integer);
  result.in_memory = false;
  result.count = static_cast<unsigned>((size + 7) / 8);  // none for an empty object
  for (unsigned i = 0; i < result.count; ++i) result.bank[i] = integer[i] ? Bank::Gpr : Bank::Xmm;
  return result;
}

void lay_out_call(const Types& types, std::span<const TypeId> params, TypeId ret,
                  CallLayout& layout) {
  layout.args.clear();
  layout.has_sret = false;
  layout.ret = {};
  unsigned gprs = 0, xmms = 0;
  uint32_t stack = 0;
  if (is_aggregate(ret)) {
    layout.ret = classify(types, ret);
    layout.has_sret = layout.ret.in_memory;
    if (layout.has_sret) gprs = 1;
  }
  for (TypeId type : params) {
    ArgPlace place;
    place.type = type;
    unsigned need_gprs = 0, need_xmms = 0, count = 1;
    if (is_aggregate(type)) {
      place.aggregate = classify(types, type);
      count = place.aggregate.in_memory ? 0 : place.aggregate.count;
      for (unsigned i = 0; i < count; ++i)
        ++(place.aggregate.bank[i] == Bank::Gpr ? need_gprs : need_xmms);
    } else {
      ++(is_float(type) ? need_xmms : need_gprs);
    }
    bool empty = is_aggregate(type) && !place.aggregate.in_memory && count == 0;
    if (!empty && count > 0 && gprs + need_gprs <= 6 && xmms + need_xmms <= kArgXmms) {
      place.reg_count = count;
      for (unsigned i = 0; i < count; ++i) {
        bool gpr = is_aggregate(type) ? place.aggregate.bank[i] == Bank::Gpr : need_gprs == 1;
        place.reg[i] = gpr ? kArgGprs[gprs++] : xmm(xmms++);
      }
    } else if (!empty) {  // whole on the stack, by eightbytes
      uint64_t size = is_aggregate(type) ? types.size(type) : 8;
      uint32_t align = is_aggregate(type) && types.align(type) > 8 ? types.align(type) : 8;
      stack = (stack + align - 1) & ~(align - 1);
      place.stack_offset = stack;
      stack += static_cast<uint32_t>((size + 7) & ~uint64_t{7});
    }
    layout.args.push_back(place);
  }
  layout.gpr_count = gprs;
  layout.xmm_count = xmms;
  layout.stack_bytes = stack;
}

}  // namespace ll::x86
