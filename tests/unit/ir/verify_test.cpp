// The verifier: one bad module per invariant, in the order of the list in verify.cpp. What text
// cannot say is made with the tables.
#include "ir/verify.h"

#include <functional>

#include "gtest/gtest.h"
#include "ir/builder.h"
#include "unit/ir/ir_test.h"

namespace ll {
namespace {

struct Bad {
  const char* message;
  std::string text;
};
void PrintTo(const Bad& b, std::ostream* out) { *out << b.message << " in " << b.text; }

class VerifyText : public testing::TestWithParam<Bad> {};

TEST_P(VerifyText, IsRejected) {
  Parsed p(GetParam().text);
  ASSERT_TRUE(p.module) << p.messages();
  EXPECT_FALSE(verify(*p.module, p.diags));
  std::string all = p.messages();
  EXPECT_NE(all.find(GetParam().message), std::string::npos) << all;
  EXPECT_NE(all.find("error[E0201]"), std::string::npos);
  EXPECT_NE(all.find("test.lisp:"), std::string::npos);
}

// A function `f` with a parameter of each type that the bad instructions work on.
std::string body(std::string instructions) {
  return ir(
      "(define-struct s (int int))\n(define-struct unknown)\n"
      "(define-global (g int))\n"
      "(define ((callee int) (a int) (b double)) (ret a))\n"
      "(define ((maker (struct s)) (v (struct s))) (ret v))\n"
      "(define ((kern void)) (attributes kernel) (ret))\n"
      "(define ((f void) (i int) (l int64) (b bool) (x float) (d double) (p ptr)\n"
      "    (g1 (ptr (addrspace 1))) (c4 (ptr (addrspace 4))))\n    " +
      std::move(instructions) + ")");
}

const Bad kBad[] = {
    // globals
    {"the alignment is below", ir("(define-global (g int) (align 2))")},
    {"globals live in address space", ir("(define-global (g int) (addrspace 5))")},
    {"3 initial bytes for a type of 4", ir("(define-global (g int) (bytes \"000000\"))")},
    {"shared memory has no initial",
     ir("(define-global (g int) (addrspace 3) (bytes \"00000000\"))")},
    {"shared memory has no initial", ir("(define-global (g ptr) (addrspace 3) (ref 0 g 0))")},
    {"outside its bytes", ir("(define-global (g ptr) (ref 1 g 0))")},
    {"outside its bytes", ir("(define-global (g int) (ref 0 g 0))")},
    {"shared memory has no address",
     ir("(define-global (s int) (addrspace 3)) (define-global (g ptr) (ref 0 s 0))")},
    {"two addresses overlap", ir("(define-global (g (arr 2 ptr)) (ref 0 g 0) (ref 4 g 0))")},
    // functions
    {"a kernel returns void", ir("(define ((k int)) (attributes kernel) (ret 0))")},
    {"a kernel takes scalars", ir("(define ((k void) (a (arr 2 int))) (attributes kernel) (ret))")},
    {"a kernel has a body", ir("(define ((k void)) (attributes kernel external))")},
    {"a workgroup function has the signature",
     ir("(define ((k int)) (attributes cpu-kernel) (ret 0))")},
    {"a workgroup function is not a kernel",
     ir("(define ((k void)) (attributes cpu-kernel kernel) (ret))")},
    {"only workgroup functions", ir("(define ((f void)) (shared-bytes 4) (ret))")},
    {"are both linked as 'x'",
     ir("(define ((f void)) (link \"x\") (ret)) (define ((g void)) (link \"x\") (ret))")},
    // blocks and edges
    {"ends without a terminator", body("(store p i)")},
    {"block 'l' has no terminator", body("(ret) (label l) (label m) (ret)")},
    {"a terminator stands inside", body("(ret) (ret)")},
    {"label 'm' takes 1 arguments, not 0", body("(jmp m) (label m (a int)) (ret)")},
    {"label 'm' takes 0 arguments, not 1", body("(br b m (m 1)) (label m) (ret)")},
    {"argument 2 of label 'm' is of type double where int64 is expected",
     body("(jmp m 1 d) (label m (a int) (c int64)) (ret)")},
    // the type rules
    {"the result must be an integer or bool", body("(set (r float) (add x x)) (ret)")},
    {"operand 2 is of type int64 where int is expected", body("(set (r int) (add i l)) (ret)")},
    {"the result must be float or double", body("(set (r int) (fadd i i)) (ret)")},
    {"operand 1 is of type double where float is expected",
     body("(set (r float) (fma d x x)) (ret)")},
    {"the operands must be integers, bools or pointers", body("(set (r bool) (eq x x)) (ret)")},
    {"operand 2 is of type (ptr (addrspace 1)) where ptr is expected",
     body("(set (r bool) (eq p g1)) (ret)")},
    {"the result is of type int where bool is expected", body("(set (r int) (lt i i)) (ret)")},
    {"the operands must be float or double", body("(set (r bool) (feq i i)) (ret)")},
    {"the condition is of type int where bool is expected",
     body("(set (r int) (select i i i)) (ret)")},
    {"operand 3 is of type int64 where int is expected",
     body("(set (r int) (select b i l)) (ret)")},
    {"it does not convert int to int64", body("(set (r int64) (trunc i)) (ret)")},
    {"it does not convert int to int:", body("(set (r int) (trunc i)) (ret)")},
    {"it does not convert int64 to int", body("(set (r int) (zext l)) (ret)")},
    {"it does not convert int to bool", body("(set (r bool) (sext i)) (ret)")},
    {"it does not convert double to float", body("(set (r float) (fpext d)) (ret)")},
    {"it does not convert float to double", body("(set (r double) (fptrunc x)) (ret)")},
    {"it does not convert bool to float", body("(set (r float) (sitofp b)) (ret)")},
    {"it does not convert int to int", body("(set (r int) (uitofp i)) (ret)")},
    {"it does not convert float to bool", body("(set (r bool) (fptosi x)) (ret)")},
    {"it does not convert int to int64", body("(set (r int64) (fptoui i)) (ret)")},
    {"it does not convert int64 to int", body("(set (r int) (ptrtoint l)) (ret)")},
    {"it does not convert ptr to ptr", body("(set (r ptr) (inttoptr p)) (ret)")},
    {"it does not convert float to int64", body("(set (r int64) (bitcast x)) (ret)")},
    {"it does not convert ptr to int64", body("(set (r int64) (bitcast p)) (ret)")},
    {"it does not convert int64 to ptr", body("(set (r ptr) (addrspacecast l)) (ret)")},
    {"must be a generic or private pointer",
     body("(set (r (ptr (addrspace 3))) (slot int)) (ret)")},
    {"the alignment is below that of the type", body("(set (r ptr) (slot int (align 2))) (ret)")},
    {"the count must be an integer", body("(set (r ptr) (alloc int x)) (ret)")},
    {"operand 1 must be a pointer", body("(set (r ptr) (ptradd l 4)) (ret)")},
    {"the result is of type ptr where (ptr (addrspace 1))",
     body("(set (r ptr) (ptradd g1 4)) (ret)")},
    {"the index must be an integer", body("(set (r ptr) (ptradd p x 4 0)) (ret)")},
    {"the address must be a pointer", body("(set (r int) (load l)) (ret)")},
    {"the address must be a pointer", body("(store i i) (ret)")},
    {"constant memory (address space 4) is never written", body("(store c4 i) (ret)")},
    {"constant memory (address space 4) is never written", body("(copy c4 p 4) (ret)")},
    {"both addresses must be pointers", body("(copy p l 4) (ret)")},
    {"'callee' takes 2 operands, not 1", body("(set (r int) (call callee i)) (ret)")},
    {"operand 2 is of type float where double is expected",
     body("(set (r int) (call callee i x)) (ret)")},
    {"the result is of type int64 where int is expected",
     body("(set (r int64) (call callee i d)) (ret)")},
    {"'maker' takes 2 operands (the first is where the result goes), not 1",
     body("(call maker p) (ret)")},
    {"the address of the result is of type int64", body("(call maker l p) (ret)")},
    {"operand 2 is of type int64 where ptr is expected", body("(call maker p l) (ret)")},
    {"the result is of type ptr where void is expected",
     body("(set (r ptr) (call maker p p)) (ret)")},
    {"kernel 'kern' is launched, not called", body("(call kern) (ret)")},
    {"the condition is of type int where bool is expected", body("(br i m m) (label m) (ret)")},
    {"the function returns void", body("(ret i)")},
    {"it must return a value of type int", ir("(define ((f int)) (ret))")},
    {"the value is of type float where int is expected", ir("(define ((f int)) (ret 1.0))")},
    {"the address of the value is of type int",
     ir("(define-struct s (int)) (define ((f (struct s))) (ret 1))")},
    {"the dimension must be 0, 1 or 2",
     ir("(define ((k void)) (attributes kernel) (set (i int) (local-id 3)) (ret))")},
    {"the result is of type int64 where int is expected",
     ir("(define ((k void)) (attributes kernel) (set (i int64) (local-id 0)) (ret))")},
    {"'barrier' is for kernels and device functions", body("(barrier) (ret)")},
    {"'group-id' is for kernels and device functions", body("(set (r int) (group-id 0)) (ret)")},
    {"a slot belongs into the entry block",
     body("(jmp m) (label m) (set (r ptr) (slot int)) (ret)")},
    // dominance
    {"the definition of 'b' does not dominate",
     ir("(define ((f void)) (set (a int) (add b 1)) (set (b int) (add a 1)) (ret))")},
    {"the definition of 'a' does not dominate",
     ir("(define ((f int) (c bool)) (br c l m) (label l) (set (a int) (add 1 2)) (jmp m)\n"
        "  (label m) (ret a))")},
    {"the definition of 'a' does not dominate",
     ir("(define ((f int) (c bool)) (br c l (m a)) (label l) (set (a int) (add 1 2)) (jmp m a)\n"
        "  (label m (r int)) (ret r))")},
    {"the definition of 'p' does not dominate",
     ir("(define ((f int) (c bool)) (br c l m) (label l) (jmp n 1) (label n (p int)) (ret p)\n"
        "  (label m) (ret p))")},
    {"the definition of 'dead' does not dominate",
     ir("(define ((f int)) (jmp m) (label d) (set (dead int) (add 1 2)) (jmp m) (label m)\n"
        "  (ret dead))")},
};
INSTANTIATE_TEST_SUITE_P(All, VerifyText, testing::ValuesIn(kBad));

TEST(Verify, AcceptsWhatIsUnreachable) {
  Parsed p(
      ir("(define ((f int)) (ret 0) (label d) (set (x int) (add y 1)) (jmp e)\n"
         "  (label e) (set (y int) (add x 1)) (jmp d))"));
  ASSERT_TRUE(p.module) << p.messages();
  EXPECT_TRUE(verify(*p.module, p.diags)) << p.messages();
}

TEST(Verify, ReportsEverythingItFinds) {
  Parsed p(
      ir("(define ((f int)) (set (a int) (add 1.0 2)) (ret 1.0))\n"
         "(define ((g int)) (ret 1.0))"));
  ASSERT_TRUE(p.module) << p.messages();
  EXPECT_FALSE(verify(*p.module, p.diags));
  EXPECT_EQ(p.diags.error_count(), 3u) << p.messages();
  EXPECT_NE(p.messages().find("in function 'f': operand 1 is of type float where int is expected: "
                              "(set (a int) (add 1.0 2))"),
            std::string::npos)
      << p.messages();
}

// A good function and what breaks it.
struct Made {
  SourceMap sources;
  Diags diags{sources};
  Module m{sources};
  Function& f = m.function(m.add_function(Symbol("f")));
  Builder at{m, f};
  BlockId entry, next;
  ValueId p, sum, jump, ret;

