// What must hold of every module; each pass may rely on it and must leave it so.
//
// Globals
//   The type is complete; the alignment is a power of two, at least the type's, at most 4096.
//   The space is generic, global, shared or constant. Initial bytes are absent or exactly as many
//   as the type has. Addresses in them lie inside, do not overlap, and point at globals that are
//   not shared. A shared global has no initial value.
// Functions
//   A function is external or has a body, never both. Parameters are of complete types and not
//   void; the result is void or of a complete type. Kernels return void and take scalars.
//   Workgroup functions (cpu-kernel) have the signature of CpuKernelEntry and alone have
//   shared_bytes and context_bytes. No two bodies have the same link name.
// Tables
//   Ids, operand slices and edges lie inside their tables. The layout lists a block at most once,
//   blocks list an instruction at most once and never a leaf; parameter n of a block is a `param`
//   with immediate n. Value types are void or scalar.
// Blocks and edges
//   A block ends with a terminator and has none before. An edge leads to a block of the layout
//   and carries one argument of the right type per parameter. The entry has no predecessors; its
//   parameters are the function's (a generic pointer for an aggregate).
// Instructions
//   Operands and results obey the type rule and format of ops.def (verify_types.cpp). Constants
//   are in canonical form; addresses of globals have the global's space. Slots are in the entry.
//   Device-only operations are in kernels and device functions. Alignments are at most 4096.
//   Calls agree with the callee's signature; kernels are not called.
// Dominance
//   An operand is a leaf, or defined in the layout at a place that dominates the use; for the
//   argument of an edge the use is at the end of the block it leaves. (Anything dominates a
//   place that control cannot reach.)
//
// Cost: near-linear (verify_dom.cpp).
#include "ir/verify.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include <fmt/format.h>

#include "ir/text.h"
#include "ir/verify_dom.h"
#include "ir/verify_types.h"

namespace ll {
namespace {

class FunctionVerifier {
 public:
  FunctionVerifier(const Module& m, const Function& f, Diags& d) : m_(m), f_(f), diags_(d) {}

  bool run() {
    signature();
    // Later checks look where earlier ones have found firm ground.
    if (broken_ || !f_.has_body()) return !broken_;
    layout();
    if (!broken_) blocks();
    if (!broken_) operands();
    if (broken_) return false;
    entry();
    instructions();
    edges();
    if (!broken_) dominance();
    return !broken_;
  }

 private:
  void signature();
  void layout();
  void blocks();
  void block_params(BlockId b);
  bool place(ValueId v, BlockId b, uint32_t position);
  void operands();
  bool operand(ValueId v);
  void entry();
  void instructions();
  void edges();
  void edge(ValueId terminator, const Edge& e);
  void dominance();

  void broken(Span at, std::string what) {
    broken_ = true;
    diags_.error(Code::E0201, at, fmt::format("in function '{}': {}", f_.name.str(), what));
  }
  void broken(ValueId v, std::string_view what) {
    broken_ = true;
    diags_.error(
        Code::E0201, f_.inst(v).span,
        fmt::format("in function '{}': {}: {}", f_.name.str(), what, print_inst(m_, f_, v)));
  }
  bool in_pool(uint32_t begin, uint32_t count) const {
    return begin <= f_.pool.size() && count <= f_.pool.size() - begin;
  }
  std::string value(ValueId v) const {
    Symbol name = f_.name_of(v);
    return name.empty() ? fmt::format("v{}", v.index) : std::string(name.str());
  }
  std::string label(BlockId b) const {
    Symbol name = f_.block(b).name;
    return name.empty() ? fmt::format("b{}", b.index) : std::string(name.str());
  }

