// Every error of BriLisp: its code, and the part of the program it points at.
#include <gtest/gtest.h>

#include "unit/brilisp/run.h"

namespace ll::test {
namespace {

// "E0308 y; E0313 (add x y)": codes with the text under the caret.
std::string errors(const std::string& text) {
  SourceMap sources;
  Diags diags(sources);
  Arena arena;
  const Sexp* form = read(*sources.add("test.lisp", text), arena, diags);
  Module module(sources);
  brilisp::Program program(module, sources);
  bool ok = form && brilisp::declare(*form, program, diags);
  if (form) ok = brilisp::lower_bodies(program, diags) && ok;
  EXPECT_EQ(ok, !diags.has_errors());
  std::string out;
  for (const Diag& d : diags.all()) {
    EXPECT_TRUE(d.span.valid()) << d.message;
    if (!out.empty()) out += "; ";
    out += std::string(code_name(d.code)) + " " + text.substr(d.span.lo - 1, d.span.len);
  }
  return out;
}

std::string in_main(const std::string& body) {
  return errors("(brilisp (define ((main int)) " + body + " (ret 0)))");
}
std::string with_items(const std::string& items) { return errors("(brilisp " + items + ")"); }

struct Case {
  const char *body, *expected;
};

void check(std::initializer_list<Case> cases, std::string (*errors_of)(const std::string&)) {
  for (const Case& c : cases) EXPECT_EQ(errors_of(c.body), c.expected) << c.body;
}

TEST(BriLispErrors, MalformedItems) {
  check({{"(frob x)", "E0300 (frob x)"},
         {"7", "E0300 7"},
         {"(define)", "E0300 (define)"},
         {"(define (main int) (ret 0))", "E0300 (main int)"},
         {"(define ((f int) x) (ret 0))", "E0300 ((f int) x)"},
         {"(define-struct s)", "E0300 (define-struct s)"},
         {"(define-string s)", "E0300 (define-string s)"},
         {"(define-string s 5)", "E0300 (define-string s 5)"},
         {"(define-global g)", "E0300 (define-global g)"},
         {"(define-global (g int) (const 1) (addrspace 1))",
          "E0300 (define-global (g int) (const 1) (addrspace 1))"},
         {"(define-odd ((f int)) (ret 0))", "W0325 define-odd"}},
        with_items);
  EXPECT_EQ(errors("(c-lisp)"), "E0300 (c-lisp)");
}

TEST(BriLispErrors, Types) {
  check({{"(define-global (g itn))", "E0301 itn"},
         {"(define-global (g (ptr void)))", "E0301 (ptr void)"},
         {"(define-global (g void))", "E0301 void"},
         {"(define-global (g (ptr)))", "E0301 (ptr)"},
         {"(define-global (g (ptr 5)))", "E0301 5"},
         {"(define-global (g (arr int)))", "E0301 (arr int)"},
         {"(define-global (g (struct)))", "E0301 (struct)"},
         {"(define-global (g (arr n int)))", "E0302 n"},
         {"(define-global (g (arr -1 int)))", "E0302 -1"},
         {"(define-global (g (arr 99999999999999999999 int)))", "E0302 99999999999999999999"},
         {"(define-global (g (arr 1000000 (arr 1000000 int))))",
          "E0302 (arr 1000000 (arr 1000000 int))"},
         {"(define-global (g (ptr int (addrspace 2))))", "E0303 2"},
         {"(define-global (g (ptr int (addrspace n))))", "E0303 n"},
         {"(define-global (g (ptr int 1)))", "E0303 1"},
         {"(define-global (g int) (addrspace 9))", "E0303 9"},
         {"(define-global (g int) (addrspace 5))", "E0303 (addrspace 5)"},
         {"(define-global (g (struct s)))", "E0304 (struct s)"},
         {"(define ((f int) (p (ptr (struct s)))))", "E0304 (struct s)"},
         {"(define-struct s (int (arr 2 (struct s))))",
          "E0304 (define-struct s (int (arr 2 (struct s))))"},
         {"(define ((f int) (x void)) (ret 0))", "E0301 void"}},
        with_items);
}

TEST(BriLispErrors, NamesDefinedTwice) {
  check({{"(define-struct s (int)) (define-struct s (int))", "E0305 (define-struct s (int))"},
         {"(define-string s \"a\") (define-string s \"b\")", "E0305 (define-string s \"b\")"},
         {"(define-global (g int)) (define-global (g int))", "E0305 (g int)"},
         {"(define ((f void)) (ret)) (define ((f void)) (ret))", "E0305 f"},
         {"(define-global (f int)) (define ((f void)) (ret))", "E0305 ((f void))"},
         {"(define ((f void) (a int) (a int)) (ret))", "E0305 (a int)"},
         {"(define ((f void) (a int))) (define ((f void)) (ret))", "E0306 f"},
         {"(define ((f void) (a int))) (define ((f void) (a float)) (ret))", "E0306 f"},
         {"(define ((f void) (a int))) (define ((f void)))", "E0306 f"},
         {"(define ((f void) (a (ptr int)))) (define ((f void) (a (ptr int8))) (ret))", ""}},
        with_items);
}

TEST(BriLispErrors, Initialisers) {
  check({{"(define-global (g int) 5)", "E0323 5"},
         {"(define-global (g (ptr int)) (string-ref s))", "E0323 (string-ref s)"},
         {"(define-global (g (ptr int)) (ptr-to h))", "E0324 h"},
         {"(define-global (h float)) (define-global (g (ptr int)) (ptr-to h))", "E0323 (ptr-to h)"},
         {"(define-global (g int) (const 1.5))", "E0317 1.5"},
         {"(define-global (g (arr 2 int)) (const (1)))", "E0317 (1)"},
         {"(define-global (g (arr 2 int)) (const 1))", "E0317 1"},
         {"(define-struct s (int bool)) (define-global (g (struct s)) (const (1 2)))", "E0317 2"},
         {"(define-global (g (ptr int)) (const 0))", "E0317 0"}},
        with_items);
}

TEST(BriLispErrors, Instructions) {
  check({{"5", "E0300 5"},
         {"()", "E0300 ()"},
         {"(frob)", "E0307 (frob)"},
         {"(add 1 2)", "E0300 (add 1 2)"},
         {"(set x (id 1))", "E0300 (set x (id 1))"},
         {"(set (x int) 5)", "E0300 (set (x int) 5)"},
         {"(set (x int) (fadd))", "E0315 (fadd)"},
         {"(set (x int) (adn 1 2))", "E0307 (adn 1 2)"},
         {"(set (x int) (store p 1))", "E0307 (store p 1)"},
         {"(set (x void) (add 1 2))", "E0314 (x void)"},
         {"(set (x int) (asm \"nop\" \"\"))", "E0322 (asm \"nop\" \"\")"},
         {"(set (x itn) (id 5)) (set (y int) (add x 1))", "E0301 itn"},
         {"(nop 1)", "E0315 (nop 1)"}},
        in_main);
}

TEST(BriLispErrors, Operands) {
  check({{"(set (x int) (add y 1))", "E0308 y"},
         {"(set (x int) (add x 1))", "E0308 x"},
         {"(set (x int) (id \"s\"))", "E0313 \"s\""},
         {"(set (x int) (add (add 1 2) 3))", "E0313 (add 1 2)"},
         {"(set (x int) (add 1))", "E0315 (add 1)"},
         {"(set (x int) (add 1 2.0))", "E0313 2.0"},
         {"(set (k int64) (const 1)) (set (x int64) (add k 1))", "E0313 (add k 1)"},
         {"(set (x float) (fadd 1 2))", "E0313 1"},
         {"(set (p (ptr int)) (alloc 1)) (set (q (ptr int8)) (alloc 1)) (set (c bool) (eq p q))",
          "E0313 (eq p q)"},
         {"(set (c bool) (lt 1.0 2.0))", "E0313 1.0"},
         {"(set (c int) (lt 1 2))", "E0314 (c int)"},
         {"(set (x int) (select 1 2 3))", "E0313 1"},
         {"(set (x int) (select #t 2 3.0))", "E0313 (select #t 2 3.0)"},
         {"(set (x float) (id 1))", "E0314 (x float)"},
         {"(set (x float) (fma 1.0 2.0))", "E0315 (fma 1.0 2.0)"}},
        in_main);
}

TEST(BriLispErrors, Constants) {
  check({{"(set (x int) (const 1.5))", "E0317 1.5"},
         {"(set (x int) (const #t))", "E0317 #t"},
         {"(set (x bool) (const 2))", "E0317 2"},
         {"(set (x float) (const #t))", "E0317 #t"},
         {"(set (x float) (const undef))", "E0317 undef"},
         {"(set (x (ptr int)) (const 0))", "E0317 0"},
         {"(set (x (arr 2 int)) (const (1 2 3)))", "E0317 (1 2 3)"},
         {"(set (x bool) (const undef)) (set (y (ptr int)) (const null))", ""}},
        in_main);
}

TEST(BriLispErrors, Conversions) {
  check({{"(set (x int64) (trunc 1 int64))", "E0316 (trunc 1 int64)"},
         {"(set (x int8) (sext 1 int8))", "E0316 (sext 1 int8)"},
         {"(set (x int) (zext 1.0 int))", "E0316 (zext 1.0 int)"},
         {"(set (x int) (fpext 1.0 int))", "E0316 (fpext 1.0 int)"},
         {"(set (x double) (fptrunc 1.0 double))", "E0316 (fptrunc 1.0 double)"},
         {"(set (x float) (sitofp #f float)) (set (y int) (sitofp 1.0 int))",
          "E0316 (sitofp 1.0 int)"},
         {"(set (x bool) (fptosi 1.0 bool))", "E0316 (fptosi 1.0 bool)"},
         {"(set (x (ptr int)) (ptrtoint 1 (ptr int)))", "E0316 (ptrtoint 1 (ptr int))"},
         {"(set (x int) (inttoptr 1.0 int))", "E0316 (inttoptr 1.0 int)"},
         {"(set (x double) (bitcast 1 double))", "E0316 (bitcast 1 double)"},
         {"(set (p (ptr int)) (alloc 1)) (set (q (ptr int8)) (addrspacecast p x))",
          "E0316 (addrspacecast p x)"},
         {"(set (p (ptr int)) (alloc 1)) (set (q (ptr int (addrspace 1))) (bitcast p x))",
          "E0316 (bitcast p x)"}},
        in_main);
}

TEST(BriLispErrors, Memory) {
  check({{"(set (p int) (alloc 1))", "E0314 (p int)"},
         {"(set (p (ptr int)) (alloc -1))", "E0313 -1"},
         {"(set (p (ptr int)) (alloc 1.0))", "E0313 1.0"},
         {"(set (x int) (load 5))", "E0313 5"},
         {"(store 5 5)", "E0313 5"},
         {"(set (p (ptr int8)) (alloc 1)) (store p 5)", "E0313 (store p 5)"},
         {"(set (p (ptr int)) (ptradd 5 1))", "E0313 5"},
         {"(set (p (ptr int)) (alloc 1)) (set (p (ptr int)) (ptradd p 1.0))", "E0313 1.0"},
         {"(set (p (ptr int)) (alloc 1)) (set (p (ptr int)) (ptradd p 1 2))", "E0313 2"},
         {"(set (p (ptr int)) (ptr-to y))", "E0308 y"},
         {"(set (p (ptr int)) (ptr-to 5))", "E0313 5"},
         {"(set (p (ptr int8)) (string-ref y))", "E0324 y"},
         {"(set (x int) (extractvalue 5 0))", "E0313 5"}},
        in_main);
  check({{"(define-global (g int)) (define ((f void)) (set (p (ptr int)) (ptr-to g)) (ret))",
          "E0313 (ptr-to g)"},
         {"(define-global (g int)) (define ((f void)) (set (g float) (id 1.0)) (ret))",
          "E0314 (g float)"},
         {"(define-struct s (int)) (define ((f void) (x (struct s))) (set (y int) (extractvalue x "
          "1)) (ret))",
          "E0313 1"},
         {"(define-struct s (int)) (define ((f void) (x (struct s)) (i int)) (set (y int) "
          "(extractvalue x i)) (ret))",
          "E0313 i"},
         {"(define-struct s (int)) (define ((f void) (x (struct s))) (set (x (struct s)) "
          "(insertvalue x 1.0 0)) (ret))",
          "E0313 (insertvalue x 1.0 0)"},
         {"(define-struct s (int)) (define ((f void) (p (ptr (struct s)))) (set (q (ptr int)) "
          "(ptradd p 0 3)) (ret))",
          "E0313 3"}},
        with_items);
}

TEST(BriLispErrors, ControlFlow) {
  check(
      {{"(define ((f void)) (nop))", "E0312 (nop)"},
       {"(define ((f void)) (label a))", "E0312 (label a)"},
       {"(define ((f void)) (jmp b) (label a) (ret))", "E0310 b"},
       {"(define ((f void)) (jmp 5))", "E0300 5"},
       {"(define ((f void)) (label a) (label a) (ret))", "E0311 (label a)"},
       {"(define ((f void)) (label) (ret))", "E0300 (label)"},
       {"(define ((f void)) (br 1 a a) (label a) (ret))", "E0313 1"},
       {"(define ((f void)) (br #t a) (label a) (ret))", "E0315 (br #t a)"},
       {"(define ((f void)) (ret 1))", "E0319 (ret 1)"},
       {"(define ((f int)) (ret))", "E0319 (ret)"},
       {"(define ((f int)) (ret 1.0))", "E0319 (ret 1.0)"},
       {"(define ((f int)) (ret 1 2))", "E0315 (ret 1 2)"},
       {"(define ((f void)) (label a (i int)) (ret))", "E0320 (label a (i int))"},
       {"(define ((f void)) (jmp a 1.0) (label a (i int)) (ret))", "E0320 1.0"},
       {"(define ((f void)) (jmp a) (label a (i int)) (ret))", "E0320 (jmp a)"},
       {"(define ((f void)) (jmp a 1) (label a i) (ret))", "E0300 i"},
       {"(define ((f void)) (jmp a 1) (label a (i (arr 2 int))) (ret))", "E0320 (i (arr 2 int))"}},
      with_items);
}

TEST(BriLispErrors, Calls) {
  check({{"(set (x int) (call f))", "E0309 (call f)"},
         {"(set (x int) (call 5))", "E0300 5"},
         {"(set (x int) (call))", "E0315 (call)"},
         {"(call print 1)", "E0300 (call print 1)"},
         {"(set (x int) (call print))", "E0318 (call print)"},
         {"(set (x int) (call print 1.0))", "E0318 (call print 1.0)"},
         {"(set (x float) (call print 1))", "E0318 (call print 1)"},
         {"(set (x int) (call main 1))", "E0318 (call main 1)"},
         {"(set (x int) (call llvm.nvvm.read.ptx.sreg.tid.x 1))",
          "E0318 (call llvm.nvvm.read.ptx.sreg.tid.x 1)"},
         {"(set (x float) (call llvm.nvvm.read.ptx.sreg.tid.x))", "E0314 (x float)"},
         {"(set (x void) (call llvm.memcpy.p0i8.p0i8.i64 1))",
          "E0318 (call llvm.memcpy.p0i8.p0i8.i64 1)"},
         {"(set (x float) (call llvm.nvvm.shfl.sync.down.f32 1 1.0 1 1))",
          "E0322 (call llvm.nvvm.shfl.sync.down.f32 1 1.0 1 1)"}},
        in_main);
}

TEST(BriLispErrors, DeviceForms) {
  const std::string kernel =
      "(brilisp (define-kernel ((k void) (p (ptr int)) (n int)) (ret)) (define ((ext void)))"
      "(define ((main int)) (set (d (ptr int (addrspace 1))) (device-alloc int 4))"
      "(set (h (ptr int)) (alloc 4))";
  auto host = [&](const std::string& body) { return errors(kernel + body + "(ret 0)))"); };
  EXPECT_EQ(host("(launch (k 1 1) d 5)"), "");
  EXPECT_EQ(host("(launch k d 5)"), "E0321 k");
  EXPECT_EQ(host("(launch (k 1 2 3) d 5)"), "E0321 (k 1 2 3)");
  EXPECT_EQ(host("(launch (m 1 1) d 5)"), "E0321 m");
  EXPECT_EQ(host("(launch (ext 1 1))"), "E0321 ext");
  EXPECT_EQ(host("(launch (k 1 1) d)"), "E0321 (launch (k 1 1) d)");
  EXPECT_EQ(host("(launch (k 1 1) h 5)"), "E0321 h");
  EXPECT_EQ(host("(launch (k 1 1.0) d 5)"), "E0313 1.0");
  EXPECT_EQ(host("(copy-to-device h d 4)"), "E0313 h");
  EXPECT_EQ(host("(copy-from-device d d 4)"), "E0313 d");
  EXPECT_EQ(host("(copy-on-device d h 4)"), "E0313 h");
  EXPECT_EQ(host("(copy-to-device d h)"), "E0315 (copy-to-device d h)");
  EXPECT_EQ(host("(copy-to-device d h 1.0)"), "E0313 1.0");
  EXPECT_EQ(host("(device-free h)"), "E0313 h");
  EXPECT_EQ(host("(device-sync 1)"), "E0315 (device-sync 1)");
  EXPECT_EQ(host("(set (x (ptr float)) (device-alloc float 4))"), "E0314 (x (ptr float))");
  EXPECT_EQ(host("(set (x (ptr float (addrspace 1))) (device-alloc 4 4))"), "E0301 4");
  EXPECT_EQ(host("(set (x float) (device-seconds))"), "E0314 (x float)");
  EXPECT_EQ(host("(set (b (ptr int8)) (alloc 1)) (copy-to-device d b 4)"),
            "E0313 (copy-to-device d b 4)");
}

TEST(BriLispErrors, SeveralInOneRun) {
  EXPECT_EQ(
      errors("(brilisp (define ((f int)) (set (x int) (add y 1)) (set (z int) (add x q)) (ret x))"
             "(define ((g int)) (jmp nowhere)))"),
      "E0308 y; E0308 q; E0310 nowhere");
}

TEST(BriLispErrors, SuggestTheNearestName) {
  Outcome o = run("(brilisp (define ((f int) (count int)) (set (x int) (add cuont 1)) (ret x)))");
  EXPECT_NE(o.diagnostics.find("did you mean 'count'?"), std::string::npos) << o.diagnostics;
  o = run("(brilisp (define ((f int)) (set (x int) (addd 1 1)) (ret x)))");
  EXPECT_NE(o.diagnostics.find("did you mean 'add'?"), std::string::npos) << o.diagnostics;
}

}  // namespace
}  // namespace ll::test
