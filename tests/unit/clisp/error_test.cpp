// Every error of C-Lisp with its exact code and place. In the sources, '@' stands
// before the offending text.
#include <gtest/gtest.h>

#include "unit/clisp/lowering.h"

namespace ll::clisp {
namespace {

struct Case {
  Code code;
  std::string source;
};

// Several '@' expect several errors of one code, in the order of the text.
void expect_error(const Case& c) {
  std::string text, expected;
  int line = 1, column = 1;
  for (char ch : c.source) {
    if (ch == '@') {
      expected += std::string(code_name(c.code)) + " " + std::to_string(line) + ":" +
                  std::to_string(column) + "\n";
      continue;
    }
    text += ch;
    ++column;
    if (ch == '\n') ++line, column = 1;
  }
  Lowering l(text);
  EXPECT_FALSE(l.result) << text;
  std::string found;
  for (const Diag& d : l.diags.all()) {
    Location at = l.sources.locate(d.span.lo);
    found += std::string(code_name(d.code)) + " " + std::to_string(at.line) + ":" +
             std::to_string(at.column) + "\n";
    EXPECT_FALSE(d.message.empty());
  }
  EXPECT_EQ(found, expected) << text << "\n" << l.errors();
}

void expect_errors(std::initializer_list<Case> cases) {
  for (const Case& c : cases) expect_error(c);
}

// Statements of a function `(f int)` with some variables and functions in reach.
Case in_body(Code code, std::string statements) {
  return {code, R"((c-lisp
    (define-struct pair (a int) (b float))
    (define-global (g int))
    (define-global (table (arr 4 int)))
    (define ((two void) (x int) (y float)))
    (define ((f int) (i int) (l int64) (x float) (d double) (c bool) (p (ptr int))
             (s (struct pair)) (sp (ptr (struct pair))) (q (ptr int (addrspace 1))))
      )" + statements +
                    " (ret 0)))"};
}

TEST(CLispErrors, Programs) {
  expect_errors({
      {Code::E0400, "@(clisp)"},
      {Code::E0401, "(c-lisp @(main))"},
      {Code::E0401, "(c-lisp @42 @(add 1 2))"},
      {Code::E0402, "(c-lisp (@define-fast ((f int)) (ret 1)))"},
      {Code::E0402, "(c-lisp (@define-string s \"x\"))"},
      {Code::E0403, "(c-lisp (define (@main int) (ret 1)))"},
      {Code::E0403, "(c-lisp (define @() (ret 1)))"},
      {Code::E0403, "(c-lisp @(define))"},
      {Code::E0403, "(c-lisp (define ((f int) @(a)) (ret 1)))"},
      {Code::E0403, "(c-lisp (define ((f int) @(a int 3)) (ret 1)))"},
      {Code::E0410, "(c-lisp (define ((f int) (a int) (@a float)) (ret 1)))"},
      {Code::E0440, "(c-lisp (define ((f int)) (ret 1))\n (define ((@f int)) (ret 2)))"},
      {Code::E0440, "(c-lisp (define-struct s (a int)) (define-struct @s (b int)))"},
      {Code::E0440, "(c-lisp (define-global (g int)) (define-global (@g int)))"},
      {Code::E0442, "(c-lisp (define-struct s @(a)))"},
      {Code::E0442, "(c-lisp (define-struct s (a int) (@a int)))"},
      {Code::E0442, "(c-lisp @(define-struct (a int)))"},
      {Code::E0301, "(c-lisp (define-struct s (a @integer)))"},
      {Code::E0304, "(c-lisp (define ((f int) (a @(struct s))) (ret 1)))"},
  });
}

TEST(CLispErrors, Globals) {
  expect_errors({
      {Code::E0404, "(c-lisp @(define-global g int))"},
      {Code::E0404, "(c-lisp @(define-global (g int) (const 1) (addrspace 3)))"},
      {Code::E0404, "(c-lisp (define-global (g int) @5))"},
      {Code::E0404, "(c-lisp (define-global (g (ptr int8)) @\"text\"))"},
      {Code::E0405, "(c-lisp (define-global (g (ptr int)) (ptr-to @h)))"},
      {Code::E0405, "(c-lisp (define-global (g (ptr int)) (ptr-to @h)) (define-global (h int)))"},
      {Code::E0441, "(c-lisp (define-global (h float)) (define-global (g (ptr int)) @(ptr-to h)))"},
      {Code::E0441, "(c-lisp (define-global (g int) (const @1.5)))"},
      {Code::E0441, "(c-lisp (define-global (g bool) (const @2)))"},
      {Code::E0441, "(c-lisp (define-global (g (arr 3 int)) (const @(1 2))))"},
      {Code::E0441, "(c-lisp (define-global (g (arr 2 int)) (const (1 @#t))))"},
      {Code::E0303, "(c-lisp (define-global (g int) (addrspace @2)))"},
  });
}

TEST(CLispErrors, Statements) {
  expect_errors({
      in_body(Code::E0406, "@(while c)"),
      in_body(Code::E0406, "@(while c x)"),
      in_body(Code::E0406, "@(while)"),
      in_body(Code::E0407, "@(for ((set i 0) c (set i 1)))"),
      in_body(Code::E0407, "(for @((set i 0) c) ())"),
      in_body(Code::E0407, "(for (@(declare j int) c (set i 1)) ())"),
      in_body(Code::E0407, "@(for)"),
      in_body(Code::E0408, "@(if c)"),
      in_body(Code::E0408, "@(if)"),
      in_body(Code::E0408, "@(if c (call two 1 1.0) () ())"),
      in_body(Code::E0409, "@(declare v)"),
      in_body(Code::E0409, "@(declare v int 5)"),
      in_body(Code::E0409, "@(declare 5 int)"),
      in_body(Code::E0301, "(declare v @integer)"),
      in_body(Code::E0302, "(declare v (arr @n int))"),
      in_body(Code::E0410, "(declare v int) (declare @v int)"),
      in_body(Code::E0410, "(declare @i int)"),
      in_body(Code::E0410, "(if c (declare v int)) (declare @v int)"),
      in_body(Code::E0411, "@(ret 1 2)"),
      in_body(Code::E0412, "@5"),
      in_body(Code::E0412, "@#t"),
      in_body(Code::E0436, "(if @i ())"),
      in_body(Code::E0436, "(while @1 ())"),
      in_body(Code::E0436, "(for ((set i 0) @x (set i 1)) ())"),
      in_body(Code::E0437, "(ret @x)"),
      in_body(Code::E0437, "(ret @(call two 1 1.0))"),
      {Code::E0437, "(c-lisp (define ((f void)) (ret @1)))"},
  });
}

TEST(CLispErrors, Names) {
  expect_errors({
      in_body(Code::E0412, "@(#t)"),
      in_body(Code::E0412, "@(frob 1)"),
      in_body(Code::E0412, "(set i @(tid.x))"),
      in_body(Code::E0412, "(set i @(two 1 1.0))"),
      in_body(Code::E0412, "(set i @(if c 1 2))"),
      in_body(Code::E0412, "(set i @())"),
      in_body(Code::E0413, "@(set i)"),
      in_body(Code::E0413, "@(set i 1 2)"),
      in_body(Code::E0413, "@(set (ptradd p 1) 2)"),
      in_body(Code::E0414, "(set @v 1)"),
      in_body(Code::E0414, "(set i (add @v i))"),
      in_body(Code::E0414, "@v"),
      in_body(Code::E0414, "((set @v 1) (declare v int))"),
      in_body(Code::E0415, "((declare v int) (set v 1)) (set @v 2)"),
      in_body(Code::E0415, "(while c (declare v int)) (set i @v)"),
      in_body(Code::E0416, "(call @tow 1 1.0)"),
      in_body(Code::E0417, "@(call two 1)"),
      in_body(Code::E0417, "@(call two 1 1.0 2)"),
      in_body(Code::E0418, "(call two @1.0 @1)"),
      in_body(Code::E0443, "@(call)"),
      in_body(Code::E0443, "@(call 5)"),
      in_body(Code::E0438, "(set i @1.0)"),
      in_body(Code::E0438, "(set i @l)"),
      in_body(Code::E0438, "(set g @x)"),
      in_body(Code::E0438, "(set p @(ptr-to x))"),
      in_body(Code::E0438, "(declare a (arr 4 int)) (set a @1)"),
      in_body(Code::E0435, "(set p @(string))"),
      {Code::E0445, "(c-lisp (define ((f int)) (ret (call @h))) (define ((h int)) (ret 1)))"},
      {Code::E0445, "(c-lisp (define ((f int)) (ret @h)) (define-global (h int)))"},
  });
}

TEST(CLispErrors, Operations) {
  expect_errors({
      in_body(Code::E0419, "@(add 1)"),
      in_body(Code::E0419, "@(add 1 2 3)"),
      in_body(Code::E0419, "@(not)"),
      in_body(Code::E0419, "@(fneg x x)"),
      in_body(Code::E0420, "(add @x x)"),
      in_body(Code::E0420, "(fadd @1 2)"),
      in_body(Code::E0420, "(and @1 c)"),
      in_body(Code::E0420, "(not @1)"),
      in_body(Code::E0420, "(eq @p p)"),
      in_body(Code::E0420, "(eq @c c)"),
      in_body(Code::E0420, "(fneg @i)"),
      in_body(Code::E0420, "(add 1 @(call two 1 1.0))"),
      in_body(Code::E0421, "@(add i l)"),
      in_body(Code::E0421, "@(flt x d)"),
      in_body(Code::E0430, "@(sext i)"),
      in_body(Code::E0430, "(sext @x int64)"),
      in_body(Code::E0430, "(sext i @float)"),
      in_body(Code::E0430, "@(sext l int)"),
      in_body(Code::E0430, "@(trunc i int64)"),
      in_body(Code::E0430, "@(fpext d float)"),
      in_body(Code::E0430, "@(fptrunc x double)"),
      in_body(Code::E0430, "(sitofp @c float)"),
      in_body(Code::E0430, "(inttoptr l @int)"),
      in_body(Code::E0430, "(ptrtoint @l int)"),
      in_body(Code::E0430, "@(bitcast x int64)"),
      in_body(Code::E0430, "@(bitcast c int8)"),
      in_body(Code::E0430, "@(bitcast p (ptr int (addrspace 1)))"),
      in_body(Code::E0431, "@(extractvalue s)"),
      in_body(Code::E0431, "(extractvalue @i 0)"),
      in_body(Code::E0431, "(extractvalue s @2)"),
      in_body(Code::E0431, "(extractvalue s @i)"),
      in_body(Code::E0431, "(extractvalue s @-1)"),
      in_body(Code::E0431, "@(insertvalue s 1)"),
      in_body(Code::E0431, "(insertvalue s @1.0 0)"),
      in_body(Code::E0431, "(insertvalue @p 1 0)"),
      in_body(Code::E0432, "@(select c 1)"),
      in_body(Code::E0432, "(select @1 2 3)"),
      in_body(Code::E0432, "@(select c 2 3.0)"),
      in_body(Code::E0434, "@(asm void \"nop\")"),
      in_body(Code::E0434, "@(asm void \"nop\" \"\")"),
  });
}

TEST(CLispErrors, Memory) {
  expect_errors({
      in_body(Code::E0422, "@(ptradd p)"),
      in_body(Code::E0422, "@(ptradd p 1 2)"),
      in_body(Code::E0422, "(ptradd @i 1)"),
      in_body(Code::E0422, "(ptradd @table 1)"),
      in_body(Code::E0422, "(ptradd p @x)"),
      in_body(Code::E0423, "(ptradd @(ptradd p 1) 1)"),
      in_body(Code::E0423, "(aptradd @(ptradd p 1) 1)"),
      in_body(Code::E0424, "(aptradd @p 1)"),
      in_body(Code::E0425, "(sptradd @p a)"),
      in_body(Code::E0425, "(sptradd @s a)"),
      in_body(Code::E0425, "(sptradd sp @z)"),
      in_body(Code::E0425, "@(sptradd sp)"),
      in_body(Code::E0426, "@(load)"),
      in_body(Code::E0426, "@(load p 1)"),
      in_body(Code::E0426, "(load @i)"),
      in_body(Code::E0427, "@(store p)"),
      in_body(Code::E0427, "(store @i 1)"),
      in_body(Code::E0428, "(store p @1.0)"),
      in_body(Code::E0429, "@(alloc int)"),
      in_body(Code::E0429, "(alloc int @1.0)"),
      in_body(Code::E0301, "(alloc @void 1)"),
      in_body(Code::E0433, "@(ptr-to)"),
      in_body(Code::E0433, "@(ptr-to 5)"),
      in_body(Code::E0433, "(ptr-to @g)"),
      in_body(Code::E0414, "(ptr-to @v)"),
      {Code::E0445,
       "(c-lisp (define ((f int) (s (ptr (struct t)))) (ret (load (sptradd @s a))))\n"
       "(define-struct t (a int)))"},
  });
}

TEST(CLispErrors, DeviceForms) {
  expect_errors({
      in_body(Code::E0444, "@(device-alloc int)"),
      in_body(Code::E0444, "(device-alloc int @x)"),
      in_body(Code::E0444, "(device-free @p)"),
      in_body(Code::E0444, "@(copy-to-device q p)"),
      in_body(Code::E0444, "(copy-to-device @p p 1)"),
      in_body(Code::E0444, "(copy-to-device q @q 1)"),
      in_body(Code::E0444, "(copy-from-device @q q 1)"),
      in_body(Code::E0444, "@(copy-from-device (ptr-to x) q 1)"),
      in_body(Code::E0444, "(copy-on-device q q @x)"),
      in_body(Code::E0444, "@(launch)"),
      in_body(Code::E0444, "(launch @(two 1) 1 1.0)"),
      in_body(Code::E0444, "(launch (two 1 @x) 1 1.0)"),
      in_body(Code::E0416, "(launch (@tow 1 1) 1 1.0)"),
      in_body(Code::E0417, "@(launch (two 1 1) 1)"),
      in_body(Code::E0418, "(launch (two 1 1) @1.0 1.0)"),
      in_body(Code::E0444, "@(device-sync 1)"),
      in_body(Code::E0444, "@(device-seconds 1)"),
      {Code::E0418,
       "(c-lisp (define-kernel ((k void) (p (ptr int))) ())\n"
       "(define ((f void) (p (ptr int))) (launch (k 1 1) @p)))"},
  });
}

TEST(CLispErrors, CheckingGoesOnWithTheNextStatement) {
  expect_error(in_body(Code::E0414, "(set i (add @v 1)) (if c (set i @w)) (while c (set i @z))"));
}

TEST(CLispErrors, NoErrorFollowsFromAnother) {
  expect_error(in_body(Code::E0414, "(set i (add (mul @v 2) (load (ptradd p @w))))"));
  expect_error(in_body(Code::E0301, "(declare v @integer) (set v 1) (set i (add v 1))"));
  expect_error({Code::E0301,
                "(c-lisp (define-struct s (a @x)) (define ((f int)) (declare v (struct s))"
                "(set v (insertvalue v 1 0)) (store (sptradd (ptr-to v) a) 1)"
                "(ret (extractvalue v 0))))"});
  expect_error({Code::E0301,
                "(c-lisp (define ((f @integer)) (ret 1)) "
                "(define ((h int)) (ret (call f))))"});
}

std::string help_of(const std::string& statements) {
  Lowering l(in_body(Code::E0400, statements).source);
  return l.diags.all().empty() ? "" : l.diags.all()[0].help;
}

TEST(CLispErrors, HelpNamesTheFix) {
  EXPECT_EQ(help_of("(set i (add x x))"), "use fadd");
  EXPECT_EQ(help_of("(set x i)"), "convert it: (sitofp … float)");
  EXPECT_EQ(help_of("(call tow 1 1.0)"), "did you mean 'two'?");
  EXPECT_EQ(help_of("(set i (ad 1 2))"), "did you mean 'add'?");
  EXPECT_EQ(help_of("(set i (two 1 1.0))"), "to call the function, write (call two …)");
}

}  // namespace
}  // namespace ll::clisp
