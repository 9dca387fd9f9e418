// Finds the address space of pointers in kernels, so that accesses are made in the right memory
// and targets without generic pointers can make them at all.
//
// Buffers that the host passes are global memory, slots and allocs private, globals where they
// are declared (those without a space become global memory). That flows through address
// arithmetic, selects, block parameters and casts; where different spaces meet, the pointer stays
// generic. A null pointer goes with global memory only: elsewhere address 0 may be an object. A
// pointer out of memory or made from an integer is global as well, unless the kernel itself lets
// other addresses out that way. Afterwards pointers have their spaces as types, and casts stand
// only where a generic form is still needed.
//
// Needs kernels without calls (inline_all) and pointers in values (ssa). Keeps nothing. Linear:
// a pointer's space changes at most twice.
#include "opt/edit.h"
#include "opt/passes.h"

namespace ll::opt {
namespace {

// What is known of a pointer. Later ones are lower in the lattice, but for the spaces, which are
// beside each other.
enum class Known : uint8_t { Nothing, Null, Global, Shared, Constant, Private, Mixed };

Known known_of(Space s) {
  switch (s) {
    case Space::Generic:
      return Known::Mixed;
    case Space::Global:
      return Known::Global;
    case Space::Shared:
      return Known::Shared;
    case Space::Constant:
      return Known::Constant;
    case Space::Private:
      return Known::Private;
  }
  return Known::Mixed;
}

// The type that the knowledge gives to a pointer declared generic.
TypeId type_of(Known k) {
  switch (k) {
    case Known::Nothing:
    case Known::Null:
    case Known::Global:
      return ptr_type(Space::Global);
    case Known::Shared:
      return ptr_type(Space::Shared);
    case Known::Constant:
      return ptr_type(Space::Constant);
    case Known::Private:
      return ptr_type(Space::Private);
    case Known::Mixed:
      return kPtr;
  }
  return kPtr;
}

Known meet(Known a, Known b) {
  if (a == b || b == Known::Nothing) return a;
  if (a == Known::Nothing) return b;
  bool null_and_global =
      (a == Known::Null && b == Known::Global) || (b == Known::Null && a == Known::Global);
  return null_and_global ? Known::Global : Known::Mixed;
}

class Inference {
 public:
  Inference(Function& f, Analyses& a)
      : f_(f), cfg_(a.cfg(f)), uses_(a.uses(f)), known_(f.insts.size()) {}

  void solve() {
    flow(true);
    if (lets_addresses_out()) flow(false);
  }
  Known of(ValueId v) const { return known_[v.index]; }

 private:
  void flow(bool memory_is_global) {
    memory_ = memory_is_global ? Known::Global : Known::Mixed;
    std::fill(known_.begin(), known_.end(), Known::Nothing);
    for (uint32_t v = 0; v < known_.size(); ++v) known_[v] = source(ValueId(v));
    for (ValueId p : f_.block(f_.entry()).params)
      if (f_.type(p) == kPtr) known_[p.index] = Known::Global;
    std::vector<ValueId> work;
    for (uint32_t v = 0; v < known_.size(); ++v)
      if (known_[v] != Known::Nothing) work.push_back(ValueId(v));
    while (!work.empty()) {
      ValueId v = work.back();
      work.pop_back();
      for (const Use& use : uses_.of(v)) {
        ValueId to = target(v, use);
        if (!to.valid() || f_.type(to) != kPtr) continue;
        Known lower = meet(of(to), of(v));
        if (lower == of(to)) continue;
        known_[to.index] = lower;
        work.push_back(to);
      }
    }
  }

  // What is known of a value by itself.
  Known source(ValueId v) const {
    const Inst& i = f_.inst(v);
    if (!is_ptr(i.type)) return Known::Nothing;
    if (i.type != kPtr) return known_of(space_of(i.type));
    switch (i.op) {
      case Op::Slot:
      case Op::Alloc:
        return Known::Private;
      case Op::Const:
        return i.imm == 0 ? Known::Null : memory_;
      case Op::Load:
      case Op::IntToPtr:
        return memory_;
      case Op::GlobalAddr:
      case Op::Call:
        return Known::Mixed;
      default:
        return Known::Nothing;
    }
  }

