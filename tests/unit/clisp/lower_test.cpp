// The BriLisp that small C-Lisp programs become. Expected texts are read and compared as data, so
// that their layout is free.
#include <gtest/gtest.h>

#include "unit/clisp/lowering.h"

namespace ll::clisp {
namespace {

void expect_lowered(std::string_view source, std::string_view expected,
                    std::initializer_list<std::string_view> others = {}) {
  Lowering l(source, others);
  ASSERT_TRUE(l.result) << source << "\n" << l.errors();
  EXPECT_EQ(l.errors(), "");
  SourceMap sources;
  Diags diags(sources);
  Arena arena;
  const Sexp* x = read(*sources.add("expected", std::string(expected)), arena, diags);
  ASSERT_TRUE(x) << expected;
  EXPECT_TRUE(equal(*l.result, *x)) << source << "\nbecame\n" << print_pretty(*l.result);
}

// A function's statements and the instructions they become.
void expect_body(std::string_view prototype, std::string_view statements,
                 std::string_view instructions) {
  std::string open = "(define (" + std::string(prototype) + ") ";
  expect_lowered("(c-lisp " + open + std::string(statements) + "))",
                 "(brilisp " + open + std::string(instructions) + "))");
}

TEST(CLispLower, NestedExpressionsBecomeInstructions) {
  expect_body("(f int) (a int) (b int)", "(ret (add (mul a b) 1))", R"(
    (set (%1 int) (mul a b))
    (set (%2 int) (add %1 1))
    (ret %2))");
}

TEST(CLispLower, VariablesAreReadWhenTheOperationExecutes) {
  expect_body("(f int) (x int)", "(ret (add x (set x 5)))", R"(
    (set (x int) (const 5))
    (set (%1 int) (add x 5))
    (ret %1))");
  expect_body("(f int) (x int) (y int)", "(ret (add (set x y) (set y 5)))", R"(
    (set (%1 int) (id y))
    (set (x int) (id %1))
    (set (y int) (const 5))
    (set (%2 int) (add %1 5))
    (ret %2))");
}

TEST(CLispLower, AssignmentStatementNeedsNoTemporary) {
  expect_body("(f void) (x int) (y int)", "(set x (add x y)) (set x y) (set y 3)", R"(
    (set (x int) (add x y))
    (set (x int) (id y))
    (set (y int) (const 3))
    (ret))");
}

TEST(CLispLower, GlobalsAreLoadedWhereTheyAreMet) {
  expect_lowered(R"((c-lisp (define-global (g int) (const 4))
                            (define ((f int)) (set g 7) (ret (add g (set g 2))))))",
                 R"((brilisp (define-global (g int) (const 4))
                      (define ((f int))
                        (store g 7)
                        (set (%1 int) (load g))
                        (store g 2)
                        (set (%2 int) (add %1 2))
                        (ret %2))))");
}

TEST(CLispLower, InnerScopesGetNamesOfTheirOwn) {
  expect_body("(f int) (x int)", "((declare x float) (set x 1.5)) ((declare x int8)) (ret x)", R"(
    (set (x.1 float) (const null))
    (set (x.1 float) (const 1.5))
    (set (x.2 int8) (const null))
    (ret x))");
}

TEST(CLispLower, LocalsMayHideGlobals) {
  expect_lowered("(c-lisp (define-global (g int)) (define ((f int) (g int)) (set g 1) (ret g)))",
                 R"((brilisp (define-global (g int))
                      (define ((f int) (g.1 int)) (set (g.1 int) (const 1)) (ret g.1))))");
}

TEST(CLispLower, SingleStatementBranchDeclaresOutside) {
  expect_body("(f int) (c bool)", "(if c (declare y int)) (ret y)", R"(
    (br c then.1 endif.1)
    (label then.1)
    (set (y int) (const null))
    (label endif.1)
    (ret y))");
}

TEST(CLispLower, IfElse) {
  expect_body("(f int) (c bool)", "(if c (ret 1) (ret 2))", R"(
    (br c then.1 else.1)
    (label then.1)
    (ret 1)
    (label else.1)
    (ret 2)
    (label endif.1)
    (set (%1 int) (const null))
    (ret %1))");
}

TEST(CLispLower, ForRunsInitConditionBodyStep) {
  expect_body("(f void) (n int)", "(declare i int) (for ((set i 0) (lt i n) (set i (add i 1))) ())",
              R"(
    (set (i int) (const null))
    (set (i int) (const 0))
    (label loop.1)
    (set (%1 bool) (lt i n))
    (br %1 body.1 done.1)
    (label body.1)
    (set (i int) (add i 1))
    (jmp loop.1)
    (label done.1)
    (ret))");
}

TEST(CLispLower, CodeBehindReturnStaysInTheProgram) {
  expect_body("(f int)", "(ret 1) (declare x int) (ret x)", R"(
    (ret 1)
    (label unreachable.1)
    (set (x int) (const null))
    (ret x))");
}

TEST(CLispLower, MainFallsOffItsEndWithZero) {
  expect_body("(main int)", "()", "(set (%1 int) (const 0)) (ret %1)");
}