  const Module& m_;
  const Function& f_;
  Diags& diags_;
  bool broken_ = false;
  std::vector<bool> in_layout_;  // by block
  std::vector<Place> places_;    // by value
};

void FunctionVerifier::signature() {
  if (f_.is(kExternal) == f_.has_body())
    broken(f_.span, f_.has_body() ? "an external function has a body" : "it has no body");
  auto is_object = [&](TypeId t) {
    return m_.types.contains(t) && t != kVoid && m_.types.is_complete(t);
  };
  for (TypeId t : f_.params) {
    if (!is_object(t)) broken(f_.span, "a parameter has no complete type");
    if (f_.is(kKernel) && is_aggregate(t)) broken(f_.span, "a kernel takes scalars");
  }
  if (f_.ret != kVoid && !is_object(f_.ret)) broken(f_.span, "the result has no complete type");
  if (f_.is(kKernel) && f_.ret != kVoid) broken(f_.span, "a kernel returns void");
  if (f_.is(kKernel) && f_.is(kExternal)) broken(f_.span, "a kernel has a body");
  if (f_.is(kKernel) && f_.is(kCpuKernel)) broken(f_.span, "a workgroup function is not a kernel");
  if (f_.is(kCpuKernel)) {
    if (f_.ret != kInt32 || f_.params != std::vector<TypeId>(4, kPtr))
      broken(f_.span, "a workgroup function has the signature int (ptr ptr ptr ptr)");
  } else if (f_.shared_bytes != 0 || f_.context_bytes != 0) {
    broken(f_.span, "only workgroup functions have shared or context bytes");
  }
}

void FunctionVerifier::layout() {
  in_layout_.assign(f_.blocks.size(), false);
  for (BlockId b : f_.layout) {
    if (b.index >= f_.blocks.size()) {
      broken(f_.span, fmt::format("the layout names block {} of {}", b.index, f_.blocks.size()));
    } else if (in_layout_[b.index]) {
      broken(f_.span, fmt::format("the layout lists block '{}' twice", label(b)));
    } else {
      in_layout_[b.index] = true;
    }
  }
}

// Whether v is fit to be looked at; complains when not.
bool FunctionVerifier::place(ValueId v, BlockId b, uint32_t position) {
  if (v.index >= f_.insts.size()) {
    broken(f_.span,
           fmt::format("block '{}' lists value {} of {}", label(b), v.index, f_.insts.size()));
    return false;
  }
  const Inst& i = f_.inst(v);
  std::string_view wrong;
  if (static_cast<unsigned>(i.op) >= kOpCount) wrong = "there is no such operation";
  else if (is_leaf(i.op)) wrong = "a leaf lives in no block";
  else if (!m_.types.contains(i.type) || is_aggregate(i.type)) wrong = "a value is a scalar";
  else if (places_[v.index].block.valid()) wrong = "it is listed twice";
  if (!wrong.empty()) broken(v, wrong);
  else places_[v.index] = {b, position};
  return wrong.empty();
}

void FunctionVerifier::block_params(BlockId b) {
  const Block& block = f_.block(b);
  for (uint32_t n = 0; n < block.params.size(); ++n) {
    ValueId v = block.params[n];
    if (!place(v, b, 0)) continue;
    if (f_.inst(v).op != Op::Param || f_.inst(v).imm != n)
      broken(v, fmt::format("it is not parameter {} of block '{}'", n, label(b)));
  }
}

void FunctionVerifier::blocks() {
  places_.assign(f_.insts.size(), {});
  for (BlockId b : f_.layout) {
    const Block& block = f_.block(b);
    block_params(b);
    if (block.insts.empty()) broken(f_.span, fmt::format("block '{}' has no terminator", label(b)));
    for (uint32_t n = 0; n < block.insts.size(); ++n) {
      ValueId v = block.insts[n];
      if (!place(v, b, n + 1)) continue;
      bool last = n + 1 == block.insts.size();
      if (f_.inst(v).op == Op::Param) broken(v, "a parameter stands among instructions");
      if (is_terminator(f_.inst(v).op) != last)
        broken(v, last ? fmt::format("block '{}' ends without a terminator", label(b))
                       : fmt::format("a terminator stands inside block '{}'", label(b)));
    }
  }
}

bool FunctionVerifier::operand(ValueId v) {
  if (v.index >= f_.insts.size()) return false;
  const Inst& i = f_.inst(v);
  if (places_[v.index].block.valid()) return i.type != kVoid;
  if (static_cast<unsigned>(i.op) >= kOpCount || !is_leaf(i.op)) return false;
  return m_.types.contains(i.type) && broken_rule(m_, f_, i).empty();
}

// Slices lie inside the tables and name values that exist and have a place or are good leaves.
void FunctionVerifier::operands() {
  for (BlockId b : f_.layout) {
    for (ValueId v : f_.block(b).insts) {
      const Inst& i = f_.inst(v);
      if (!in_pool(i.args_begin, i.args_count)) {
        broken(v, "its operands lie outside the pool");
        continue;
      }
      auto values = f_.args(i);
      for (size_t n = 0; n < values.size(); ++n)
        if (!operand(values[n]))
          broken(v, fmt::format("operand {} is not a value of this function", n + 1));
      size_t edge_count = i.op == Op::Jmp ? 1 : i.op == Op::Br ? 2 : 0;
      if (edge_count == 0) continue;
      if (i.imm < 0 || static_cast<uint64_t>(i.imm) + edge_count > f_.edges.size()) {
        broken(v, "its edges lie outside the table");
        continue;
      }
      for (const Edge& e : f_.succs(i)) {
        if (e.to.index >= f_.blocks.size() || !in_layout_[e.to.index]) {
          broken(v, "it leads to a block that is not in the layout");
        } else if (!in_pool(e.args_begin, e.args_count)) {
          broken(v, "the arguments of an edge lie outside the pool");
        } else if (auto list = f_.args(e);
                   !std::all_of(list.begin(), list.end(), [&](ValueId a) { return operand(a); })) {
          broken(v, "an argument of an edge is not a value of this function");
        }
      }
    }
  }
}

void FunctionVerifier::entry() {
  const Block& block = f_.block(f_.entry());
  if (block.params.size() != f_.params.size())
    return broken(f_.span, fmt::format("it has {} parameters but its entry block {}",
                                       f_.params.size(), block.params.size()));
  for (size_t n = 0; n < f_.params.size(); ++n) {
    TypeId wanted = is_aggregate(f_.params[n]) ? kPtr : f_.params[n];
    if (f_.type(block.params[n]) != wanted)
      broken(block.params[n],
             fmt::format("parameter {} is of type {} where {} is expected", n + 1,
                         m_.types.str(f_.type(block.params[n])), m_.types.str(wanted)));
  }
}

void FunctionVerifier::instructions() {
  bool is_device = f_.is(kKernel) || f_.is(kDevice);
  for (BlockId b : f_.layout) {
    for (ValueId v : f_.block(b).insts) {
      const Inst& i = f_.inst(v);
      std::string wrong = broken_rule(m_, f_, i);
      if (wrong.empty() && i.op == Op::Slot && b != f_.entry())
        wrong = "a slot belongs into the entry block";
      if (wrong.empty() && is_device_only(i.op) && !is_device)
        wrong = fmt::format("'{}' is for kernels and device functions", info(i.op).text);
      if (!wrong.empty()) broken(v, wrong);
    }
    for (ValueId v : f_.block(b).params)
      if (std::string wrong = broken_rule(m_, f_, f_.inst(v)); !wrong.empty()) broken(v, wrong);
  }
}

void FunctionVerifier::edge(ValueId terminator, const Edge& e) {
  auto& params = f_.block(e.to).params;
  auto args = f_.args(e);
  if (e.to == f_.entry()) return broken(terminator, "the entry block has a predecessor");
  if (args.size() != params.size())
    return broken(terminator, fmt::format("label '{}' takes {} arguments, not {}", label(e.to),
                                          params.size(), args.size()));
  for (size_t n = 0; n < args.size(); ++n)
    if (f_.type(args[n]) != f_.type(params[n]))
      broken(terminator, fmt::format("argument {} of label '{}' is of type {} where {} is expected",
                                     n + 1, label(e.to), m_.types.str(f_.type(args[n])),
                                     m_.types.str(f_.type(params[n]))));
}

void FunctionVerifier::edges() {
  for (BlockId b : f_.layout)
    for (const Edge& e : f_.succs(b)) edge(f_.terminator(b), e);
}

void FunctionVerifier::dominance() {
  Dominance dominance(f_);
  for (BlockId b : f_.layout) {
    if (!dominance.is_reachable(b)) continue;
    auto check = [&](ValueId user, Place use, std::span<const ValueId> values) {
      for (ValueId v : values) {
        Place definition = places_[v.index];
        if (!definition.block.valid() || dominance.dominates(definition, use)) continue;
        broken(user, fmt::format("the definition of '{}' does not dominate this use", value(v)));
      }
    };
    for (ValueId v : f_.block(b).insts) {
      check(v, places_[v.index], f_.args(v));
      for (const Edge& e : f_.succs(f_.inst(v))) check(v, places_[v.index], f_.args(e));
    }
  }
}

// Modules

class ModuleVerifier {
 public:
  ModuleVerifier(const Module& m, Diags& d) : m_(m), diags_(d) {}
  void run() {
    for (const Global& g : m_.globals) global(g);
    link_names();
  }