  Made() {
    f.ret = kInt32;
    f.params = {kInt32};
    entry = f.add_block();
    next = f.add_block(Symbol("next"));
    p = f.add_param(entry, kInt32);
    ValueId q = f.add_param(next, kInt32);
    at.at(entry);
    sum = at.binary(Op::Add, p, f.constant(kInt32, 1));
    ValueId args[] = {sum};
    jump = at.jmp(next, args);
    at.at(next);
    ret = at.ret(q);
  }
  std::string message() {
    verify(m, diags);
    return diags.all().empty() ? "" : diags.all().front().message;
  }
};

struct Breakage {
  const char* message;
  std::function<void(Made&)> break_it;
};
void PrintTo(const Breakage& b, std::ostream* out) { *out << b.message; }
class VerifyTables : public testing::TestWithParam<Breakage> {};

TEST(Verify, AcceptsTheFunctionThatTheseTestsBreak) { EXPECT_EQ(Made().message(), ""); }

TEST_P(VerifyTables, IsRejected) {
  Made made;
  GetParam().break_it(made);
  std::string message = made.message();
  EXPECT_NE(message.find(GetParam().message), std::string::npos) << message;
}

constexpr uint32_t kWild = 1'000'000'000;

const Breakage kBreakages[] = {
    {"it has no body", [](Made& a) { a.f.layout.clear(); }},
    {"an external function has a body", [](Made& a) { a.f.flags = kExternal; }},
    {"a parameter has no complete type", [](Made& a) { a.f.params[0] = kVoid; }},
    {"a parameter has no complete type",
     [](Made& a) { a.f.params[0] = a.m.types.declare_struct(Symbol("s")); }},
    {"the result has no complete type", [](Made& a) { a.f.ret = TypeId(kWild); }},
    {"the layout names block", [](Made& a) { a.f.layout.push_back(BlockId(kWild)); }},
    {"the layout lists block 'next' twice", [](Made& a) { a.f.layout.push_back(a.next); }},
    {"lists value 1000000000", [](Made& a) { a.f.block(a.next).insts[0] = ValueId(kWild); }},
    {"a leaf lives in no block",
     [](Made& a) {
       a.f.block(a.next).insts.insert(a.f.block(a.next).insts.begin(), a.f.undef(kInt32));
     }},
    {"a value is a scalar", [](Made& a) { a.f.inst(a.sum).type = *a.m.types.array(2, kInt8); }},
    {"a value is a scalar", [](Made& a) { a.f.inst(a.sum).type = TypeId(kWild); }},
    {"it is listed twice", [](Made& a) { a.f.block(a.entry).insts[1] = a.sum; }},
    {"it is not parameter 0", [](Made& a) { a.f.inst(a.p).imm = 1; }},
    {"it is not parameter 0", [](Made& a) { a.f.block(a.entry).params[0] = a.sum; }},
    {"a parameter stands among instructions",
     [](Made& a) {
       a.f.block(a.next).insts.insert(a.f.block(a.next).insts.begin(),
                                      a.f.add_inst({.op = Op::Param, .type = kInt32}, {}));
     }},
    {"there is no such operation", [](Made& a) { a.f.inst(a.sum).op = static_cast<Op>(250); }},
    {"its operands lie outside the pool", [](Made& a) { a.f.inst(a.sum).args_begin = kWild; }},
    {"operand 2 is not a value of this function",
     [](Made& a) { a.f.args(a.f.inst(a.sum))[1] = ValueId(kWild); }},
    {"operand 2 is not a value of this function",
     [](Made& a) { a.f.args(a.f.inst(a.sum))[1] = a.jump; }},
    {"operand 2 is not a value of this function",
     [](Made& a) {
       a.f.args(a.f.inst(a.sum))[1] = a.f.add_inst({.op = Op::Undef, .type = kInt32, .imm = 1}, {});
     }},
    {"operand 2 is not a value of this function",
     [](Made& a) {
       a.f.args(a.f.inst(a.sum))[1] =
           a.f.add_inst({.op = Op::Const, .type = kInt8, .imm = 255}, {});
     }},
    {"operand 2 is not a value of this function",
     [](Made& a) {
       a.f.args(a.f.inst(a.sum))[1] =
           a.f.add_inst({.op = Op::GlobalAddr, .type = kPtr, .imm = 7}, {});
     }},
    {"its edges lie outside the table", [](Made& a) { a.f.inst(a.jump).imm = kWild; }},
    {"a block that is not in the layout", [](Made& a) { a.f.edges[0].to = BlockId(kWild); }},
    {"a block that is not in the layout",
     [](Made& a) {
       a.f.edges[0].to = a.f.add_block();
       a.f.layout.pop_back();
     }},
    {"the arguments of an edge lie outside", [](Made& a) { a.f.edges[0].args_count = kWild; }},
    {"an argument of an edge is not a value",
     [](Made& a) { a.f.args(a.f.edges[0])[0] = ValueId(kWild); }},
    {"the entry block has a predecessor", [](Made& a) { a.f.edges[0].to = a.entry; }},
    {"it has 2 parameters but its entry block 1", [](Made& a) { a.f.params.push_back(kInt8); }},
    {"parameter 1 is of type int where int8 is expected", [](Made& a) { a.f.params[0] = kInt8; }},
    {"it takes 2 operands, not 1", [](Made& a) { a.f.inst(a.sum).args_count = 1; }},
    {"flags are reserved", [](Made& a) { a.f.inst(a.sum).flags = 1; }},
    {"it has no result", [](Made& a) { a.f.inst(a.jump).type = kInt32; }},
    {"there is no such kind", [](Made& a) { a.f.inst(a.ret) = {.op = Op::Trap, .imm = 99}; }},
    {"there is no such function",
     [](Made& a) { a.f.inst(a.sum) = {.op = Op::Call, .type = kInt32, .imm = 5}; }},
    {"there is no such type",
     [](Made& a) { a.f.inst(a.sum) = {.op = Op::Slot, .type = kPtr, .imm = -1}; }},
    {"(struct s) has no size",
     [](Made& a) {
       a.f.inst(a.sum) = {
           .op = Op::Slot, .type = kPtr, .imm = a.m.types.declare_struct(Symbol("s")).index};
     }},
    {"the alignment is above 4096",
     [](Made& a) {
       a.f.inst(a.sum) = {.op = Op::Slot, .aux = 13, .type = kPtr, .imm = kInt8.index};
     }},
    {"the size is out of range",
     [](Made& a) {
       a.at.at(a.next);
       auto& list = a.f.block(a.next).insts;
       ValueId null = a.f.constant(kPtr, 0);
       a.at.copy(null, null, uint64_t{1} << 41, 1);
       std::swap(list[0], list[1]);
     }},
    {"without an index the scale must be 0",
     [](Made& a) {
       ValueId null = a.f.constant(kPtr, 0);
       a.f.inst(a.sum) = a.f.inst(a.f.add_inst(
           {.op = Op::PtrAdd, .type = kPtr, .imm = PtrAddImm{4, 0}.pack()}, {&null, 1}));
     }},
    {"it takes a pointer and at most one index",
     [](Made& a) { a.f.inst(a.sum) = {.op = Op::PtrAdd, .type = kPtr}; }},
    {"global 'g': the type is not complete",
     [](Made& a) {
       a.m.add_global({.name = Symbol("g"), .type = kVoid, .init = {}, .relocs = {}, .span = {}});
     }},
    {"global 'g': the alignment is not a power of two",
     [](Made& a) {
       a.m.add_global(
           {.name = Symbol("g"), .type = kInt8, .align = 3, .init = {}, .relocs = {}, .span = {}});
     }},
    {"global 'g': an address is that of no global",
     [](Made& a) {
       a.m.add_global({.name = Symbol("g"),
                       .type = kPtr,
                       .align = 8,
                       .init = {},
                       .relocs = {{0, GlobalId(kWild), 0}},
                       .span = {}});
     }},
};
INSTANTIATE_TEST_SUITE_P(All, VerifyTables, testing::ValuesIn(kBreakages));

// Long chains, wide joins and deep dominator trees stay near-linear and off the native stack.
TEST(Verify, TakesLargeFunctions) {
  SourceMap sources;
  Diags diags(sources);
  Module m(sources);
  Function& f = m.function(m.add_function(Symbol("f")));
  f.params = {kBool};
  constexpr int kBlocks = 100'000;
  BlockId entry = f.add_block();
  ValueId c = f.add_param(entry, kBool);
  BlockId exit = f.add_block(), at_block = entry;
  ValueId r = f.add_param(exit, kInt32);
  Builder at(m, f);
  at.at(entry);
  ValueId sum = f.constant(kInt32, 0);
  for (int n = 0; n < kBlocks; ++n) {
    at.at(at_block);
    sum = at.binary(Op::Add, sum, f.constant(kInt32, n % 7));
    BlockId next = f.add_block();
    ValueId args[] = {sum};
    at.br(c, exit, next, args);
    at_block = next;
  }
  at.at(at_block);
  ValueId args[] = {sum};
  at.jmp(exit, args);
  at.at(exit);
  at.unary(Op::Not, r);
  at.ret();
  EXPECT_TRUE(verify(m, diags));
  std::string text = print_module(m);
  Parsed p(std::move(text));
  ASSERT_TRUE(p.module);
  EXPECT_TRUE(verify(*p.module, p.diags));
}

}  // namespace
}  // namespace ll
