#include "ir/ir.h"

#include <bit>
#include <utility>

#include "support/check.h"

namespace ll {

namespace {
using namespace op_property;
}

const OpInfo kOps[kOpCount] = {
#define OP(name, text, format, rule, properties, meaning) \
  {#name, text, Format::format, TypeRule::rule, properties, meaning},
#include "ir/ops.def"
#undef OP
};

int operand_count(Format format) {
  switch (format) {
    case Format::Param:
    case Format::Leaf:
    case Format::Nullary:
    case Format::Dim:
    case Format::Slot:
    case Format::Jmp:
    case Format::Trap:
      return 0;
    case Format::Unary:
    case Format::Convert:
    case Format::Alloc:
    case Format::Load:
    case Format::Br:
      return 1;
    case Format::Binary:
    case Format::Store:
    case Format::Copy:
      return 2;
    case Format::Ternary:
      return 3;
    case Format::PtrAdd:
    case Format::Call:
    case Format::Ret:
      return -1;
  }
  LL_UNREACHABLE("format");
}

bool is_statement(TypeRule rule) {
  switch (rule) {
    case TypeRule::Store:
    case TypeRule::Copy:
    case TypeRule::Jmp:
    case TypeRule::Br:
    case TypeRule::Ret:
    case TypeRule::Trap:
    case TypeRule::Nullary:
      return true;
    default:
      return false;
  }
}

std::string_view trap_text(TrapKind kind) {
  switch (kind) {
    case TrapKind::DivideByZero:
      return "div-by-zero";
    case TrapKind::DivideOverflow:
      return "div-overflow";
    case TrapKind::DivergentBarrier:
      return "divergent-barrier";
    case TrapKind::Unreachable:
      return "unreachable";
  }
  LL_UNREACHABLE("trap kind");
}

std::string_view trap_message(TrapKind kind) {
  switch (kind) {
    case TrapKind::DivideByZero:
      return "division by zero";
    case TrapKind::DivideOverflow:
      return "division overflows (smallest integer by -1)";
    case TrapKind::DivergentBarrier:
      return "work-items of one workgroup wait at different barriers";
    case TrapKind::Unreachable:
      return "unreachable code was reached";
  }
  LL_UNREACHABLE("trap kind");
}

int64_t normalize_bits(TypeId type, int64_t bits) {
  if (type == kBool) return bits & 1;
  if (type == kFloat) return static_cast<uint32_t>(bits);
  unsigned unused = 64 - bit_width(type);
  return unused == 64 || unused == 0 ? bits
                                     : static_cast<int64_t>(uint64_t(bits) << unused) >> unused;
}

bool is_removable(const Function& f, const Inst& i) {
  if (i.op == Op::Load || i.op == Op::Slot || i.op == Op::Alloc || i.op == Op::Param) return true;
  if (!is_pure(i.op)) return false;
  if (!may_stop(i.op) || f.is(kDevice)) return true;
  const Inst& divisor = f.inst(f.args(i)[1]);
  bool is_signed = i.op == Op::Div || i.op == Op::Rem;
  return divisor.op == Op::Const && divisor.imm != 0 &&
         !(is_signed && divisor.imm == normalize_bits(i.type, -1));
}

std::span<const Edge> Function::succs(const Inst& i) const {
  if (i.op == Op::Jmp) return {edges.data() + i.imm, 1};
  if (i.op == Op::Br) return {edges.data() + i.imm, 2};
  return {};
}

std::span<Edge> Function::succs(const Inst& i) {
  auto s = std::as_const(*this).succs(i);
  return {const_cast<Edge*>(s.data()), s.size()};
}

BlockId Function::add_block(Symbol block_name) {
  BlockId id(static_cast<uint32_t>(blocks.size()));
  blocks.push_back({block_name, {}, {}});
  layout.push_back(id);
  return id;
}

ValueId Function::add_param(BlockId b, TypeId type, Span at) {
  auto& list = block(b).params;
  Inst i{.op = Op::Param, .type = type, .imm = static_cast<int64_t>(list.size()), .span = at};
  ValueId id = add_inst(i, {});
  list.push_back(id);
  return id;
}

ValueId Function::add_inst(Inst i, std::span<const ValueId> operands) {
  i.args_begin = static_cast<uint32_t>(pool.size());
  i.args_count = static_cast<uint32_t>(operands.size());
  pool.insert(pool.end(), operands.begin(), operands.end());
  insts.push_back(i);
  return ValueId(static_cast<uint32_t>(insts.size() - 1));
}

uint32_t Function::add_edges(std::span<const Edge> list) {
  auto first = static_cast<uint32_t>(edges.size());
  edges.insert(edges.end(), list.begin(), list.end());
  return first;
}

Edge Function::make_edge(BlockId to, std::span<const ValueId> operands) {
  Edge e{to, static_cast<uint32_t>(pool.size()), static_cast<uint32_t>(operands.size())};
  pool.insert(pool.end(), operands.begin(), operands.end());
  return e;
}

void Function::set_edges(Inst& terminator, std::span<const Edge> list) {
  terminator.imm = add_edges(list);
}

ValueId Function::leaf(Op op, TypeId type, int64_t imm) {
  if (op == Op::Const) imm = normalize_bits(type, imm);
  auto [at, fresh] = leaves_.try_emplace(LeafKey{op, type, imm});
  if (fresh) at->second = add_inst({.op = op, .type = type, .imm = imm, .span = {}}, {});
  return at->second;
}

ValueId Function::constant_float(TypeId type, double value) {
  int64_t bits = type == kFloat ? std::bit_cast<uint32_t>(static_cast<float>(value))
                                : std::bit_cast<int64_t>(value);
  return leaf(Op::Const, type, bits);
}

void Function::set_name(ValueId v, Symbol text) {
  if (v.index >= names_.size()) names_.resize(v.index + 1);
  names_[v.index] = text;
}

FuncId Module::add_function(Symbol name) {
  FuncId id(static_cast<uint32_t>(functions.size()));
  LL_CHECK(functions_by_name_.try_emplace(name, id).second, "function names are unique");
  functions.push_back(std::make_unique<Function>());
  functions.back()->name = functions.back()->link_name = name;
  return id;
}

GlobalId Module::add_global(Global g) {
  GlobalId id(static_cast<uint32_t>(globals.size()));
  LL_CHECK(globals_by_name_.try_emplace(g.name, id).second, "global names are unique");
  globals.push_back(std::move(g));
  return id;
}

FuncId Module::find_function(Symbol name) const {
  auto at = functions_by_name_.find(name);
  return at == functions_by_name_.end() ? FuncId() : at->second;
}

GlobalId Module::find_global(Symbol name) const {
  auto at = globals_by_name_.find(name);
  return at == globals_by_name_.end() ? GlobalId() : at->second;
}

void Module::retain_functions(const std::vector<bool>& keep) {
  std::vector<int64_t> renumbered(functions.size(), -1);
  std::vector<std::unique_ptr<Function>> kept;
  functions_by_name_.clear();
  for (size_t i = 0; i < functions.size(); ++i) {
    if (!keep[i]) continue;
    renumbered[i] = static_cast<int64_t>(kept.size());
    functions_by_name_.emplace(functions[i]->name, FuncId(static_cast<uint32_t>(kept.size())));
    kept.push_back(std::move(functions[i]));
  }
  functions = std::move(kept);
  for (auto& f : functions)
    for (BlockId b : f->layout)
      for (ValueId v : f->block(b).insts)
        if (Inst& i = f->inst(v); i.op == Op::Call) {
          LL_CHECK(renumbered[static_cast<size_t>(i.imm)] >= 0,
                   "a kept function calls a dropped one");
          i.imm = renumbered[static_cast<size_t>(i.imm)];
        }
}

std::unique_ptr<Module> Module::clone() const {
  auto copy = std::make_unique<Module>(sources);
  copy->types = types;
  copy->globals = globals;
  for (auto& f : functions) copy->functions.push_back(std::make_unique<Function>(*f));
  copy->functions_by_name_ = functions_by_name_;
  copy->globals_by_name_ = globals_by_name_;
  return copy;
}

}  // namespace ll