 private:
  void global(const Global& g);
  void relocs(const Global& g);
  void link_names();
  void broken(const Global& g, std::string_view what) {
    diags_.error(Code::E0201, g.span, fmt::format("global '{}': {}", g.name.str(), what));
  }
  const Module& m_;
  Diags& diags_;
};

void ModuleVerifier::global(const Global& g) {
  if (!m_.types.contains(g.type) || g.type == kVoid || !m_.types.is_complete(g.type))
    return broken(g, "the type is not complete");
  if (!std::has_single_bit(g.align) || g.align > 1u << kMaxAlignLog2)
    broken(g, "the alignment is not a power of two up to 4096");
  if (g.align < m_.types.align(g.type)) broken(g, "the alignment is below that of the type");
  if (g.space != Space::Generic && g.space != Space::Global && g.space != Space::Shared &&
      g.space != Space::Constant)
    broken(g, "globals live in address space 0, 1, 3 or 4");
  if (!g.init.empty() && g.init.size() != m_.types.size(g.type))
    broken(g, fmt::format("there are {} initial bytes for a type of {}", g.init.size(),
                          m_.types.size(g.type)));
  if (g.space == Space::Shared && (!g.init.empty() || !g.relocs.empty()))
    broken(g, "shared memory has no initial value");
  relocs(g);
}

void ModuleVerifier::relocs(const Global& g) {
  constexpr uint64_t kBytes = 8;
  uint64_t size = m_.types.size(g.type);
  std::vector<uint64_t> offsets;
  for (const Reloc& r : g.relocs) {
    offsets.push_back(r.offset);
    if (size < kBytes || r.offset > size - kBytes) broken(g, "an address lies outside its bytes");
    if (r.target.index >= m_.globals.size()) {
      broken(g, "an address is that of no global");
    } else if (m_.global(r.target).space == Space::Shared) {
      broken(g, "shared memory has no address outside kernels");
    }
  }
  std::sort(offsets.begin(), offsets.end());
  for (size_t n = 1; n < offsets.size(); ++n)
    if (offsets[n] - offsets[n - 1] < kBytes) broken(g, "two addresses overlap");
}

void ModuleVerifier::link_names() {
  std::unordered_map<Symbol, const Function*> bodies;
  for (auto& f : m_.functions) {
    if (!f->has_body()) continue;
    auto [at, fresh] = bodies.try_emplace(f->link_name, f.get());
    if (!fresh)
      diags_.error(Code::E0201, f->span,
                   fmt::format("functions '{}' and '{}' are both linked as '{}'",
                               at->second->name.str(), f->name.str(), f->link_name.str()));
  }
}

}  // namespace

bool verify_function(const Module& m, const Function& f, Diags& diags) {
  return FunctionVerifier(m, f, diags).run();
}

std::optional<Verified> verify(const Module& m, Diags& diags) {
  size_t errors_before = diags.error_count();
  ModuleVerifier(m, diags).run();
  for (auto& f : m.functions) verify_function(m, *f, diags);
  if (diags.error_count() != errors_before) return std::nullopt;
  return Verified(m);
}

}  // namespace ll
