#include "lang/module/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "lang/module/reach.h"

namespace ll::lang {
namespace {

std::string_view describe(Op op) {
  switch (op) {
    case Op::LocalId:
      return "the index of a work-item";
    case Op::GroupId:
      return "the index of a workgroup";
    case Op::GroupSize:
      return "the size of a workgroup";
    case Op::GroupCount:
      return "the size of the grid";
    case Op::Barrier:
      return "a barrier";
    default:
      return info(op).text;
  }
}

class PlaceChecker {
 public:
  PlaceChecker(const Module& m, Diags& diags)
      : m_(m),
        diags_(diags),
        calls_(m),
        host_(calls_, m.functions.size()),
        device_(calls_, m.functions.size()) {
    for (uint32_t i = 0; i < m.functions.size(); ++i)
      if (m.functions[i]->is(kKernel)) device_.add_root(FuncId(i));
    FuncId main = m.find_function(Symbol("main"));
    if (main.valid() && m.function(main).has_body()) {
      host_.add_root(main);
      return;
    }
    // A library: what is neither device code nor made for kernels is there for the host.
    for (uint32_t i = 0; i < m.functions.size(); ++i) {
      const Function& f = *m.functions[i];
      if (f.has_body() && !f.is(kDevice) && !device_.contains(FuncId(i))) host_.add_root(FuncId(i));
    }
  }

  bool run() {
    for (uint32_t i = 0; i < m_.functions.size(); ++i) {
      FuncId id(i);
      if (!m_.function(id).has_body()) continue;
      if (host_.contains(id)) check_host(id);
      if (device_.contains(id)) check_device(id);
    }
    return ok_;
  }

 private:
  // One function is one mistake of each sort: its first place is reported.
  void check_host(FuncId id) {
    const Function& f = m_.function(id);
    bool device_op = false, device_memory = false;
    for (BlockId b : f.layout)
      for (ValueId v : f.block(b).insts) {
        const Inst& i = f.inst(v);
        if (is_device_only(i.op) && !device_op) {
          device_op = true;
          report(host_, id, "host code",
                 diags_.error(Code::E0604, i.span,
                              fmt::format("{} exists only in kernels", describe(i.op))));
        }
        if (!device_memory && touches(f, i, Space::Global)) {
          device_memory = true;
          report(host_, id, "host code",
                 diags_.error(Code::E0606, i.span, "host code cannot read or write device memory")
                     .suggest("copy it with copy-from-device or copy-to-device"));
        }
        if (!device_op && touches(f, i, Space::Shared)) {
          device_op = true;
          report(host_, id, "host code",
                 diags_.error(Code::E0604, i.span,
                              "workgroup memory (addrspace 3) exists only in kernels"));
        }
      }
  }

  static bool touches(const Function& f, const Inst& i, Space space) {
    auto args = f.args(i);
    auto is_there = [&](ValueId p) { return f.type(p) == ptr_type(space); };
    if (i.op == Op::Load || i.op == Op::Store) return is_there(args[0]);
    return i.op == Op::Copy && (is_there(args[0]) || is_there(args[1]));
  }

  void check_device(FuncId id) {
    for (uint32_t s : calls_.calls(id)) {
      const CallSite& site = calls_.site(s);
      const Function& callee = m_.function(site.callee);
      if (callee.has_body()) continue;
      std::string_view name = callee.link_name.str();
      std::string what =
          name.starts_with("ll_") ? "a device form is host code: a kernel cannot use it"
          : name == "memcpy"
              ? "copying a length known only at run time is not supported in kernels yet"
              : fmt::format("'{}' is a C function: a kernel cannot call it", name);
      Diag& d = diags_.error(Code::E0605, site.span, std::move(what));
      if (callee.span.valid()) d.note(callee.span, "declared here");
      report(device_, id, "kernel code", d);
    }
  }

  // How control gets to the function that holds the mistake.
  void report(const Reach& reach, FuncId in, std::string_view part, Diag& d) {
    ok_ = false;
    for (uint32_t s : reach.chain(in)) {
      const CallSite& site = calls_.site(s);
      d.note(site.span,
             fmt::format("'{}' is called here, by '{}'", m_.function(site.callee).name.str(),
                         m_.function(site.caller).name.str()));
      in = site.caller;
    }
    const Function& root = m_.function(in);
    d.note(root.span, root.is(kKernel) ? fmt::format("'{}' is a kernel", root.name.str())
                                       : fmt::format("'{}' is {}", root.name.str(), part));
  }

  const Module& m_;
  Diags& diags_;
  CallGraph calls_;
  Reach host_, device_;
  bool ok_ = true;
};

// A global in another address space becomes plain storage, and every use of its address a cast of
// the plain address into that space.
void move_to_host(Function& f) {
  std::vector<ValueId> addresses;
  for (uint32_t v = 0; v < f.insts.size(); ++v)
    if (f.insts[v].op == Op::GlobalAddr && f.insts[v].type != kPtr) addresses.push_back(ValueId(v));
  if (addresses.empty()) return;
  std::vector<ValueId> cast_of(f.insts.size());
  std::vector<ValueId> casts;
  for (ValueId v : addresses) {
    Inst cast{.op = Op::SpaceCast, .type = f.type(v), .span = {}};
    ValueId plain = f.leaf(Op::GlobalAddr, kPtr, f.inst(v).imm);
    cast_of[v.index] = f.add_inst(cast, std::span<const ValueId>(&plain, 1));
    casts.push_back(cast_of[v.index]);
  }
  for (ValueId& operand : f.pool)
    if (operand.index < cast_of.size() && cast_of[operand.index].valid())
      operand = cast_of[operand.index];
  auto& entry = f.block(f.entry()).insts;
  entry.insert(entry.begin(), casts.begin(), casts.end());
}

void use_one_memory(Module& m) {
  bool any = false;
  for (Global& g : m.globals) {
    any = any || g.space != Space::Generic;
    g.space = Space::Generic;
  }
  if (!any) return;
  for (auto& f : m.functions)
    if (f->has_body()) move_to_host(*f);
}

}  // namespace

bool check_places(Module& m, bool uses_device_forms, Diags& diags) {
  bool has_device_code =
      uses_device_forms || std::any_of(m.functions.begin(), m.functions.end(),
                                       [](auto& f) { return f->is(kKernel) || f->is(kDevice); });
  if (has_device_code) return PlaceChecker(m, diags).run();
  use_one_memory(m);
  return true;
}

}  // namespace ll::lang