  // The value that takes its space from v by this use.
  ValueId target(ValueId v, const Use& use) const {
    const Inst& i = f_.inst(use.user);
    switch (i.op) {
      case Op::PtrAdd:
        return f_.args(i)[0] == v ? use.user : ValueId();
      case Op::Select:
      case Op::SpaceCast:
        return use.user;
      case Op::Jmp:
      case Op::Br:
        for (const Edge& e : f_.succs(i))
          if (use.slot - e.args_begin < e.args_count)
            return f_.block(e.to).params[use.slot - e.args_begin];
        return {};
      default:
        return {};
    }
  }

  // Whether an address of other than global memory gets where the flow does not see it.
  bool lets_addresses_out() const {
    auto is_other = [&](ValueId v) {
      return is_ptr(f_.type(v)) && of(v) != Known::Nothing && of(v) != Known::Null &&
             of(v) != Known::Global;
    };
    for (BlockId b : cfg_.rpo())
      for (ValueId v : f_.block(b).insts) {
        const Inst& i = f_.inst(v);
        if (i.op == Op::Store && is_other(f_.args(i)[1])) return true;
        if (i.op == Op::PtrToInt && is_other(f_.args(i)[0])) return true;
      }
    return false;
  }

  Function& f_;
  const Cfg& cfg_;
  const Uses& uses_;
  std::vector<Known> known_;      // by value
  Known memory_ = Known::Global;  // of pointers out of memory
};

// Gives values their new types and makes the operands fit again.
class Rewriter {
 public:
  Rewriter(Function& f, const Inference& inference)
      : f_(f), inference_(inference), retyped_(f.insts.size()) {}

  bool run() {
    retype();
    for (BlockId b : f_.layout) {
      std::vector<ValueId> old = std::move(f_.block(b).insts);
      f_.block(b).insts.clear();
      block_ = b;
      for (ValueId v : old) {
        fit(v);
        f_.block(b).insts.push_back(v);
      }
    }
    if (casts_.any()) {
      casts_.apply(f_);
      erase_insts(f_, [&](ValueId v) { return casts_.is_replaced(v); });
    }
    return changed_ || casts_.any();
  }

 private:
  void retype() {
    auto change = [&](ValueId v) {
      Inst& i = f_.inst(v);
      if (i.type != kPtr) return;
      i.type = type_of(inference_.of(v));
      changed_ |= retyped_[v.index] = i.type != kPtr;
    };
    for (BlockId b : f_.layout) {
      for (ValueId p : f_.block(b).params) change(p);
      for (ValueId v : f_.block(b).insts) change(v);
    }
    const auto& params = f_.block(f_.entry()).params;
    for (size_t n = 0; n < params.size(); ++n) f_.params[n] = f_.type(params[n]);
  }

  ValueId as(ValueId v, TypeId wanted, Span span) {
    const Inst& i = f_.inst(v);
    if (i.type == wanted) return v;
    if (i.op == Op::Undef || i.op == Op::Const) return f_.leaf(i.op, wanted, i.imm);
    ValueId cast = f_.add_inst({.op = Op::SpaceCast, .type = wanted, .span = span}, {&v, 1});
    f_.block(block_).insts.push_back(cast);
    return cast;
  }

  void fit_operand(ValueId user, uint32_t n, TypeId wanted) {
    ValueId v = as(f_.arg(user, n), wanted, f_.inst(user).span);
    f_.args(f_.inst(user))[n] = v;
  }
  // Where the bits of the address count: they are those of the generic form.
  void fit_bits(ValueId user, uint32_t n) {
    ValueId v = f_.arg(user, n);
    if (retyped_[v.index] && f_.type(v) != ptr_type(Space::Global)) fit_operand(user, n, kPtr);
  }

