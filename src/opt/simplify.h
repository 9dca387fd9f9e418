// The rules of pass `simplify`, by kind of operation. A rule looks at one instruction whose
// operands are already simplified, and returns the value that stands for it: an existing one, or
// one it makes with `Rewriter`. Invalid when no rule applies. A rule never makes code longer.
#pragma once
#include <initializer_list>

#include "ir/ir.h"

namespace ll::opt {

// Makes instructions in front of the one being looked at.
class Rewriter {
 public:
  Rewriter(Function& f, std::vector<ValueId>& out) : f(f), out_(out) {}

  ValueId make(Op op, TypeId type, std::initializer_list<ValueId> args, int64_t imm = 0) {
    Inst i{.op = op, .type = type, .imm = imm, .span = span};
    ValueId v = f.add_inst(i, {args.begin(), args.size()});
    out_.push_back(v);
    return v;
  }
  ValueId constant(TypeId type, int64_t bits) { return f.constant(type, bits); }
  const Inst& inst(ValueId v) const { return f.inst(v); }
  ValueId arg(ValueId v, unsigned n) const { return f.arg(v, n); }
  bool is(ValueId v, Op op) const { return f.inst(v).op == op; }
  bool is_const(ValueId v) const { return f.is_const(v); }
  bool is_const(ValueId v, int64_t bits) const { return f.is_const(v, bits); }
  int64_t bits(ValueId v) const { return f.inst(v).imm; }

  Function& f;
  Span span;

 private:
  std::vector<ValueId>& out_;
};

ValueId simplify_int(Rewriter& r, ValueId v);
ValueId simplify_compare(Rewriter& r, ValueId v);
ValueId simplify_float(Rewriter& r, ValueId v);
ValueId simplify_select(Rewriter& r, ValueId v);
ValueId simplify_convert(Rewriter& r, ValueId v);
ValueId simplify_ptradd(Rewriter& r, ValueId v);

Op inverted_compare(Op op);   // of an integer comparison
Op exchanged_compare(Op op);  // with its operands exchanged

}  // namespace ll::opt
