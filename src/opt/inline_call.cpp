// Inlining of calls, all of one function in a single sweep over its blocks.
//
// The block that holds the call goes on with the callee's entry block, whose parameters are the
// arguments. What followed the call goes on behind the callee's return: in the returning block
// itself when there is one return, else in a new block to which the returns jump. The callee's
// slots move to the caller's entry block; struct arguments and results become copies, as the
// calling convention in ir.h demands.
#include "opt/inline_call.h"

#include <bit>
#include <utility>

#include "opt/edit.h"
#include "support/check.h"

namespace ll {
namespace {

class Inliner {
 public:
  Inliner(Module& m, Function& f) : m_(m), f_(f) {}

  bool run(const InlineChoice& choose) {
    std::vector<BlockId> old_layout = f_.layout;
    for (BlockId b : old_layout) sweep(b, choose);
    f_.layout = std::move(layout_);
    if (!changed_) return false;
    auto& entry = f_.block(f_.entry()).insts;
    entry.insert(entry.begin(), slots_.begin(), slots_.end());
    results_.apply(f_);
    return true;
  }

 private:
  bool is_chosen(ValueId v, const InlineChoice& choose) const {
    const Inst& i = f_.inst(v);
    if (i.op != Op::Call) return false;
    const Function& callee = m_.callee(i);
    return callee.has_body() && &callee != &f_ && choose(v, FuncId(static_cast<uint32_t>(i.imm)));
  }

  void sweep(BlockId b, const InlineChoice& choose) {
    layout_.push_back(b);
    current_ = b;
    std::vector<ValueId> todo;
    size_t n = 0;
    auto& list = f_.block(b).insts;
    while (n < list.size() && !is_chosen(list[n], choose)) ++n;
    if (n == list.size()) return;
    todo.assign(list.begin() + static_cast<long>(n), list.end());
    list.resize(n);
    bool chosen = true;  // todo.front() was asked about
    for (ValueId v : todo) {
      if (std::exchange(chosen, false) || is_chosen(v, choose)) insert_body(v);
      else f_.block(current_).insts.push_back(v);
    }
  }

  ValueId append(Inst i, std::initializer_list<ValueId> args) {
    ValueId v = f_.add_inst(i, {args.begin(), args.size()});
    f_.block(current_).insts.push_back(v);
    return v;
  }

  uint16_t log2_align(TypeId t) const {
    return static_cast<uint16_t>(std::countr_zero(m_.types.align(t)));
  }
  void append_copy(ValueId to, ValueId from, TypeId object, Span span) {
    append({.op = Op::Copy,
            .aux = log2_align(object),
            .imm = static_cast<int64_t>(m_.types.size(object)),
            .span = span},
           {to, from});
  }

  // The callee's copy of a struct argument.
  ValueId private_copy(ValueId from, TypeId object, Span span) {
    ValueId slot = f_.add_inst({.op = Op::Slot,
                                .aux = log2_align(object),
                                .type = kPtr,
                                .imm = object.index,
                                .span = span},
                               {});
    slots_.push_back(slot);
    append_copy(slot, from, object, span);
    return slot;
  }

