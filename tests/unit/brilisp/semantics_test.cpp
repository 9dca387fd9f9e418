// What BriLisp programs do, seen through the interpreter.
#include <gtest/gtest.h>

#include "unit/brilisp/run.h"

namespace ll::test {
namespace {

TEST(BriLisp, RunsTheSpecificationsExample) {
  Outcome o = run(R"((brilisp
    (define-struct span (int int))
    (define-string banner "sum:")
    (define-global (calls int) (const 0))
    (define ((print int) (n int)))
    (define ((puts int) (s (ptr int8))))
    (define ((total int) (xs (ptr int)) (sp (struct span)))
        (set (c int) (load calls))
        (set (c int) (add c 1))
        (store calls c)
        (set (i int) (extractvalue sp 0))
        (set (hi int) (extractvalue sp 1))
        (set (acc int) (const 0))
        (label head)
        (set (go bool) (lt i hi))
        (br go body done)
        (label body)
        (set (p (ptr int)) (ptradd xs i))
        (set (v int) (load p))
        (set (acc int) (add acc v))
        (set (i int) (add i 1))
        (jmp head)
        (label done)
        (ret acc))
    (define ((main int))
        (set (xs (ptr int)) (alloc 3))
        (store xs 4)
        (set (q (ptr int)) (ptradd xs 1))
        (store q 5)
        (set (q (ptr int)) (ptradd xs 2))
        (store q 6)
        (set (sp (struct span)) (const null))
        (set (sp (struct span)) (insertvalue sp 0 0))
        (set (sp (struct span)) (insertvalue sp 3 1))
        (set (s (ptr int8)) (string-ref banner))
        (set (u void) (call puts s))
        (set (r int) (call total xs sp))
        (set (u void) (call print r))
        (ret 0))))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(o.output, "sum: 15");
}

std::string print_int(const std::string& operation) {
  return main_prints("(set (x int) " + operation + ") (set (u void) (call print x))");
}

TEST(BriLisp, IntegerArithmeticWrapsAndTruncates) {
  EXPECT_EQ(print_int("(add 2147483647 1)"), "-2147483648");
  EXPECT_EQ(print_int("(rem -7 2)"), "-1");
  EXPECT_EQ(print_int("(div -7 2)"), "-3");
  EXPECT_EQ(print_int("(udiv -1 2)"), "2147483647");
  EXPECT_EQ(print_int("(ashr -8 1)"), "-4");
  EXPECT_EQ(print_int("(lshr -8 28)"), "15");
  EXPECT_EQ(print_int("(not 0)"), "-1");
  EXPECT_EQ(print_int("(xor 6 3)"), "5");
}

TEST(BriLisp, ConstantsTakeTheirTypesWidth) {
  EXPECT_EQ(
      main_prints(
          "(set (x int8) (const 200)) (set (y int) (sext x int)) (set (u void) (call print y))"),
      "-56");
  EXPECT_EQ(print_int("(const 2147483648)"), "-2147483648");
  EXPECT_EQ(
      main_prints(
          "(set (x bool) (const true)) (set (y int) (sext x int)) (set (u void) (call print y))"
          "(set (y int) (zext #t int)) (set (u void) (call print y))"),
      "-1 1");
  EXPECT_EQ(main_prints("(set (x double) (const 0.1)) (set (u void) (call dprint x))"
                        "(set (f float) (const 3)) (set (u void) (call fprint f))"),
            "0.100000 3.000000");
  EXPECT_EQ(main_prints(
                "(set (x int64) (const -9223372036854775808)) (set (u void) (call int64_print x))"
                "(set (x int64) (const 18446744073709551615)) (set (u void) (call int64_print x))"),
            "-9223372036854775808 -1");
  EXPECT_EQ(main_prints("(set (x float) (const 1e300)) (set (u void) (call fprint x))"), "inf");
}

TEST(BriLisp, ComparisonsOfNaNAreFalse) {
  std::string body =
      "(set (n float) (fdiv 0.0 0.0)) (set (c bool) (fne n n)) (set (x int) (zext c int))"
      "(set (u void) (call print x)) (set (c bool) (feq n n)) (set (c bool) (not c))"
      "(set (x int) (zext c int)) (set (u void) (call print x)) (set (u void) (call fprint n))";
  EXPECT_EQ(main_prints(body), "0 1 nan");
}

TEST(BriLisp, AVariableOfAnotherTypeIsAnotherVariable) {
  // Textual order counts: the loop's head keeps using the first x, even on the way back.
  EXPECT_EQ(main_prints(R"(
      (set (n int) (const 0))
      (set (x int) (const 7))
      (label head)
      (set (u void) (call print x))
      (set (x float) (sitofp x float))
      (set (u void) (call fprint x))
      (set (n int) (add n 1))
      (set (c bool) (lt n 2))
      (br c head done)
      (label done)
      (set (x int) (const 9))
      (set (u void) (call print x)))"),
            "7 7.000000 7 7.000000 9");
}

TEST(BriLisp, TheFirstInstructionMayBeALoopHead) {
  Outcome o = run(R"((brilisp (define ((f int) (n int))
      (label top)
      (set (c bool) (le n 0))
      (br c out more)
      (label more) (set (u void) (call print n)) (set (n int) (sub n 1)) (jmp top)
      (label out) (ret n))
    (define ((main int)) (set (r int) (call f 3)) (ret r))))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(o.output, "3 2 1");
}

