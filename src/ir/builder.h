// Appends instructions to a block of a function. One method per operand shape; the result is
// the new value. Types are the caller's business: the verifier checks them.
#pragma once
#include <bit>
#include <initializer_list>
#include <span>

#include "ir/ir.h"

namespace ll {

class Builder {
 public:
  Builder(Module& m, Function& f) : module_(m), f_(f) {}

  Module& module() { return module_; }
  Function& function() { return f_; }
  void at(BlockId b) { block_ = b; }
  BlockId block() const { return block_; }
  void set_span(Span s) { span_ = s; }  // of what is appended from here on
  bool is_terminated() const {
    auto& list = f_.block(block_).insts;
    return !list.empty() && is_terminator(f_.inst(list.back()).op);
  }

  ValueId unary(Op op, ValueId a) { return add({.op = op, .type = f_.type(a)}, {a}); }
  ValueId binary(Op op, ValueId a, ValueId b) {
    return add({.op = op, .type = result(op, a)}, {a, b});
  }
  ValueId fma(ValueId a, ValueId b, ValueId c) {
    return add({.op = Op::Fma, .type = f_.type(a)}, {a, b, c});
  }
  ValueId select(ValueId c, ValueId a, ValueId b) {
    return add({.op = Op::Select, .type = f_.type(a)}, {c, a, b});
  }
  ValueId convert(Op op, TypeId to, ValueId a) { return add({.op = op, .type = to}, {a}); }

  ValueId slot(TypeId object, uint32_t align = 0) {
    return add({.op = Op::Slot, .aux = log2_align(object, align), .imm = object.index}, {}, kPtr);
  }
  ValueId alloc(TypeId object, ValueId count) {
    return add({.op = Op::Alloc, .aux = log2_align(object, 0), .imm = object.index}, {count}, kPtr);
  }
  ValueId load(TypeId type, ValueId address, uint32_t align = 0) {
    return add({.op = Op::Load, .aux = log2_align(type, align), .type = type}, {address});
  }
  ValueId store(ValueId address, ValueId value, uint32_t align = 0) {
    return add({.op = Op::Store, .aux = log2_align(f_.type(value), align)}, {address, value});
  }
  ValueId copy(ValueId to, ValueId from, uint64_t bytes, uint32_t align) {
    return add({.op = Op::Copy, .aux = log2(align), .imm = static_cast<int64_t>(bytes)},
               {to, from});
  }
  ValueId ptradd(ValueId p, int32_t offset) {
    return offset == 0
               ? p
               : add({.op = Op::PtrAdd, .type = f_.type(p), .imm = PtrAddImm{0, offset}.pack()},
                     {p});
  }
  ValueId ptradd(ValueId p, ValueId index, uint32_t scale, int32_t offset = 0) {
    return add({.op = Op::PtrAdd, .type = f_.type(p), .imm = PtrAddImm{scale, offset}.pack()},
               {p, index});
  }
  ValueId call(FuncId callee, std::span<const ValueId> args) {
    TypeId ret = module_.function(callee).ret;
    return add({.op = Op::Call, .type = is_aggregate(ret) ? kVoid : ret, .imm = callee.index},
               args);
  }
  ValueId dim(Op op, int dimension) {
    return add({.op = op, .type = kInt32, .imm = dimension}, {});
  }
  ValueId barrier() { return add({.op = Op::Barrier}, {}); }

  ValueId jmp(BlockId to, std::span<const ValueId> args = {}) {
    Edge e = f_.make_edge(to, args);
    return add({.op = Op::Jmp, .imm = f_.add_edges({&e, 1})}, {});
  }
  ValueId br(ValueId c, BlockId yes, BlockId no, std::span<const ValueId> yes_args = {},
             std::span<const ValueId> no_args = {}) {
    Edge e[2] = {f_.make_edge(yes, yes_args), f_.make_edge(no, no_args)};
    return add({.op = Op::Br, .imm = f_.add_edges(e)}, {c});
  }
  ValueId ret() { return add({.op = Op::Ret}, {}); }
  ValueId ret(ValueId v) { return add({.op = Op::Ret}, {v}); }
  ValueId trap(TrapKind kind) {
    return add({.op = Op::Trap, .imm = static_cast<int64_t>(kind)}, {});
  }

  ValueId add(Inst i, std::span<const ValueId> args) {
    i.span = span_;
    ValueId v = f_.add_inst(i, args);
    f_.block(block_).insts.push_back(v);
    return v;
  }

 private:
  ValueId add(Inst i, std::initializer_list<ValueId> args) {
    return add(i, std::span<const ValueId>(args.begin(), args.size()));
  }
  ValueId add(Inst i, std::initializer_list<ValueId> args, TypeId type) {
    i.type = type;
    return add(i, args);
  }
  TypeId result(Op op, ValueId a) const {
    TypeRule rule = info(op).rule;
    return rule == TypeRule::IntCompare || rule == TypeRule::FloatCompare ? kBool : f_.type(a);
  }
  static uint16_t log2(uint32_t align) { return static_cast<uint16_t>(std::countr_zero(align)); }
  uint16_t log2_align(TypeId t, uint32_t align) const {
    return log2(align ? align : module_.types.align(t));
  }

  Module& module_;
  Function& f_;
  BlockId block_;
  Span span_;
};

}  // namespace ll