  void insert_body(ValueId call) {
    changed_ = true;
    const Inst at = f_.inst(call);
    const Function& callee = m_.callee(at);
    const std::vector<ValueId> args(f_.args(at).begin(), f_.args(at).end());
    const bool returns_object = is_aggregate(callee.ret);

    values_.assign(callee.insts.size(), ValueId());
    blocks_.assign(callee.blocks.size(), BlockId());
    const auto& formals = callee.block(callee.entry()).params;
    for (size_t p = 0; p < formals.size(); ++p) {
      ValueId arg = args[p + returns_object];
      values_[formals[p].index] =
          is_aggregate(callee.params[p]) ? private_copy(arg, callee.params[p], at.span) : arg;
    }
    number_values(callee);

    uint32_t returns = 0;
    for (BlockId b : callee.layout) returns += callee.inst(callee.terminator(b)).op == Op::Ret;
    BlockId after;
    ValueId result;
    if (returns != 1) {
      after = f_.add_block();
      if (at.type != kVoid) result = f_.add_param(after, at.type, at.span);
    }
    for (BlockId b : callee.layout) {
      current_ = blocks_[b.index];
      for (ValueId v : callee.block(b).insts) {
        if (callee.inst(v).op != Op::Ret) {
          copy_inst(callee, v);
          continue;
        }
        ValueId value = callee.args(v).empty() ? ValueId() : mapped(callee, callee.arg(v, 0));
        if (returns_object) append_copy(args[0], value, callee.ret, callee.inst(v).span);
        if (returns == 1) {
          after = current_;
          result = value;
        } else {
          std::span<const ValueId> passed(&value, at.type != kVoid ? 1 : 0);
          Edge e = f_.make_edge(after, passed);
          append({.op = Op::Jmp, .imm = f_.add_edges({&e, 1}), .span = callee.inst(v).span}, {});
        }
      }
    }
    if (returns != 1) layout_.push_back(after);
    current_ = after;
    if (at.type != kVoid) results_.replace(call, result.valid() ? result : f_.undef(at.type));
  }

  // New blocks for the callee's blocks and new ids for its values, so that operands can be mapped
  // whatever the order of the blocks.
  void number_values(const Function& callee) {
    for (BlockId b : callee.layout) {
      const Block& block = callee.block(b);
      if (b == callee.entry()) {
        blocks_[b.index] = current_;
      } else {
        BlockId copy = f_.add_block();
        blocks_[b.index] = copy;
        layout_.push_back(copy);
        for (ValueId p : block.params)
          values_[p.index] = f_.add_param(copy, callee.type(p), callee.inst(p).span);
      }
      for (ValueId v : block.insts) {
        if (callee.inst(v).op == Op::Ret) continue;
        values_[v.index] = ValueId(static_cast<uint32_t>(f_.insts.size()));
        f_.insts.push_back(callee.inst(v));
      }
    }
  }

  ValueId mapped(const Function& callee, ValueId v) {
    ValueId& to = values_[v.index];
    if (!to.valid()) {
      const Inst& leaf = callee.inst(v);
      LL_CHECK(is_leaf(leaf.op), "an operand is defined in no block");
      to = f_.leaf(leaf.op, leaf.type, leaf.imm);
    }
    return to;
  }

  template <class Ids>
  uint32_t copy_operands(const Function& callee, const Ids& ids) {
    operands_.clear();
    for (ValueId v : ids) operands_.push_back(mapped(callee, v));
    auto begin = static_cast<uint32_t>(f_.pool.size());
    f_.pool.insert(f_.pool.end(), operands_.begin(), operands_.end());
    return begin;
  }

  void copy_inst(const Function& callee, ValueId v) {
    ValueId to = values_[v.index];
    const Inst& from = callee.inst(v);
    f_.inst(to).args_begin = copy_operands(callee, callee.args(from));
    if (auto succs = callee.succs(from); !succs.empty()) {
      Edge copies[2];
      for (size_t s = 0; s < succs.size(); ++s)
        copies[s] = {blocks_[succs[s].to.index], copy_operands(callee, callee.args(succs[s])),
                     succs[s].args_count};
      f_.set_edges(f_.inst(to), {copies, succs.size()});
    }
    if (from.op == Op::Slot) slots_.push_back(to);
    else f_.block(current_).insts.push_back(to);
  }

  Module& m_;
  Function& f_;
  bool changed_ = false;
  BlockId current_;
  std::vector<BlockId> layout_, blocks_;
  std::vector<ValueId> values_, operands_, slots_;
  Replacements results_;  // calls, by what they returned
};

}  // namespace

bool inline_calls(Module& m, Function& f, const InlineChoice& choose) {
  return Inliner(m, f).run(choose);
}

}  // namespace ll