TEST(BriLisp, CodeBehindATerminatorIsDroppedUnseen) {
  EXPECT_EQ(main_prints("(jmp on) (frobnicate) (set (x nonsense) (add 1)) 5 (label on) (set (u "
                        "void) (call print 1))"),
            "1");
}

TEST(BriLisp, LabelsTakeParameters) {
  EXPECT_EQ(main_prints(R"(
      (jmp loop 0 1)
      (label loop (a int) (b int))
      (set (c bool) (gt a 50))
      (set (s int) (add a b))
      (set (u void) (call print a))
      (br c (done a) (loop b s))
      (label done (result int))
      (set (u void) (call print result)))"),
            "0 1 1 2 3 5 8 13 21 34 55 55");
}

TEST(BriLisp, EveryAllocExecutedIsFresh) {
  EXPECT_EQ(main_prints(R"(
      (set (last (ptr int)) (alloc 1))
      (store last 0)
      (set (i int) (const 0))
      (label loop)
      (set (p (ptr int)) (alloc 1))
      (store p i)
      (set (same bool) (eq p last))
      (set (x int) (zext same int))
      (set (v int) (load last))
      (set (x int) (add x v))
      (set (u void) (call print x))
      (set (last (ptr int)) (id p))
      (set (i int) (add i 1))
      (set (c bool) (lt i 3))
      (br c loop out)
      (label out))"),
            "0 0 1");
}

TEST(BriLisp, AddressesStepIntoAggregates) {
  EXPECT_EQ(main_prints(R"(
      (set (p (ptr (struct s))) (alloc 2))
      (set (k int64) (const -1))
      (set (q (ptr (struct s))) (ptradd p 1))
      (set (f (ptr int)) (ptradd q 0 1 2))
      (store f 42)
      (set (i int8) (const 2))
      (set (g (ptr int)) (ptradd p 1 1 i))
      (set (v int) (load g))
      (set (u void) (call print v))
      (set (g (ptr int)) (ptradd g k))
      (store g 5)
      (set (whole (struct s)) (load q))
      (set (arr4 (arr 4 int)) (extractvalue whole 1))
      (set (a (ptr (arr 4 int))) (ptr-to arr4))
      (set (g (ptr int)) (ptradd a 0 1))
      (set (v int) (load g))
      (set (u void) (call print v))
      (set (base int64) (ptrtoint p int64))
      (set (there int64) (ptrtoint f int64))
      (set (d int64) (sub there base))
      (set (u void) (call int64_print d)))",
                        "(define-struct s (int8 (arr 4 int) double))"),
            "42 5 44");
}

TEST(BriLisp, StructsAreValues) {
  EXPECT_EQ(main_prints(R"(
      (set (a (struct pair)) (const (1 2.5)))
      (set (b (struct pair)) (insertvalue a 9 0))
      (set (x int) (extractvalue a 0))
      (set (u void) (call print x))
      (set (b (struct pair)) (call bump b))
      (set (x int) (extractvalue b 0))
      (set (u void) (call print x))
      (set (c (struct pair)) (select #f a b))
      (set (f float) (extractvalue c 1))
      (set (u void) (call fprint f))
      (set (unused void) (call bump a))
      (set (x int) (extractvalue a 0))
      (set (u void) (call print x)))",
                        R"((define ((bump (struct pair)) (p (struct pair)))
           (set (n int) (extractvalue p 0))
           (set (n int) (add n 1))
           (set (p (struct pair)) (insertvalue p n 0))
           (ret p))
         (define-struct pair (int float)))"),
            "1 10 2.500000 1");
}

TEST(BriLisp, GlobalsAreInitialisedAndAssigned) {
  EXPECT_EQ(main_prints(R"(
      (set (p (ptr int)) (load where))
      (set (v int) (load p))
      (set (u void) (call print v))
      (set (counter int) (add v 1))
      (set (v int) (load counter))
      (set (u void) (call print v))
      (set (e (ptr int)) (ptradd table 0 1 0))
      (set (v int) (load e))
      (set (u void) (call print v))
      (set (n int) (load zero))
      (set (u void) (call print n)))",
                        R"((define-global (where (ptr int)) (ptr-to counter))
         (define-global (counter int) (const 7))
         (define-global (zero int))
         (define-global (table (arr 2 (arr 2 int))) (const ((1 2) (3 4)))))"),
            "7 8 3 0");
}

