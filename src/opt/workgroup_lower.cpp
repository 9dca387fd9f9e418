// The shape of the result, for each nest:
//
//   enter:   loads of what the whole group shares
//   z: y: x: loops over the local ids, tested at the bottom (a group has at least one work-item)
//   …        the blocks of the kernel; an edge that leaves the nest makes a detour over a block
//            that keeps what lives on, and then to next_x with the number of the region to follow
//   next_x:  compares that number with the one of the work-items before; they must agree
//   step_x:  the next work-item, if there is one; then next_y, next_z
//   leave:   goes to the nest of the agreed region, or returns 0
#include "opt/workgroup_lower.h"

#include <bit>
#include <utility>

#include "support/check.h"

namespace ll {

namespace {
constexpr int64_t kNobodyYet = -1;  // no work-item has left the nest
constexpr size_t kFewDetours = 4;   // more: values are kept where computed
}  // namespace

void WorkgroupLowering::run() {
  make_entry();
  nests_.resize(regions_.nests().size());
  for (uint32_t n = 0; n < nests_.size(); ++n) declare_loops(NestId(n));
  order_.assign(1, entry_);
  enter_region(entry_, RegionId(0));
  for (uint32_t n = 0; n < nests_.size(); ++n) lower_nest(NestId(n));
  for (uint32_t b = 0; b < prologues_.size(); ++b) {
    auto& list = f_.block(BlockId(b)).insts;
    list.insert(list.begin(), prologues_[b].begin(), prologues_[b].end());
  }
  append(done_, {.op = Op::Ret, .span = f_.span}, {number(0)});
  append(fail_, {.op = Op::Ret, .span = f_.span}, {number(1)});
  order_.push_back(done_);
  order_.push_back(fail_);
  f_.layout = std::move(order_);
}

// --- Once a function ---

void WorkgroupLowering::make_entry() {
  for (const Region& r : regions_.regions())
    start_params_.push_back(std::exchange(f_.block(r.start).params, {}));
  entry_ = f_.add_block();
  done_ = f_.add_block();
  fail_ = f_.add_block();
  for (ValueId* p : {&args_, &launch_, &shared_, &context_})
    *p = f_.add_param(entry_, kPtr, f_.span);
  place_slots();
  const auto& arguments = start_params_[0];  // region 0 starts at the old entry
  for (size_t n = 0; n < arguments.size(); ++n) {
    ValueId slot = append_offset(entry_, args_, static_cast<int64_t>(n * kArgSlot));
    entry_values_[arguments[n].index] = append_load(entry_, f_.type(arguments[n]), slot);
  }
  load_launch();
  place_shared();
  f_.params.assign(4, kPtr);
  f_.ret = kInt32;
  f_.context_bytes = homes_.context_bytes();
}

// Slots of the function: those of a kernel without barriers, which every work-item may use anew,
// and the homes of values that the group shares.
void WorkgroupLowering::place_slots() {
  slots_.resize(entry_values_.size());
  for (ValueId v : f_.block(f_.entry()).insts)
    if (f_.inst(v).op == Op::Slot && homes_.of(v).kind == HomeKind::None)
      f_.block(entry_).insts.push_back(v);
  for (uint32_t n = 0; n < slots_.size(); ++n) {
    if (homes_.of(ValueId(n)).kind != HomeKind::Uniform) continue;
    TypeId type = f_.type(ValueId(n));
    auto align = static_cast<uint16_t>(std::countr_zero(scalar_bytes(type)));
    slots_[n] = append(entry_, {.op = Op::Slot, .aux = align, .type = kPtr, .imm = type.index}, {});
  }
}

// CpuLaunch of runtime/device.h: int32 group_id[3], group_size[3], group_count[3].
void WorkgroupLowering::load_launch() {
  auto load = [&](int row, int64_t dimension) {
    ValueId& v = dims_[row][dimension];
    if (!v.valid())
      v = append_load(entry_, kInt32, append_offset(entry_, launch_, row * 12 + dimension * 4));
    return v;
  };
  for (int d = 0; d < 3; ++d) load(1, d);  // the loops need the sizes
  for (BlockId b : f_.layout)
    for (ValueId v : f_.block(b).insts) {
      const Inst i = f_.inst(v);
      if (i.op == Op::GroupId) entry_values_[v.index] = load(0, i.imm);
      if (i.op == Op::GroupSize) entry_values_[v.index] = load(1, i.imm);
      if (i.op == Op::GroupCount) entry_values_[v.index] = load(2, i.imm);
    }
}

void WorkgroupLowering::place_shared() {
  SharedLayout layout = shared_layout(m_, f_);
  std::vector<int64_t> offset(m_.globals.size(), -1);
  for (auto [g, at] : layout.offsets) offset[g.index] = static_cast<int64_t>(at);
  for (uint32_t v = 0; v < entry_values_.size(); ++v) {
    const Inst i = f_.inst(ValueId(v));
    if (i.op != Op::GlobalAddr || offset[static_cast<size_t>(i.imm)] < 0) continue;
    ValueId p = append_offset(entry_, shared_, offset[static_cast<size_t>(i.imm)]);
    entry_values_[v] = append(entry_, {.op = Op::SpaceCast, .type = i.type}, {p});
  }
  f_.shared_bytes = static_cast<uint32_t>(layout.bytes);
}

// --- Once a nest ---

// Blocks and parameters: jumps between nests need them.
void WorkgroupLowering::declare_loops(NestId n) {
  const Nest& nest = regions_.nests()[n.index];
  NestBlocks& at = nests_[n.index];
  for (BlockId* b :
       {&at.enter, &at.z, &at.y, &at.x, &at.next_x, &at.step_x, &at.next_y, &at.next_z, &at.leave})
    *b = f_.add_block();
  const BlockId heads[3] = {at.x, at.y, at.z};
  if (!nest.has_one_start()) at.state = f_.add_param(at.enter, kInt32);
  for (int d = 0; d < 3; ++d) at.ids[d] = f_.add_param(heads[d], kInt32);
  if (nest.exits() <= 1) return;
  for (int d = 0; d < 3; ++d) at.agreed[d] = f_.add_param(heads[d], kInt32);
  at.next = f_.add_param(at.next_x, kInt32);
}

void WorkgroupLowering::lower_nest(NestId n) {
  nest_ = n;
  at_ = &nests_[n.index];
  detours_.clear();
  for (BlockId b : {at_->enter, at_->z, at_->y, at_->x}) order_.push_back(b);
  fill_loop_heads();
  for (BlockId b : nest().blocks) {
    order_.push_back(b);
    rewrite_block(b);
  }
  for (BlockId b : nest().blocks) lower_terminator(b);
  if (nest().has_one_start() && detours_.size() <= kFewDetours) keep_on_detours();
  else keep_at_definitions();
  for (const Detour& d : detours_) {
    order_.push_back(d.block);
    at_->next.valid() ? append_jmp(d.block, at_->next_x, {number(d.next)})
                      : append_jmp(d.block, at_->next_x, {});
  }
  fill_latches();
  fill_leave();
}

void WorkgroupLowering::fill_loop_heads() {
  auto jump = [&](BlockId from, BlockId to, ValueId agreed) {
    at_->next.valid() ? append_jmp(from, to, {number(0), agreed})
                      : append_jmp(from, to, {number(0)});
  };
  jump(at_->enter, at_->z, number(kNobodyYet));
  jump(at_->z, at_->y, at_->agreed[2]);
  if (homes_.context_bytes()) {
    auto [x, y, z] = at_->ids;
    ValueId plane = append_binary(at_->y, Op::Mul, kInt32, z, dims_[1][1]);
    ValueId line = append_binary(at_->y, Op::Add, kInt32, plane, y);
    ValueId row = append_binary(at_->y, Op::Mul, kInt32, line, dims_[1][0]);
    ValueId item = append_binary(at_->x, Op::Add, kInt32, row, x);
    PtrAddImm scale{homes_.context_bytes(), 0};
    at_->context =
        append(at_->x, {.op = Op::PtrAdd, .type = kPtr, .imm = scale.pack()}, {context_, item});
  }
  jump(at_->y, at_->x, at_->agreed[1]);
  // To the region that is to run.
  BlockId from = at_->x;
  auto start = [&](RegionId r) { return regions_.regions()[r.index].start; };
  for (size_t n = 0; n + 1 < nest().regions.size(); ++n) {
    RegionId r = nest().regions[n];
    BlockId other = f_.add_block();
    order_.push_back(other);
    append_br(from, append_binary(from, Op::Eq, kBool, at_->state, number(r.index)), start(r), {},
              other);
    from = other;
  }
  append_jmp(from, start(nest().regions.back()), {});
}

void WorkgroupLowering::rewrite_block(BlockId b) {
  std::vector<ValueId> kept;
  for (ValueId v : std::exchange(f_.block(b).insts, {})) {
    if (f_.inst(v).op == Op::Slot || info(f_.inst(v).op).rule == TypeRule::Dim) continue;
    kept.push_back(v);
    for (uint32_t n = 0; n < f_.inst(v).args_count; ++n) {
      ValueId a = local(f_.arg(v, n), b);
      f_.args(f_.inst(v))[n] = a;
    }
  }
  f_.block(b).insts = std::move(kept);
}

void WorkgroupLowering::lower_terminator(BlockId b) {
  if (f_.inst(f_.terminator(b)).op == Op::Ret) return leave_by_return(b);
  for (unsigned n = 0; n < f_.succs(b).size(); ++n) {
    const Edge e = f_.succs(b)[n];
    if (regions_.started_at(e.to)) {
      leave_by_edge(b, n);
      continue;
    }
    for (uint32_t p = 0; p < e.args_count; ++p) {
      ValueId a = local(f_.pool[e.args_begin + p], b);
      f_.pool[e.args_begin + p] = a;
    }
  }
}

void WorkgroupLowering::leave_by_return(BlockId from) {
  BlockId detour = f_.add_block();
  Inst& t = f_.inst(f_.terminator(from));
  Edge e{detour, 0, 0};
  t = {.op = Op::Jmp, .imm = f_.add_edges({&e, 1}), .span = t.span};
  detours_.push_back({detour, from, return_state()});
}

// To the start of a region, whose parameters live in their homes.
void WorkgroupLowering::leave_by_edge(BlockId from, unsigned edge) {
  const Edge e = f_.succs(from)[edge];
  RegionId next = regions_.started_at(e.to);
  BlockId detour = f_.add_block();
  f_.succs(f_.inst(f_.terminator(from)))[edge] = {detour, 0, 0};
  for (uint32_t p = 0; p < e.args_count; ++p) {
    ValueId value = local(f_.pool[e.args_begin + p], from);
    append_store(detour, home_address(detour, start_params_[next.index][p]), value);
  }
  detours_.push_back({detour, from, next.index});
}

void WorkgroupLowering::keep_on_detours() {
  for (const Detour& d : detours_) {
    if (d.next == return_state()) continue;
    for (ValueId v : homes_.kept_by(nest_))
      if (dom_.dominates(uses_.block_of(v), d.from))
        append_store(d.block, home_address(d.block, v), v);
  }
}

void WorkgroupLowering::keep_at_definitions() {
  std::vector<bool> is_kept(entry_values_.size());
  for (ValueId v : homes_.kept_by(nest_)) is_kept[v.index] = true;
  for (BlockId b : nest().blocks) {
    std::vector<ValueId> old = std::exchange(f_.block(b).insts, {});
    auto keep = [&](ValueId v) {
      if (v.index < is_kept.size() && is_kept[v.index]) append_store(b, home_address(b, v), v);
    };
    for (ValueId p : f_.block(b).params) keep(p);
    for (ValueId v : old) {
      f_.block(b).insts.push_back(v);
      keep(v);
    }
  }
}

void WorkgroupLowering::fill_latches() {
  for (BlockId b : {at_->next_x, at_->step_x, at_->next_y, at_->next_z}) order_.push_back(b);
  if (at_->next.valid()) {
    BlockId b = at_->next_x;
    ValueId is_first = append_binary(b, Op::Eq, kBool, at_->agreed[0], number(kNobodyYet));
    ValueId is_same = append_binary(b, Op::Eq, kBool, at_->agreed[0], at_->next);
    append_br(b, append_binary(b, Op::Or, kBool, is_first, is_same), at_->step_x, {}, fail_);
  } else {
    append_jmp(at_->next_x, at_->step_x, {});
  }
  const BlockId heads[3] = {at_->x, at_->y, at_->z};
  const BlockId latches[4] = {at_->step_x, at_->next_y, at_->next_z, at_->leave};
  for (int d = 0; d < 3; ++d) {
    BlockId b = latches[d];
    ValueId next_id = append_binary(b, Op::Add, kInt32, at_->ids[d], number(1));
    ValueId has_more = append_binary(b, Op::Lt, kBool, next_id, dims_[1][d]);
    at_->next.valid() ? append_br(b, has_more, heads[d], {next_id, at_->next}, latches[d + 1])
                      : append_br(b, has_more, heads[d], {next_id}, latches[d + 1]);
  }
}

void WorkgroupLowering::fill_leave() {
  BlockId from = at_->leave;
  order_.push_back(from);
  const auto& nexts = nest().nexts;
  for (size_t n = 0; n < nexts.size(); ++n) {
    bool is_last = n + 1 == nexts.size() && !nest().returns;
    if (is_last) return enter_region(from, nexts[n]);
    BlockId yes = f_.add_block(), other = f_.add_block();
    append_br(from, append_binary(from, Op::Eq, kBool, at_->next, number(nexts[n].index)), yes, {},
              other);
    enter_region(yes, nexts[n]);
    order_.push_back(yes);
    order_.push_back(other);
    from = other;
  }
  append_jmp(from, done_, {});
}

void WorkgroupLowering::enter_region(BlockId from, RegionId r) {
  const NestBlocks& to = nests_[regions_.regions()[r.index].nest.index];
  to.state.valid() ? append_jmp(from, to.enter, {number(r.index)}) : append_jmp(from, to.enter, {});
}

// --- Operands ---

// What stands for v in block `at` of the nest at work.
ValueId WorkgroupLowering::local(ValueId v, BlockId at) {
  if (ValueId known = entry_value(v); known.valid()) return known;
  const Inst& i = f_.inst(v);
  if (is_leaf(i.op) || v.index >= entry_values_.size()) return v;
  if (i.op == Op::LocalId) return at_->ids[i.imm];
  BlockId home = uses_.block_of(v);
  bool reaches = nest().has_one_start() ? regions_.nest_of(home) == nest_ : home == at;
  bool is_start_param = i.op == Op::Param && regions_.started_at(home).valid();
  bool is_object = homes_.of(v).kind == HomeKind::ContextObject;
  return reaches && !is_start_param && !is_object ? v : fetch(v, at);
}

// Has v again at the top of the region, or of the block where the nest has several starts.
ValueId WorkgroupLowering::fetch(ValueId v, BlockId at) {
  const bool is_one_start = nest().has_one_start();
  const uint32_t stamp =
      1 + (is_one_start ? nest_.index : static_cast<uint32_t>(nests_.size()) + at.index);
  if (stamp_[v.index] == stamp) return local_[v.index];
  BlockId top = is_one_start ? regions_.regions()[nest().regions[0].index].start : at;
  const Home home = homes_.of(v);
  const TypeId type = f_.type(v);
  auto add = [&](BlockId b, Inst i, std::initializer_list<ValueId> args) {
    ValueId added = f_.add_inst(i, {args.begin(), args.size()});
    prologue(b).push_back(added);
    return added;
  };
  auto load = [&](BlockId b, ValueId address) {
    auto align = static_cast<uint16_t>(std::countr_zero(scalar_bytes(type)));
    return add(b, {.op = Op::Load, .aux = align, .type = type}, {address});
  };
  auto in_context = [&] {
    PtrAddImm imm{0, static_cast<int32_t>(home.offset)};
    return add(top, {.op = Op::PtrAdd, .type = kPtr, .imm = imm.pack()}, {at_->context});
  };
  ValueId result;
  switch (home.kind) {
    case HomeKind::Uniform:
      result = load(at_->enter, slots_[v.index]);
      break;
    case HomeKind::Context:
      result = load(top, in_context());
      break;
    case HomeKind::ContextObject:
      result = in_context();
      if (type != kPtr) result = add(top, {.op = Op::SpaceCast, .type = type}, {result});
      break;
    case HomeKind::Recomputed:
      result = recompute(v, at, top);
      break;
    case HomeKind::None:
    case HomeKind::Entry:
      LL_UNREACHABLE("a value has no home");
  }
  stamp_[v.index] = stamp;
  return local_[v.index] = result;
}

// Recursion is bounded by the few instructions that a recomputed value may take.
ValueId WorkgroupLowering::recompute(ValueId v, BlockId at, BlockId top) {
  std::vector<ValueId> args;
  const Inst i = f_.inst(v);
  for (uint32_t n = 0; n < i.args_count; ++n)
    args.push_back(local(original_pool_[i.args_begin + n], at));  // v may have been rewritten
  ValueId copy = f_.add_inst(i, args);
  prologue(top).push_back(copy);
  return copy;
}

ValueId WorkgroupLowering::home_address(BlockId b, ValueId v) {
  const Home& home = homes_.of(v);
  return home.kind == HomeKind::Uniform ? slots_[v.index]
                                        : append_offset(b, at_->context, home.offset);
}

std::vector<ValueId>& WorkgroupLowering::prologue(BlockId b) {
  if (prologues_.size() <= b.index) prologues_.resize(b.index + 1);
  return prologues_[b.index];
}

// --- Appending ---

ValueId WorkgroupLowering::append(BlockId b, Inst i, std::initializer_list<ValueId> args) {
  ValueId v = f_.add_inst(i, {args.begin(), args.size()});
  f_.block(b).insts.push_back(v);
  return v;
}

ValueId WorkgroupLowering::append_load(BlockId b, TypeId type, ValueId address) {
  auto align = static_cast<uint16_t>(std::countr_zero(scalar_bytes(type)));
  return append(b, {.op = Op::Load, .aux = align, .type = type}, {address});
}

void WorkgroupLowering::append_store(BlockId b, ValueId address, ValueId value) {
  auto align = static_cast<uint16_t>(std::countr_zero(scalar_bytes(f_.type(value))));
  append(b, {.op = Op::Store, .aux = align}, {address, value});
}

ValueId WorkgroupLowering::append_offset(BlockId b, ValueId pointer, int64_t offset) {
  if (offset == 0) return pointer;
  PtrAddImm imm{0, static_cast<int32_t>(offset)};
  return append(b, {.op = Op::PtrAdd, .type = kPtr, .imm = imm.pack()}, {pointer});
}

ValueId WorkgroupLowering::append_binary(BlockId b, Op op, TypeId type, ValueId x, ValueId y) {
  return append(b, {.op = op, .type = type}, {x, y});
}

void WorkgroupLowering::append_jmp(BlockId b, BlockId to, std::initializer_list<ValueId> args) {
  Edge e = f_.make_edge(to, {args.begin(), args.size()});
  append(b, {.op = Op::Jmp, .imm = f_.add_edges({&e, 1})}, {});
}

void WorkgroupLowering::append_br(BlockId b, ValueId c, BlockId yes,
                                  std::initializer_list<ValueId> yes_args, BlockId no) {
  Edge e[2] = {f_.make_edge(yes, {yes_args.begin(), yes_args.size()}), {no, 0, 0}};
  append(b, {.op = Op::Br, .imm = f_.add_edges(e)}, {c});
}

}  // namespace ll
