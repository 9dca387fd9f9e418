#include "emit_spirv/objects.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "support/check.h"

namespace ll::spirv {

uint32_t copy_unit(const Inst& copy) {
  uint64_t step = uint64_t{1} << std::min<uint16_t>(copy.aux, 3) | static_cast<uint64_t>(copy.imm);
  return static_cast<uint32_t>(step & -step);
}

namespace {

class Finder {
 public:
  Finder(const Module& m, const Function& f, const Cfg& cfg, Objects& out, Diags& diags)
      : m_(m), f_(f), cfg_(cfg), out_(out), diags_(diags), errors_before_(diags.error_count()) {}

  bool run() {
    out_.base.assign(f_.insts.size(), Base::kUnknown);
    roots();
    // Every value sinks at most twice, so this ends after few rounds.
    do {
      changed_ = false;
      for (BlockId b : cfg_.rpo()) block(b);
    } while (changed_);
    for (BlockId b : cfg_.rpo()) {
      if (b != f_.entry())
        for (ValueId p : f_.block(b).params) check_known(p);
      for (ValueId v : f_.block(b).insts) inst(v);
    }
    for (Object& o : out_.list) choose_element(o);
    return diags_.error_count() == errors_before_;
  }

 private:
  uint32_t add(Object o) {
    out_.list.push_back(o);
    return static_cast<uint32_t>(out_.list.size() - 1);
  }

  // Leaves and slots.
  void roots() {
    std::vector<bool> used(f_.insts.size());
    for (BlockId b : cfg_.rpo())
      for (ValueId v : f_.block(b).insts) {
        const Inst& i = f_.inst(v);
        for (ValueId a : f_.args(i)) used[a.index] = true;
        for (const Edge& e : f_.succs(i))
          for (ValueId a : f_.args(e)) used[a.index] = true;
        if (i.op == Op::Slot || i.op == Op::Alloc) private_object(b, v);
      }
    for (uint32_t n = 0; n < f_.insts.size(); ++n)
      if (used[n] && f_.insts[n].op == Op::GlobalAddr) global_object(ValueId(n));
  }

  void private_object(BlockId b, ValueId v) {
    const Inst& i = f_.inst(v);
    uint64_t count = 1;
    if (i.op == Op::Alloc) {
      const Inst& n = f_.inst(f_.arg(v, 0));
      if (b != f_.entry() || n.op != Op::Const || n.imm < 0) {
        diags_.error(Code::E0765, i.span,
                     "storage in a Vulkan kernel must have a constant size and be allocated once, "
                     "at the start of the kernel");
        return;
      }
      count = static_cast<uint64_t>(n.imm);
    }
    Object o{};
    o.kind = Object::Kind::Private;
    o.slot = v;
    o.bytes = count * m_.types.size(TypeId(static_cast<uint32_t>(i.imm)));
    check_size(o, i.span, "this storage");
    out_.base[v.index] = add(o);
  }

  void global_object(ValueId v) {
    GlobalId id(static_cast<uint32_t>(f_.inst(v).imm));
    const Global& g = m_.global(id);
    Object o{};
    o.global = id;
    o.bytes = m_.types.size(g.type);
    if (g.space == Space::Shared) {
      o.kind = Object::Kind::Shared;
    } else if (g.constant && g.relocs.empty()) {
      o.kind = Object::Kind::Constant;
    } else {
      diags_.error(Code::E0764, g.span,
                   fmt::format("kernel {} uses the global {}, which a Vulkan device cannot reach: "
                               "pass its contents in device memory, as an argument",
                               f_.name.str(), g.name.str()));
      return;
    }
    check_size(o, g.span, g.name.str());
    out_.base[v.index] = add(o);
  }

  void check_size(const Object& o, Span span, std::string_view what) {
    constexpr uint64_t kLargest = uint64_t{1} << 30;
    if (o.bytes > kLargest)
      diags_.error(Code::E0764, span,
                   fmt::format("{} has {} bytes, more than a Vulkan kernel can "
                               "hold",
                               what, o.bytes));
  }