TEST(BriLisp, ConversionsToTheOwnTypeCopy) {
  EXPECT_EQ(main_prints(
                "(set (f float) (const 1.5)) (set (f float) (sitofp f float)) (set (u void) (call "
                "fprint f))"
                "(set (n int) (fptosi 3 (this is ignored))) (set (u void) (call print n))"
                "(set (p (ptr int8)) (inttoptr -255 (ptr int8))) (set (a int64) (ptrtoint p int64))"
                "(set (u void) (call int64_print a))"
                "(set (b int) (bitcast 1.0 int)) (set (u void) (call print b))"),
            "1.500000 3 4294967041 1065353216");
}

TEST(BriLisp, ArgumentsHideGlobals) {
  Outcome o = run(R"((brilisp (define-global (g int) (const 1))
     (define ((f int) (g int)) (set (g int) (add g 1)) (ret g))
     (define ((main int)) (set (x int) (call f 5)) (set (u void) (call print x)) (set (x int) (load g))
       (set (u void) (call print x)) (ret x))))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(o.output, "6 1");
  EXPECT_EQ(o.result, 1);
}

TEST(BriLisp, UncalledExternalsLeaveNoTrace) {
  Outcome o = run("(brilisp (define ((rand int))) (define ((main int)) (ret 0)))");
  EXPECT_EQ(o.ir.find("rand"), std::string::npos) << o.ir;
}

TEST(BriLisp, OneCFunctionMayHaveSeveralPrototypes) {
  Outcome o = run(R"((brilisp
     (define ((puts int) (s (ptr int8))))
     (define ((puts int) (s int64)))
     (define-string hi "hi")
     (define ((main int))
       (set (s (ptr int8)) (string-ref hi))
       (set (u void) (call puts s))
       (set (a int64) (ptrtoint s int64))
       (set (u void) (call puts a))
       (ret 0))))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(o.output, "hi hi");
}

TEST(BriLisp, MutualRecursionNeedsNoDeclaration) {
  Outcome o = run(R"((brilisp
     (define ((even bool) (n int)) (set (z bool) (eq n 0)) (br z yes no)
       (label yes) (ret #t) (label no) (set (n int) (sub n 1)) (set (r bool) (call odd n)) (ret r))
     (define ((odd bool) (n int)) (set (z bool) (eq n 0)) (br z no go)
       (label no) (ret #f) (label go) (set (n int) (sub n 1)) (set (r bool) (call even n)) (ret r))
     (define ((main int)) (set (r bool) (call even 10)) (set (x int) (zext r int)) (ret x))))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(o.result, 1);
}

TEST(BriLisp, MemcpyCopiesKnownAndUnknownLengths) {
  EXPECT_EQ(main_prints(R"(
      (set (a (ptr int)) (alloc 2)) (store a 3)
      (set (b (ptr int)) (alloc 2)) (store b 0)
      (set (s (ptr int8)) (bitcast a (ptr int8)))
      (set (d (ptr int8)) (bitcast b (ptr int8)))
      (set (u void) (call llvm.memcpy.p0i8.p0i8.i64 d s 4 #f))
      (set (x int) (load b)) (set (u void) (call print x))
      (store a 4)
      (set (n int64) (const 4))
      (set (u void) (call llvm.memcpy.p0i8.p0i8.i64 d s n #f))
      (set (x int) (load b)) (set (u void) (call print x)))"),
            "3 4");
}

TEST(BriLisp, InlineAndKernelAreAttributeWords) {
  Outcome o =
      run("(brilisp (define-brilisp-inline ((f int)) (ret 1)) (define-kernel ((k void) (p (ptr "
          "int))) (ret)))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_NE(o.ir.find("always-inline"), std::string::npos) << o.ir;
  EXPECT_NE(o.ir.find("kernel"), std::string::npos) << o.ir;
}

TEST(BriLisp, DeviceFormsCallTheRuntime) {
  Outcome o = run(R"((brilisp
     (define-kernel ((k void) (p (ptr float)) (n int) (c bool)) (ret))
     (define ((main int))
       (set (h (ptr float)) (alloc 10))
       (set (n int8) (const 10))
       (set (d (ptr float (addrspace 1))) (device-alloc float n))
       (copy-to-device d h n)
       (launch (k 4 2 32 1) d 5 #t)
       (launch (k 1 n) d 5 #t)
       (launch (k 1 2 3 4 5 6) d 5 #t)
       (device-sync)
       (copy-from-device h d 10)
       (copy-on-device d d 10)
       (set (t double) (device-seconds))
       (set (u void) (call dprint t))
       (device-free d)
       (ret 0))))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(
      o.output,
      "alloc 40 at test.lisp:6:43 ll_copy_to_device 40 launch k 4,2,1,32,1,1 launch k 1,1,1,10,1,1 "
      "launch k 1,2,3,4,5,6 ll_device_sync ll_copy_from_device 40 ll_copy_on_device 40 0.500000 "
      "ll_device_free");
}

}  // namespace
}  // namespace ll::test
