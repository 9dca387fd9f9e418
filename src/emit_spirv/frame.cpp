// What stands around a kernel's code: the entry point, variables, arguments and work-item numbers.
#include "emit_spirv/kernel.h"
#include "support/kernel_desc.h"

#include <fmt/format.h>

namespace ll::spirv {
namespace {

using spv::StorageClass;
constexpr uint32_t kVersion14 = 0x00010400;

}  // namespace

bool KernelEmitter::check() {
  size_t errors = diags_.error_count();
  if (f_.params.size() > kMaxParams)
    diags_.error(Code::E0761, f_.span,
                 fmt::format("kernel {} has {} parameters; a Vulkan kernel can have {} (128 bytes "
                             "of push constants, 8 for each)",
                             f_.name.str(), f_.params.size(), kMaxParams));
  bool narrow = w_.target().narrow;
  for (BlockId b : f_.layout)
    for (ValueId v : f_.block(b).insts) {
      const Inst& i = f_.inst(v);
      TypeId t = i.op == Op::Store ? f_.type(f_.arg(v, 1)) : i.type;
      bool in_memory = i.op == Op::Load || i.op == Op::Store;
      if (i.op == Op::Call)
        diags_.error(Code::E0766, i.span,
                     fmt::format("kernel {} calls {}, and a Vulkan kernel cannot call",
                                 f_.name.str(), m_.callee(i).name.str()));
      uses_double_ |= i.type == kDouble;
      if (!narrow && (t == kInt8 || (in_memory && (t == kBool || t == kInt16))))
        diags_.error(Code::E0763, i.span,
                     fmt::format("{} has no {} in memory or arithmetic; it takes vulkan1.2",
                                 w_.target().name, m_.types.str(t)));
    }
  return diags_.error_count() == errors;
}

void KernelEmitter::open_function() {
  SpvId id = w_.fresh();
  for (Object& o : objects_.list) declare_object(o);
  w_.put_value(spv::Op::OpFunction, w_.void_type(), id, {0, w_.function_type()});
  w_.name(id, f_.name.str());
  for (SpvId& l : labels_) l = w_.fresh();
  last_labels_ = labels_;
  find_arrivals();
  w_.put_label(labels_[plan_.order.front()]);
  declare_variables();
  load_arguments();
  load_dims(Op::LocalId, builtins_.local_id, spv::BuiltIn::LocalInvocationId);
  load_dims(Op::GroupId, builtins_.group_id, spv::BuiltIn::WorkgroupId);
  load_dims(Op::GroupCount, builtins_.group_count, spv::BuiltIn::NumWorkgroups);
  w_.entry_point(id, f_.link_name.str(), interface_);
  modes(id);
}

// The size in the mode is what holds where nobody specialises the constants.
void KernelEmitter::modes(SpvId function) {
  group_size();
  auto mode = [&](spv::ExecutionMode m, std::initializer_list<uint32_t> operands) {
    std::vector<uint32_t> words{function, static_cast<uint32_t>(m)};
    words.insert(words.end(), operands);
    w_.put(spv::Op::OpExecutionMode, words);
  };
  mode(spv::ExecutionMode::LocalSize, {1, 1, 1});
  if (!w_.target().nan) return;
  w_.require(spv::Capability::SignedZeroInfNanPreserve);
  mode(spv::ExecutionMode::SignedZeroInfNanPreserve, {32});
  if (uses_double_) mode(spv::ExecutionMode::SignedZeroInfNanPreserve, {64});
}

// Who arrives at each block of the plan, in the order of writing.
void KernelEmitter::find_arrivals() {
  arrival_begin_.assign(plan_.blocks.size() + 1, 0);
  auto each_way = [&](auto visit) {
    for (uint32_t b : plan_.order) {
      const PlanBlock& p = plan_.blocks[b];
      for (unsigned n = 0; n < p.out_count(); ++n) visit(b, n, p.out[n].to);
    }
  };
  each_way([&](uint32_t, unsigned, uint32_t to) { ++arrival_begin_[to + 1]; });
  for (size_t i = 1; i < arrival_begin_.size(); ++i) arrival_begin_[i] += arrival_begin_[i - 1];
  arrivals_.resize(arrival_begin_.back());
  std::vector<uint32_t> next(arrival_begin_.begin(), arrival_begin_.end() - 1);
  each_way([&](uint32_t from, unsigned n, uint32_t to) { arrivals_[next[to]++] = {from, n}; });
}

// Before SPIR-V 1.4 an entry point lists inputs alone, from then on every variable.
void KernelEmitter::add_interface(StorageClass storage, SpvId variable) {
  if (storage == StorageClass::Input || w_.target().version >= kVersion14)
    interface_.push_back(variable);
}

// Objects outside the function; private ones get their types only.
void KernelEmitter::declare_object(Object& o) {
  if (!o.accessed) return;
  StorageClass storage = o.kind == Object::Kind::Private  ? StorageClass::Function
                         : o.kind == Object::Kind::Shared ? StorageClass::Workgroup
                                                          : StorageClass::Private;
  o.element_type = memory_type(o.scalar);
  o.element_pointer = w_.pointer_type(storage, o.element_type);
  o.array_type = w_.array_type(o.element_type, o.count());
  w_.pointer_type(storage, o.array_type);
  if (o.kind == Object::Kind::Private) return;
  SpvId initial = o.kind == Object::Kind::Constant ? constant_data(o) : 0;
  o.variable = w_.global_variable(storage, o.array_type, initial);
  w_.name(o.variable, m_.global(o.global).name.str());
  add_interface(storage, o.variable);
}

SpvId KernelEmitter::constant_data(const Object& o) {
  const auto& bytes = m_.global(o.global).init;
  std::vector<SpvId> parts(o.count());
  for (size_t i = 0; i < parts.size(); ++i) {
    uint64_t bits = 0;
    for (size_t n = 0; n < o.unit; ++n)
      if (size_t at = i * o.unit + n; at < bytes.size()) bits |= uint64_t{bytes[at]} << (8 * n);
    TypeId t = memory_scalar(o.scalar);
    parts[i] = constant(t, normalize_bits(t, static_cast<int64_t>(bits)));
  }
  return w_.composite_constant(o.array_type, parts);
}

// The variables of the function come before everything else in its first block.
void KernelEmitter::declare_variables() {
  auto declare = [&](SpvId pointee) {
    return op(spv::Op::OpVariable, w_.pointer_type(StorageClass::Function, pointee),
              {word(StorageClass::Function)});
  };
  for (Object& o : objects_.list)
    if (o.kind == Object::Kind::Private && o.accessed) {
      o.variable = declare(o.array_type);
      w_.name(o.variable, f_.name_of(o.slot).str());
    }
  if (plan_.uses_code) {
    code_ = declare(w_.int_type(32));
    w_.name(code_, "way");
  }
  for (uint32_t b = 0; b < f_.blocks.size(); ++b)
    if (plan_.in_variables[b])
      for (ValueId v : f_.blocks[b].params) travel_[v.index] = declare(type_of(v));
  for (ValueId v : demoted_) reload_[v.index] = declare(type_of(v));
}

// Push constants: parameter n stands at 8 * n. What is narrower than 32 bits is cut out of a
// word, so that no device needs narrow push constants.
void KernelEmitter::load_arguments() {
  const auto& list = f_.block(f_.entry()).params;
  if (list.empty()) return;
  auto stored = [](TypeId t) { return is_ptr(t) ? kInt64 : bit_width(t) < 32 ? kInt32 : t; };
  std::vector<SpvId> members;
  for (ValueId v : list) members.push_back(type(stored(f_.type(v))));
  SpvId block = w_.struct_type(members);
  for (uint32_t n = 0; n < members.size(); ++n)
    w_.put(spv::Op::OpMemberDecorate, {block, n, word(spv::Decoration::Offset), n * kArgSlot});
  w_.put(spv::Op::OpDecorate, {block, word(spv::Decoration::Block)});
  SpvId variable = w_.global_variable(StorageClass::PushConstant, block);
  w_.name(variable, fmt::format("{}.arguments", f_.name.str()));
  add_interface(StorageClass::PushConstant, variable);
  for (uint32_t n = 0; n < members.size(); ++n) {
    TypeId t = f_.type(list[n]);
    SpvId pointer =
        op(spv::Op::OpAccessChain, w_.pointer_type(StorageClass::PushConstant, members[n]),
           {variable, w_.u32(n)});
    SpvId v = op(spv::Op::OpLoad, members[n], {pointer});
    if (t == kBool)
      v = test(spv::Op::OpINotEqual, op(spv::Op::OpBitwiseAnd, members[n], {v, w_.u32(1)}),
               w_.u32(0));
    else if (bit_width(t) < 32) v = convert_width(v, 32, bit_width(t), false);
    w_.name(v, f_.name_of(list[n]).str());
    define(list[n], v);
  }
}

// The specialisation constants 0, 1 and 2, and the object that makes them the workgroup's size.
void KernelEmitter::group_size() {
  auto& size = builtins_.group_size;
  if (size[0] != 0) return;
  for (uint32_t d = 0; d < 3; ++d) size[d] = w_.spec_constant(d, 1);
  builtins_.group_size_vector = w_.spec_composite(w_.vector_type(w_.int_type(32), 3), size);
  w_.put(spv::Op::OpDecorate, {builtins_.group_size_vector, word(spv::Decoration::BuiltIn),
                               word(spv::BuiltIn::WorkgroupSize)});
}

// Work-item numbers are read once, at the start, for the dimensions that the kernel asks for.
void KernelEmitter::load_dims(Op which, SpvId& variable, spv::BuiltIn builtin) {
  auto& dims = dims_[dim_row(which)];
  bool wanted[3] = {};
  for (BlockId b : f_.layout)
    for (ValueId v : f_.block(b).insts)
      if (const Inst& i = f_.inst(v); i.op == which) wanted[i.imm] = true;
  if (which == Op::GroupCount && plan_.uses_always) wanted[0] = true;
  if (!wanted[0] && !wanted[1] && !wanted[2]) return;
  SpvId vector = w_.vector_type(w_.int_type(32), 3);
  if (variable == 0) {
    variable = w_.global_variable(StorageClass::Input, vector);
    w_.put(spv::Op::OpDecorate, {variable, word(spv::Decoration::BuiltIn), word(builtin)});
  }
  add_interface(StorageClass::Input, variable);
  SpvId all = op(spv::Op::OpLoad, vector, {variable});
  for (uint32_t d = 0; d < 3; ++d)
    if (wanted[d]) dims[d] = op(spv::Op::OpCompositeExtract, w_.int_type(32), {all, d});
}

}  // namespace ll::spirv