TEST(CLispLower, AssignedPointersBringTheirSpace) {
  expect_body("(f int) (g (ptr int (addrspace 1)))",
              "(declare p (ptr int)) (set p (ptradd g 2)) (set p (ptradd p 1)) (ret (load p))", R"(
    (set (p (ptr int)) (const null))
    (set (%1 (ptr int (addrspace 1))) (ptradd g 2))
    (set (p (ptr int (addrspace 1))) (id %1))
    (set (p (ptr int (addrspace 1))) (ptradd p 1))
    (set (%3 int) (load p))
    (ret %3))");
}

TEST(CLispLower, ArraysStructsAndAddresses) {
  expect_lowered(R"((c-lisp (define-struct pair (a int) (b float))
                      (define-global (tile (arr 8 float)) (addrspace 3))
                      (define ((f float) (p (ptr (struct pair) (addrspace 1))))
                        (declare a (arr 4 int))
                        (store (aptradd a 1) 5)
                        (store (aptradd tile 2) (load (sptradd p b)))
                        (ret (extractvalue (load p) 1)))))",
                 R"((brilisp (define-struct pair (int float))
                      (define-global (tile (arr 8 float)) (addrspace 3))
                      (define ((f float) (p (ptr (struct pair) (addrspace 1))))
                        (set (a (arr 4 int)) (const null))
                        (set (%1 (ptr (arr 4 int))) (ptr-to a))
                        (set (%2 (ptr int)) (ptradd %1 0 1))
                        (store %2 5)
                        (set (%3 (ptr (arr 8 float))) (addrspacecast tile (ptr (arr 8 float))))
                        (set (%4 (ptr float)) (ptradd %3 0 2))
                        (set (%5 (ptr float (addrspace 1))) (ptradd p 0 1))
                        (set (%6 float) (load %5))
                        (store %4 %6)
                        (set (%7 (struct pair)) (load p))
                        (set (%8 float) (extractvalue %7 1))
                        (ret %8))))");
}

TEST(CLispLower, ConversionsAndCopies) {
  expect_body("(f int64) (x int) (d double)",
              "(fptosi d int) (sext x int) (ret (sext (trunc 300 int8) int64))", R"(
    (set (%1 int) (fptosi d int))
    (set (%2 int) (id x))
    (set (%3 int8) (trunc 300 int8))
    (set (%4 int64) (sext %3 int64))
    (ret %4))");
}

TEST(CLispLower, StringsBecomeConstants) {
  expect_lowered(R"((c-lisp (define ((puts int) (s (ptr int8))))
                            (define ((f void)) (call puts "hi") (call puts "hi"))))",
                 R"((brilisp (define ((puts int) (s (ptr int8))))
                      (define-string string.1 "hi")
                      (define ((f void))
                        (set (%1 (ptr int8)) (string-ref string.1))
                        (set (_ void) (call puts %1))
                        (set (%2 (ptr int8)) (string-ref string.1))
                        (set (_ void) (call puts %2))
                        (ret))))");
}

TEST(CLispLower, BriLispBodiesPassAsWritten) {
  expect_lowered(R"((c-lisp (define-inline-brilisp ((both int) (a int) (b int))
                              (set (c int) (and a b)) (ret c))
                            (define ((f int)) (ret (call both 6 3)))))",
                 R"((brilisp (define-inline-brilisp ((both int) (a int) (b int))
                               (set (c int) (and a b)) (ret c))
                             (define ((f int)) (set (%1 int) (call both 6 3)) (ret %1))))");
}

TEST(CLispLower, DeviceForms) {
  expect_lowered(R"((c-lisp (define ((main int))
                      (declare p (ptr float (addrspace 1)))
                      (set p (device-alloc float 10))
                      (launch (k 2 5) p 3)
                      (device-sync)
                      (device-free p)
                      (ret 0))))",
                 R"((brilisp (define ((main int))
                      (set (p (ptr float (addrspace 1))) (const null))
                      (set (p (ptr float (addrspace 1))) (device-alloc float 10))
                      (launch (k 2 5) p 3)
                      (device-sync)
                      (device-free p)
                      (ret 0))))",
                 {"(cuda-lisp (define-kernel ((k void) (p (ptr float)) (n int)) ()))"});
}

TEST(CLispLower, NodesCarryTheirSource) {
  Lowering l("(c-lisp\n  (define ((f int))\n    (ret (add 1 2))))");
  ASSERT_TRUE(l.result);
  const Sexp& add = (*l.result)[1][2];
  EXPECT_EQ(l.sources.describe(add.span()), "t:3:10");
}

TEST(CLispLower, DeepExpressionsAndManyScopesStayFast) {
  std::string deep(900, ' '), text = "x";
  for (int i = 0; i < 900; ++i) text = "(add " + text + " 1)";
  EXPECT_TRUE(Lowering("(c-lisp (define ((f int) (x int)) (ret " + text + ")))").result);
  text.clear();
  for (int i = 0; i < 20000; ++i) text += "((declare x int) (set x 1))";
  EXPECT_TRUE(Lowering("(c-lisp (define ((f void)) " + text + "))").result);
}

}  // namespace
}  // namespace ll::clisp
