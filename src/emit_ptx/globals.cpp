// Module variables. Workgroup memory is .shared, constants with an address space of their own
// .const, everything else .global: a kernel can address nothing else that outlives it.
#include "emit_ptx/globals.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

#include "emit_ptx/names.h"
#include "opt/analysis/uses.h"
#include "opt/kernel_desc.h"

namespace ll::ptx {
namespace {

constexpr uint64_t kConstantBytes = 64 * 1024;  // the bank that .const lives in

std::vector<bool> roots(const Module& m) {
  std::vector<bool> used(m.globals.size());
  for (const auto& f : m.functions) {
    if (!f->is(kKernel)) continue;
    for (BlockId b : f->layout)
      for (ValueId v : f->block(b).insts)
        for_each_operand(*f, v, [&](ValueId a) {
          if (f->inst(a).op == Op::GlobalAddr) used[static_cast<size_t>(f->inst(a).imm)] = true;
        });
  }
  return used;
}

// Globals in an order in which each stands behind those that its initial bytes refer to. The
// walk keeps its own stack: chains of references may be long.
class Order {
 public:
  Order(const Module& m, Diags& diags) : m_(m), diags_(diags), state_(m.globals.size(), kNew) {
    std::vector<bool> used = roots(m);
    for (uint32_t g = 0; g < used.size(); ++g)
      if (used[g]) visit(GlobalId(g));
  }
  bool failed() const { return failed_; }
  const std::vector<GlobalId>& list() const { return list_; }

 private:
  enum State : uint8_t { kNew, kOpen, kDone };
  void visit(GlobalId first) {
    std::vector<std::pair<GlobalId, size_t>> stack;
    auto open = [&](GlobalId g) {
      state_[g.index] = kOpen;
      stack.emplace_back(g, 0);
    };
    if (state_[first.index] == kNew) open(first);
    while (!stack.empty()) {
      auto& [g, next] = stack.back();
      const Global& global = m_.global(g);
      if (next == global.relocs.size()) {
        state_[g.index] = kDone;
        list_.push_back(g);
        stack.pop_back();
        continue;
      }
      GlobalId target = global.relocs[next++].target;
      if (state_[target.index] == kNew) {
        open(target);
      } else if (state_[target.index] == kOpen) {
        failed_ = true;
        diags_.error(Code::E0743, global.span,
                     fmt::format("PTX cannot initialise '{}': the initial values of globals refer "
                                 "to each other in a circle",
                                 global.name.str()));
      }
    }
  }

  const Module& m_;
  Diags& diags_;
  std::vector<State> state_;
  std::vector<GlobalId> list_;
  bool failed_ = false;
};

void append_bytes(const Global& g, std::string& out) {
  out += " = {";
  // Zeros at the end need not be written.
  size_t size = g.init.size();
  while (size > 1 && g.init[size - 1] == 0) --size;
  for (size_t i = 0; i < size; ++i)
    fmt::format_to(std::back_inserter(out), "{}{}{}", i ? "," : "", i && i % 32 == 0 ? "\n\t" : "",
                   g.init[i]);
  out += "}";
}

// Addresses can be written only as whole elements, so such a global is an array of .u64.
bool append_words(const Module& m, const Global& g, const std::vector<std::string>& symbols,
                  Diags& diags, std::string& out) {
  std::vector<std::string> words((m.types.size(g.type) + 7) / 8, "0");
  for (size_t i = 0; i < g.init.size(); i += 8) {
    uint64_t bits = 0;
    std::memcpy(&bits, g.init.data() + i, std::min<size_t>(8, g.init.size() - i));
    words[i / 8] = fmt::format("{}", bits);
  }
  for (const Reloc& r : g.relocs) {
    if (r.offset % 8 != 0) {
      diags.error(Code::E0743, g.span,
                  fmt::format("PTX cannot initialise '{}': the address of '{}' in it is not at a "
                              "multiple of 8 bytes",
                              g.name.str(), m.global(r.target).name.str()));
      return false;
    }
    words[r.offset / 8] = fmt::format("generic({}){}", symbols[r.target.index],
                                      r.addend ? fmt::format("+{}", r.addend) : "");
  }
  out += " = {";
  for (size_t i = 0; i < words.size(); ++i) {
    if (i) out += ",";
    out += words[i];
  }
  out += "}";
  return true;
}

}  // namespace

std::string kernel_symbol(const Function& f) { return mangle(f.name.str()); }

std::vector<std::string> global_symbols(const Module& m) {
  std::vector<std::string> out;
  for (const Global& g : m.globals) {
    std::string name = mangle(g.name.str());
    if (m.find_function(g.name)) name += "$g";  // mangled names have no such ending
    out.push_back(std::move(name));
  }
  return out;
}

bool emit_globals(const Module& m, const std::vector<std::string>& symbols, Diags& diags,
                  std::string& out) {
  Order order(m, diags);
  bool ok = !order.failed();
  uint64_t constant_bytes = 0;
  for (GlobalId id : order.list()) {
    const Global& g = m.global(id);
    bool is_shared = g.space == Space::Shared, is_constant = g.space == Space::Constant;
    uint64_t size = std::max<uint64_t>(m.types.size(g.type), 1);
    uint32_t align = std::max(g.align, m.types.align(g.type));
    if (is_shared) align = std::max(align, kSharedAlign);
    if (is_constant) constant_bytes += size;
    const char* space = is_shared ? ".shared" : is_constant ? ".const" : ".global";
    if (!g.relocs.empty()) {
      fmt::format_to(std::back_inserter(out), "{} .align {} .u64 {}[{}]", space,
                     std::max(align, 8u), symbols[id.index], (size + 7) / 8);
      ok &= append_words(m, g, symbols, diags, out);
    } else {
      fmt::format_to(std::back_inserter(out), "{} .align {} .b8 {}[{}]", space, align,
                     symbols[id.index], size);
      bool is_zero = std::all_of(g.init.begin(), g.init.end(), [](uint8_t b) { return b == 0; });
      if (!is_zero) append_bytes(g, out);
    }
    out += ";\n";
    if (is_constant && constant_bytes > kConstantBytes) {
      diags.error(
          Code::E0743, g.span,
          fmt::format("with '{}' the constants of address space 4 take {} bytes; there are {}",
                      g.name.str(), constant_bytes, kConstantBytes));
      return false;
    }
  }
  return ok;
}

}  // namespace ll::ptx
