#include "emit_spirv/kernel.h"

#include "opt/analysis/dom.h"
#include "support/check.h"

namespace ll::spirv {
namespace {

// The plan's graph as a function, for the dominator analysis.
Function skeleton(const Plan& plan) {
  Function g;
  for (size_t i = 0; i < plan.blocks.size(); ++i) g.add_block();
  ValueId condition = g.undef(kBool);
  for (uint32_t b = 0; b < plan.blocks.size(); ++b) {
    const PlanBlock& p = plan.blocks[b];
    Inst last{.op = Op::Ret};
    Edge edges[2];
    for (unsigned n = 0; n < p.out_count(); ++n) edges[n] = g.make_edge(BlockId(p.out[n].to), {});
    if (p.out_count() > 0) {
      last.op = p.out_count() == 1 ? Op::Jmp : Op::Br;
      last.imm = g.add_edges({edges, p.out_count()});
    }
    bool branches = last.op == Op::Br;
    g.block(BlockId(b)).insts.push_back(g.add_inst(last, {&condition, branches ? 1u : 0u}));
  }
  return g;
}

}  // namespace

bool KernelEmitter::run() {
  if (!check()) return false;
  auto plan = structure(f_, w_.target().pin, diags_);
  if (!plan) return false;
  plan_ = std::move(*plan);
  Cfg cfg(f_);
  if (!find_objects(m_, f_, cfg, objects_, diags_)) return false;
  group_size();
  size_t errors = diags_.error_count(), blocks = plan_.blocks.size();
  ids_.assign(f_.insts.size(), 0);
  travel_.assign(f_.insts.size(), 0);
  reload_.assign(f_.insts.size(), 0);
  home_.assign(f_.insts.size(), kNone);
  labels_.resize(blocks);
  last_labels_.resize(blocks);
  carried_.resize(blocks);
  sent_.resize(blocks);
  find_demoted();
  open_function();
  for (uint32_t b : plan_.order) block(b);
  w_.put(spv::Op::OpFunctionEnd, {});
  fill_phis();
  return diags_.error_count() == errors;
}

// Structure adds ways that control never takes, on which a value is not there though it is used
// behind them. Such values travel in variables.
void KernelEmitter::find_demoted() {
  Function g = skeleton(plan_);
  Cfg cfg(g);
  Dom dom = Dom::forward(g, cfg);
  for (uint32_t b = 0; b < f_.blocks.size(); ++b) {
    if (plan_.code_block[b] == kNone) continue;
    for (ValueId v : f_.blocks[b].params) home_[v.index] = plan_.entry_block[b];
    for (ValueId v : f_.blocks[b].insts) home_[v.index] = plan_.code_block[b];
  }
  auto note = [&](ValueId v, uint32_t at) {
    uint32_t home = home_[v.index];
    if (home == kNone || home == at || dom.dominates(BlockId(home), BlockId(at))) return;
    if (reload_[v.index] == 0) demoted_.push_back(v);
    reload_[v.index] = kNone;  // until it is declared
  };
  for (uint32_t at : plan_.order) {
    if (!cfg.reachable(BlockId(at))) continue;
    const PlanBlock& p = plan_.blocks[at];
    if (p.kind == PlanBlock::Kind::Code)
      for (ValueId v : f_.block(p.block).insts)
        for (ValueId a : f_.args(v)) note(a, at);
    for (unsigned n = 0; n < p.out_count(); ++n)
      if (p.out[n].edge != kNone)
        for (ValueId a : f_.args(f_.edges[p.out[n].edge])) note(a, at);
  }
}

void KernelEmitter::block(uint32_t b) {
  here_ = b;
  begin_block(b);
  const PlanBlock& p = plan_.blocks[b];
  if (p.kind == PlanBlock::Kind::Code) body(p.block);
  end_block(b);
}

void KernelEmitter::begin_block(uint32_t b) {
  const PlanBlock& p = plan_.blocks[b];
  if (b == plan_.order.front()) return;  // open_function has begun it
  w_.put_label(labels_[b]);
  if (p.kind == PlanBlock::Kind::Code) w_.name(labels_[b], f_.block(p.block).name.str());
  if (!p.carries) return;
  if (!plan_.in_variables[p.carries.index]) params(b);
  else if (p.kind != PlanBlock::Kind::Pad) reload_params(p.carries);
}

// The parameters that arrive at a block: phis, or the ids of the only way in.
void KernelEmitter::params(uint32_t b) {
  const PlanBlock& p = plan_.blocks[b];
  const auto& list = f_.block(p.carries).params;
  std::span<const Arrival> ways(arrivals_.data() + arrival_begin_[b],
                                arrival_begin_[b + 1] - arrival_begin_[b]);
  for (uint32_t n = 0; n < list.size(); ++n) {
    SpvId id;
    if (ways.empty()) continue;
    if (ways.size() == 1) {
      id = sent_[ways[0].from][ways[0].out][n];
    } else {
      id = w_.fresh();
      std::vector<uint32_t> operands(2 * ways.size());
      w_.put_value(spv::Op::OpPhi, type_of(list[n]), id, operands);
      size_t at = w_.functions().size() - operands.size();
      for (size_t i = 0; i < ways.size(); ++i) phis_.push_back({at + 2 * i, ways[i], n});
      if (p.kind != PlanBlock::Kind::Pad) w_.name(id, f_.name_of(list[n]).str());
    }
    carried_[b].push_back(id);
  }
  if (p.kind == PlanBlock::Kind::Pad) return;
  for (uint32_t n = 0; n < carried_[b].size(); ++n) define(list[n], carried_[b][n]);
}

void KernelEmitter::reload_params(BlockId b) {
  for (ValueId v : f_.block(b).params) {
    SpvId id = op(spv::Op::OpLoad, type_of(v), {travel_[v.index]});
    w_.name(id, f_.name_of(v).str());
    define(v, id);
  }
}

void KernelEmitter::body(BlockId b) {
  for (ValueId v : f_.block(b).insts) {
    inst(v);
    if (ids_[v.index] != 0) w_.name(ids_[v.index], f_.name_of(v).str());
  }
}

void KernelEmitter::inst(ValueId v) {
  const Inst& i = f_.inst(v);
  SpvId id;
  if (plain(i, id)) return define(v, id);
  switch (i.op) {
    case Op::Select:
      return define(v, select(v, i));
    case Op::Fma:
      return define(v, fma(i));
    case Op::PtrAdd:
      return define(v, pointer_add(v, i));
    case Op::Load:
      return define(v, load(i));
    case Op::Store:
      return store(i);
    case Op::Copy:
      return copy(i);
    case Op::Slot:
    case Op::Alloc:
      return define(v, w_.u32(0));
    case Op::LocalId:
    case Op::GroupId:
    case Op::GroupCount:
      return define(v, dims_[dim_row(i.op)][static_cast<size_t>(i.imm)]);
    case Op::GroupSize:
      return define(v, builtins_.group_size[static_cast<size_t>(i.imm)]);
    case Op::Barrier:
      return barrier();
    case Op::Jmp:
    case Op::Br:
    case Op::Ret:
    case Op::Trap:
      return;  // end_block
    case Op::Call:
      LL_UNREACHABLE("calls are reported before");
    default:
      break;
  }
  bool is_conversion = info(i.op).format == Format::Convert;
  define(v, is_conversion ? convert(i) : arithmetic(i));
}

void KernelEmitter::barrier() {
  SpvId workgroup = w_.u32(word(spv::Scope::Workgroup));
  auto ordering = spv::MemorySemanticsMask::AcquireRelease |
                  spv::MemorySemanticsMask::UniformMemory |
                  spv::MemorySemanticsMask::WorkgroupMemory;
  w_.put(spv::Op::OpControlBarrier,
         {workgroup, workgroup, w_.u32(static_cast<uint32_t>(ordering))});
}

void KernelEmitter::end_block(uint32_t b) {
  const PlanBlock& p = plan_.blocks[b];
  for (unsigned n = 0; n < p.out_count(); ++n) leave(b, n);
  using End = PlanBlock::End;
  SpvId test = p.out_count() == 2 ? condition(p) : 0;
  auto target = [&](unsigned n) { return labels_[p.out[n].to]; };
  if (p.kind == PlanBlock::Kind::Header)
    w_.put(spv::Op::OpLoopMerge, {labels_[p.merge], labels_[p.next], 0});
  else if (p.merge != kNone) w_.put(spv::Op::OpSelectionMerge, {labels_[p.merge], 0});
  switch (p.end) {
    case End::Jump:
      w_.put(spv::Op::OpBranch, {target(0)});
      break;
    case End::Return:
      w_.put(spv::Op::OpReturn, {});
      break;
    case End::Unreachable:
      w_.put(spv::Op::OpUnreachable, {});
      break;
    default:
      w_.put(spv::Op::OpBranchConditional, {test, target(0), target(1)});
  }
}

// Gets ready what travels on a way: the number and parameters in variables, or ids for phis.
void KernelEmitter::leave(uint32_t b, unsigned n) {
  const PlanEdge& e = plan_.blocks[b].out[n];
  if (e.code != kNone) w_.put(spv::Op::OpStore, {code_, w_.u32(e.code)});
  if (!e.target) return;
  const auto& list = f_.block(e.target).params;
  if (e.edge == kNone) {
    if (!plan_.in_variables[e.target.index]) sent_[b][n] = carried_[b];
    return;
  }
  auto args = f_.args(f_.edges[e.edge]);
  for (size_t i = 0; i < list.size(); ++i) {
    SpvId id = use(args[i]);
    if (in_object(list[i]) && !in_object(args[i])) id = w_.u32(kNone);  // null
    if (plan_.in_variables[e.target.index]) w_.put(spv::Op::OpStore, {travel_[list[i].index], id});
    else sent_[b][n].push_back(id);
  }
}

SpvId KernelEmitter::condition(const PlanBlock& p) {
  if (p.end == PlanBlock::End::Branch) return use(f_.inst(f_.terminator(p.block)), 0);
  if (p.end == PlanBlock::End::TestAlways)  // no grid is so large
    return test(spv::Op::OpINotEqual, dims_[dim_row(Op::GroupCount)][0], w_.u32(p.code));
  SpvId code = op(spv::Op::OpLoad, w_.int_type(32), {code_});
  bool equal = p.end == PlanBlock::End::TestEqual;
  return test(equal ? spv::Op::OpIEqual : spv::Op::OpULessThan, code, w_.u32(p.code));
}

void KernelEmitter::fill_phis() {
  Words& words = w_.functions();
  for (const Phi& phi : phis_) {
    words[phi.at] = sent_[phi.from.from][phi.from.out][phi.param];
    words[phi.at + 1] = last_labels_[phi.from.from];
  }
}

SpvId KernelEmitter::use(ValueId v) {
  const Inst& i = f_.inst(v);
  if (is_leaf(i.op)) return leaf(i, v);
  if (reload_[v.index] != 0 && home_[v.index] != here_)
    return op(spv::Op::OpLoad, type_of(v), {reload_[v.index]});
  LL_CHECK(ids_[v.index] != 0, "a value is used before it is written");
  return ids_[v.index];
}

SpvId KernelEmitter::leaf(const Inst& i, ValueId v) {
  if (i.op == Op::GlobalAddr) return w_.u32(0);
  if (in_object(v)) return w_.u32(0);
  return constant(i.type, i.op == Op::Const ? i.imm : 0);
}

void KernelEmitter::define(ValueId v, SpvId id) {
  ids_[v.index] = id;
  if (reload_[v.index] != 0) w_.put(spv::Op::OpStore, {reload_[v.index], id});
}

SpvId KernelEmitter::type_of(ValueId v) {
  return in_object(v) ? w_.int_type(32) : type(f_.type(v));
}

SpvId KernelEmitter::type(TypeId t) {
  if (t == kBool) return w_.bool_type();
  if (is_float(t)) return w_.float_type(bit_width(t));
  return w_.int_type(bit_width(t));  // pointers are addresses
}

SpvId KernelEmitter::constant(TypeId t, int64_t bits) {
  if (t == kBool) return w_.bool_constant(bits != 0);
  if (is_float(t)) return w_.float_constant(bit_width(t), static_cast<uint64_t>(bits));
  return w_.int_constant(bit_width(t), static_cast<uint64_t>(bits));
}

SpvId KernelEmitter::exact(spv::Op code, SpvId type, std::initializer_list<uint32_t> operands) {
  SpvId id = op(code, type, operands);
  w_.put(spv::Op::OpDecorate, {id, word(spv::Decoration::NoContraction)});
  return id;
}

}  // namespace ll::spirv
