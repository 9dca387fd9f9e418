// Every operation at every type that the verifier accepts has a row or a legalisation, no row is
// beyond what the verifier accepts, and ptxas takes the text of all of them.
#include <set>

#include "emit_ptx/emit.h"
#include "emit_ptx/insts.h"
#include "emit_ptx/target.h"
#include "ir/builder.h"
#include "ptxas.h"

namespace ll::ptx {
namespace {

constexpr TypeId kScalarTypes[] = {kBool,
                                   kInt8,
                                   kInt16,
                                   kInt32,
                                   kInt64,
                                   kFloat,
                                   kDouble,
                                   kPtr,
                                   ptr_type(Space::Global),
                                   ptr_type(Space::Private)};

// One kernel that does one operation on its parameters and keeps the result.
class OneOp {
 public:
  OneOp(Module& m, int number) : m_(m) {
    id_ = m.add_function(Symbol("k" + std::to_string(number)));
    Function& f = m.function(id_);
    f.flags = kKernel | kDevice;
    f.add_block();
    out_ = param(ptr_type(Space::Global));
  }
  Function& function() { return m_.function(id_); }
  ValueId param(TypeId t) {
    function().params.push_back(t);
    return function().add_param(function().entry(), t);
  }
  // False when the verifier refuses the instruction.
  bool finish(Inst i, const std::vector<ValueId>& args) {
    Builder b(m_, function());
    b.at(function().entry());
    ValueId v = b.add(i, args);
    if (i.op == Op::Ret || i.op == Op::Trap) return check();
    if (i.type != kVoid && is_scalar(i.type)) b.store(out_, v);
    b.ret();
    return check();
  }

 private:
  bool check() {
    Diags diags(m_.sources);
    return verify_function(m_, function(), diags);
  }
  Module& m_;
  FuncId id_;
  ValueId out_;
};

struct Case {
  Op op;
  Class from, to;
  bool is_short;
  bool operator<(const Case& o) const {
    return std::tie(op, from, to, is_short) < std::tie(o.op, o.from, o.to, o.is_short);
  }
};

// Builds every combination of operation, operand and result type, in registers and with
// constants; keeps those that verify.
class AllOps {
 public:
  AllOps() : m_(sources_) {
    for (unsigned n = 0; n < kOpCount; ++n)
      for (TypeId a : kScalarTypes)
        for (TypeId r : kScalarTypes)
          for (bool constant : {false, true}) add(static_cast<Op>(n), a, r, constant);
  }

  // Drops kernels that do not verify, so the module stands as a whole.
  Module& module() {
    m_.retain_functions(keep_);
    return m_;
  }
  const std::set<Case>& cases() const { return cases_; }
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  void add(Op op, TypeId a, TypeId r, bool constant) {
    const OpInfo& row = info(op);
    std::vector<TypeId> args;
    Inst i{.op = op, .type = kVoid, .span = {}};
    switch (row.format) {
      case Format::Nullary:
      case Format::Ret:
        if (a != kBool || r != kBool || constant) return;
        break;
      case Format::Dim:
        if (r != kInt32 || a != kBool || constant) return;
        i.type = r;
        break;
      case Format::Trap:
        if (a != kBool || r != kBool || constant) return;
        break;
      case Format::Unary:
        if (a != r) return;
        args = {a};
        i.type = r;
        break;
      case Format::Binary:
        if (r != a && r != kBool) return;
        args = {a, a};
        i.type = r;
        break;
      case Format::Ternary:
        if (a != r) return;
        args = op == Op::Select ? std::vector{kBool, r, r} : std::vector{a, a, a};
        i.type = r;
        break;
      case Format::Convert:
        args = {a};
        i.type = r;
        break;
      case Format::Slot:
        if (a != kBool || constant) return;
        i.type = r, i.imm = kInt64.index, i.aux = 3;
        break;
      case Format::Alloc:
        args = {a}, i.type = r, i.imm = kInt64.index, i.aux = 3;
        break;
      case Format::PtrAdd:
        if (a == r) args = {a}, i.imm = PtrAddImm{0, -4}.pack();
        else args = {r, a}, i.imm = PtrAddImm{constant ? 0x80000000u : 12, constant ? 0 : 8}.pack();
        i.type = r;
        break;
      case Format::Load:
        if (!is_ptr(a)) return;
        args = {a}, i.type = r, i.aux = constant ? 0 : log2(r);  // misaligned
        break;
      case Format::Store:
        if (!is_ptr(a)) return;
        args = {a, r}, i.aux = constant ? 0 : log2(r);
        break;
      case Format::Copy:
        args = {a, r}, i.imm = constant ? 75 : 23, i.aux = constant ? 0 : 2;
        break;
      default:
        return;  // leaves, calls and edges: see below
    }
    OneOp one(m_, static_cast<int>(keep_.size()));
    Function& f = one.function();
    std::vector<ValueId> values;
    for (TypeId t : args)
      values.push_back(constant && row.format != Format::PtrAdd && !is_ptr(t)
                           ? f.constant(t, t == kFloat ? 0x3f800000 : -3)
                           : one.param(t));
    bool ok = one.finish(i, values);
    keep_.push_back(ok);
    if (!ok) return;
    const Inst built{f.inst(f.block(f.entry()).insts.front())};
    TypeId from = deciding_type(f, built);
    Case c{op, class_of(from), class_of(row.format == Format::Convert ? built.type : from),
           is_short_form(f, built)};
    cases_.insert(c);
    if (!find_row(c.op, c.from, c.to, c.is_short) && legalised(op).empty())
      missing_.push_back(std::string(row.text) + " at " + m_.types.str(from) + " -> " +
                         m_.types.str(built.type));
  }
  static uint16_t log2(TypeId t) {
    return static_cast<uint16_t>(std::countr_zero(scalar_bytes(t)));
  }

  SourceMap sources_;
  Module m_;
  std::vector<bool> keep_;
  std::set<Case> cases_;
  std::vector<std::string> missing_;
};

TEST(PtxCoverage, EveryOperationHasARowOrALegalisation) {
  AllOps all;
  for (const std::string& what : all.missing()) ADD_FAILURE() << "no row: " << what;
  std::set<Op> with_rows;
  for (const Row& r : rows()) with_rows.insert(r.op);
  for (unsigned n = 0; n < kOpCount; ++n) {
    Op op = static_cast<Op>(n);
    EXPECT_TRUE(with_rows.contains(op) != !legalised(op).empty()) << info(op).name;
  }
}

TEST(PtxCoverage, NoRowIsUnused) {
  AllOps all;
  std::set<const Row*> used;
  for (const Case& c : all.cases())
    if (const Row* r = find_row(c.op, c.from, c.to, c.is_short)) used.insert(r);
  for (const Row& r : rows()) EXPECT_TRUE(used.contains(&r)) << info(r.op).name << ": " << r.text;
}

TEST(PtxCoverage, EveryRowAssembles) {
  AllOps all;
  Module& m = all.module();
  Diags diags(m.sources);
  auto verified = verify(m, diags);
  ASSERT_TRUE(verified);
  LL_REQUIRE_PTXAS(ptxas);
  for (const char* arch : {"sm_75", "sm_80", "sm_90", "sm_120"}) {
    auto code = emit(*verified, {arch}, diags);
    ASSERT_TRUE(code);
    std::string wrong = test::assemble(ptxas, code->text, arch);
    EXPECT_EQ(wrong.substr(0, 2000), "") << arch;
  }
}

}  // namespace
}  // namespace ll::ptx