  void fit(ValueId user) {
    const Inst i = f_.inst(user);
    switch (i.op) {
      case Op::PtrAdd:
        fit_operand(user, 0, i.type);
        break;
      case Op::Select:
        if (!is_ptr(i.type)) break;
        fit_operand(user, 1, i.type);
        fit_operand(user, 2, i.type);
        break;
      case Op::Store:
        fit_bits(user, 1);
        break;
      case Op::PtrToInt:
        fit_bits(user, 0);
        break;
      case Op::SpaceCast:
        if (f_.type(f_.arg(user, 0)) == i.type) casts_.replace(user, f_.arg(user, 0));
        break;
      case Op::Jmp:
      case Op::Br:
        for (size_t s = 0; s < f_.succs(f_.inst(user)).size(); ++s) {
          const Edge e = f_.succs(f_.inst(user))[s];
          for (uint32_t n = 0; n < e.args_count; ++n) {
            TypeId wanted = f_.type(f_.block(e.to).params[n]);
            if (!is_ptr(wanted)) continue;
            ValueId v = as(f_.pool[e.args_begin + n], wanted, i.span);
            f_.pool[e.args_begin + n] = v;
          }
        }
        break;
      default:
        if (info(i.op).rule == TypeRule::IntCompare && is_ptr(f_.type(f_.arg(user, 0))))
          fit_compare(user);
    }
  }

  // Both in one space. Null is compared as a generic or global address only.
  void fit_compare(ValueId user) {
    ValueId a = f_.arg(user, 0), b = f_.arg(user, 1);
    bool has_null = f_.is_const(a) || f_.is_const(b);
    TypeId type = f_.is_const(a) ? f_.type(b) : f_.type(a);
    bool is_same = f_.type(a) == f_.type(b) && f_.type(a) != kPtr;
    if (is_same) return;
    bool null_and_global = has_null && type == ptr_type(Space::Global);
    TypeId wanted = null_and_global ? type : kPtr;
    fit_operand(user, 0, wanted);
    fit_operand(user, 1, wanted);
  }

  Function& f_;
  const Inference& inference_;
  std::vector<bool> retyped_;  // were generic
  BlockId block_;
  Replacements casts_;  // that no longer change the type
  bool changed_ = false;
};

// Globals without a space are global memory to a device.
bool place_globals(Module& m) {
  std::vector<bool> moved(m.globals.size());
  bool any = false;
  for (size_t n = 0; n < m.globals.size(); ++n) {
    Global& g = m.globals[n];
    if (g.space != Space::Generic) continue;
    g.space = Space::Global;
    any = moved[n] = true;
  }
  if (!any) return false;
  for (const auto& f : m.functions) {
    if (!f->has_body()) continue;
    // Uses keep their type through a cast, which the inference then sees through.
    std::vector<std::pair<ValueId, ValueId>> casts;
    const size_t count = f->insts.size();
    for (uint32_t v = 0; v < count; ++v) {
      const Inst i = f->insts[v];
      if (i.op != Op::GlobalAddr || !moved[static_cast<size_t>(i.imm)]) continue;
      ValueId address = f->leaf(Op::GlobalAddr, ptr_type(Space::Global), i.imm);
      ValueId cast = f->add_inst({.op = Op::SpaceCast, .type = kPtr, .span = {}}, {&address, 1});
      casts.emplace_back(ValueId(v), cast);
    }
    Replacements to;
    for (auto [old, cast] : casts) to.replace(old, cast);
    if (to.any()) to.apply(*f);
    auto& entry = f->block(f->entry()).insts;
    std::vector<ValueId> first;
    for (auto [old, cast] : casts) first.push_back(cast);
    entry.insert(entry.begin(), first.begin(), first.end());
  }
  return true;
}

}  // namespace

bool spaces(Module& m, Analyses& a) {
  bool changed = place_globals(m);
  a.invalidate_all();
  for (const auto& f : m.functions) {
    if (!f->is(kKernel) || !f->has_body()) continue;
    Inference inference(*f, a);
    inference.solve();
    changed |= Rewriter(*f, inference).run();
    a.invalidate(*f);
  }
  return changed;
}

}  // namespace ll::opt