  void block(BlockId b) {
    for (ValueId v : f_.block(b).insts) {
      const Inst& i = f_.inst(v);
      switch (i.op) {
        case Op::PtrAdd:
        case Op::SpaceCast:
          meet(v, f_.arg(v, 0));
          break;
        case Op::Select:
          if (is_ptr(i.type)) meet(v, f_.arg(v, 1)), meet(v, f_.arg(v, 2));
          break;
        case Op::Load:
        case Op::IntToPtr:
        case Op::Call:
          if (is_ptr(i.type)) sink(v, Base::kAddress);
          break;
        default:
          break;
      }
      for (const Edge& e : f_.succs(i)) {
        auto& params = f_.block(e.to).params;
        auto args = f_.args(e);
        for (size_t n = 0; n < params.size(); ++n)
          if (is_ptr(f_.type(params[n]))) meet(params[n], args[n]);
      }
    }
    if (b == f_.entry())
      for (ValueId p : f_.block(b).params)
        if (is_ptr(f_.type(p))) sink(p, Base::kAddress);
  }
  void meet(ValueId v, ValueId from) { sink(v, out_.base[from.index]); }
  void sink(ValueId v, uint32_t base) {
    uint32_t& now = out_.base[v.index];
    if (base == Base::kUnknown || base == now || now == Base::kMixed) return;
    now = now == Base::kUnknown ? base : Base::kMixed;
    changed_ = true;
  }

  void check_known(ValueId v) {
    if (out_.base[v.index] != Base::kMixed) return;
    Span span = f_.inst(v).span;
    Symbol name = f_.name_of(v);
    diags_
        .error(Code::E0762, span,
               fmt::format("{} can point into different objects of private or workgroup memory, "
                           "or there and into device memory; a Vulkan device needs one object "
                           "for each pointer",
                           name ? std::string(name.str()) : "this pointer"))
        .suggest("keep an index instead of a pointer, or copy the object");
  }

  void inst(ValueId v) {
    const Inst& i = f_.inst(v);
    if (is_ptr(i.type)) check_known(v);
    switch (i.op) {
      case Op::Load:
        access(v, f_.arg(v, 0), i.type, scalar_bytes(i.type), i.aux);
        break;
      case Op::Store: {
        ValueId value = f_.arg(v, 1);
        TypeId type = f_.type(value);
        access(v, f_.arg(v, 0), type, scalar_bytes(type), i.aux);
        if (out_.in_object(value)) no_address(v, "stored in memory");
        break;
      }
      case Op::Copy:
        for (ValueId a : f_.args(i)) access(v, a, kVoid, copy_unit(i), i.aux);
        break;
      case Op::PtrAdd:
        if (out_.in_object(v)) {
          PtrAddImm step = PtrAddImm::unpack(i.imm);
          out_.list[out_.base[v.index]].step_bits |=
              step.scale | static_cast<uint32_t>(step.offset);
        }
        break;
      case Op::PtrToInt:
        if (out_.in_object(f_.arg(v, 0))) no_address(v, "made an integer");
        break;
      default:
        break;
    }
  }

  void no_address(ValueId v, const char* what) {
    diags_.error(
        Code::E0762, f_.inst(v).span,
        fmt::format("a pointer into private or workgroup memory is {}, but such memory has "
                    "no addresses on a Vulkan device",
                    what));
  }

  // `type` is void when any type of that size will do.
  void access(ValueId at, ValueId address, TypeId type, uint32_t bytes, uint16_t align_log2) {
    uint32_t base = out_.base[address.index];
    if (base >= out_.list.size()) return device_access(at, address);
    Object& o = out_.list[base];
    o.unit = std::min({o.unit, bytes, uint32_t{1} << std::min<uint16_t>(align_log2, 3)});
    if (type != kVoid) {
      if (is_ptr(type)) type = kInt64;
      o.mixed |= o.scalar.valid() && o.scalar != type;
      o.scalar = type;
    }
    o.accessed = true;
  }

  // Without an object, what the type says decides.
  void device_access(ValueId at, ValueId address) {
    Space space = space_of(f_.type(address));
    if (space == Space::Global || space == Space::Constant) return;
    if (out_.base[address.index] == Base::kMixed) return;  // reported where it is made
    diags_
        .error(Code::E0762, f_.inst(at).span,
               fmt::format("the address space of the memory at {} is not known here; a Vulkan "
                           "device has no pointers that fit all spaces",
                           f_.name_of(address) ? f_.name_of(address).str() : "this address"))
        .suggest("say it in the type: (ptr (addrspace 1)) for device memory");
  }

  void choose_element(Object& o) {
    if (!o.scalar.valid() || o.mixed || scalar_bytes(o.scalar) != o.unit) {
      constexpr TypeId kIntegers[] = {kInt8, kInt16, kInt32, kInt64};
      o.scalar = kIntegers[std::countr_zero(o.unit)];
    }
    o.in_units = o.step_bits % o.unit == 0;
  }

  const Module& m_;
  const Function& f_;
  const Cfg& cfg_;
  Objects& out_;
  Diags& diags_;
  size_t errors_before_;
  bool changed_ = false;
};

}  // namespace

bool find_objects(const Module& m, const Function& f, const Cfg& cfg, Objects& out, Diags& diags) {
  return Finder(m, f, cfg, out, diags).run();
}

}  // namespace ll::spirv
