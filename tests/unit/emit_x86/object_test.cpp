// Code objects and linking: globals, relocations, protection of pages, diagnostics, the listing.
#include "x86_test.h"

#include <fstream>

#include "emit_x86/mir.h"

namespace ll::x86 {
namespace {

std::string module_of(const std::string& body) {
  return "(brilisp (ir-version \"1.0\")\n" + body + ")";
}

TEST(X86Object, Globals) {
  Program p(module_of(R"(
    (define-global (counter int))
    (define-global (table (arr 4 int)) (align 64) (bytes "01000000020000000300000004000000"))
    (define-global (text (arr 3 int8)) (constant) (bytes "686900"))
    (define-global (link (arr 2 ptr)) (ref 0 table 8) (ref 8 text 0))
    (define ((tick int)) (set (a int) (load (global counter))) (set (b int) (add a 1)) (store (global counter) b) (ret b))
    (define ((pick int) (i int)) (set (q ptr) (ptradd (global table) i 4)) (set (r int) (load q)) (ret r))
    (define ((third int)) (set (q ptr) (load (global link))) (set (r int) (load q)) (ret r))
    (define ((letter int8)) (set (a ptr) (ptradd (global link) 8)) (set (q ptr) (load a)) (set (r int8) (load q)) (ret r))
    (define ((where ptr)) (ret (global table)))
  )"));
  for (const Configuration& c : configurations()) {
    auto code = p.compile(c.options);
    ASSERT_TRUE(code);
    auto call0 = [&](const char* f) { return reinterpret_cast<int (*)()>(code->find(f))(); };
    EXPECT_EQ(call0("tick"), 1);
    EXPECT_EQ(call0("tick"), 2);
    EXPECT_EQ(call0("third"), 3);
    EXPECT_EQ(static_cast<char>(call0("letter")), 'h');
    EXPECT_EQ(reinterpret_cast<int (*)(int)>(code->find("pick"))(3), 4);
    EXPECT_EQ(reinterpret_cast<uintptr_t (*)()>(code->find("where"))() % 64, 0u);
  }
}

// No page is ever writable and executable.
TEST(X86Object, NoPageIsWritableAndExecutable) {
  Program p(module_of(
      "(define-global (g int)) (define ((f int)) (set (a int) (load (global g))) (ret a))"));
  auto code = p.compile({});
  ASSERT_TRUE(code);
  auto at = reinterpret_cast<uintptr_t>(code->find("f"));
  std::ifstream maps("/proc/self/maps");
  bool found = false;
  for (std::string line; std::getline(maps, line);) {
    unsigned long from, to;
    char mode[5];
    ASSERT_EQ(std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, mode), 3);
    EXPECT_FALSE(mode[1] == 'w' && mode[2] == 'x') << line;
    if (at >= from && at < to) {
      found = true;
      EXPECT_STREQ(mode, "r-xp");
    }
  }
  EXPECT_TRUE(found);
}

TEST(X86Object, UndefinedSymbol) {
  Program p(
      module_of("(define ((nowhere_at_all int)) (attributes external)) "
                "(define ((unused_nowhere int)) (attributes external)) "
                "(define ((f int)) (set (a int) (call nowhere_at_all)) (ret a))"));
  auto object = emit(*p.verified, {}, p.diags);
  ASSERT_TRUE(object);
  std::string error;
  EXPECT_EQ(link(*object, resolve_for_test, error), nullptr);
  EXPECT_NE(error.find("'nowhere_at_all'"), std::string::npos);
}

TEST(X86Object, UnknownArchitecture) {
  Program p(module_of("(define ((f int)) (ret 1))"));
  Options o;
  o.arch = "x86-64-v9";
  EXPECT_FALSE(emit(*p.verified, o, p.diags));
  EXPECT_NE(p.messages().find("E0723"), std::string::npos);
  EXPECT_NE(p.messages().find("x86-64-v3"), std::string::npos);
}

TEST(X86Object, TrapNamesThePlace) {
  Program p(module_of("(define ((f int) (a int))\n (set (q int) (div 10 a))\n (ret q))"));
  auto code = p.compile({});
  ASSERT_TRUE(code);
  const Function& f = *p.module->functions[0];
  Word zero = 0, two = 2;
  EXPECT_EQ(call_native(code->find("f"), f, {&two, 1}).value, 5u);
  Outcome o = call_native(code->find("f"), f, {&zero, 1});
  EXPECT_TRUE(o.trapped);
  EXPECT_TRUE(o.trap.starts_with("test.ir:3:")) << o.trap;
  EXPECT_TRUE(o.trap.ends_with(": division by zero")) << o.trap;
}

// What selection makes of a typical loop: one register per variable, folded addresses, a fused
// comparison, no copies.
TEST(X86Object, GoldenListing) {
  Program p(module_of(R"(
    (define ((sum float) (p ptr) (n int64))
      (jmp loop (int64 0) 0.0)
      (label loop (i int64) (acc float))
      (set (c bool) (lt i n))
      (br c body done)
      (label body)
      (set (q ptr) (ptradd p i 4 8))
      (set (x float) (load q))
      (set (acc2 float) (fadd acc x))
      (set (i2 int64) (add i (int64 1)))
      (jmp loop i2 acc2)
      (label done)
      (ret acc)))"));
  Options o;
  o.arch = "x86-64-v3";
  o.print_asm = true;
  auto object = emit(*p.verified, o, p.diags);
  ASSERT_TRUE(object);
  EXPECT_EQ(object->listing, R"(sum:
.0:
  entry (rsi rdi)
  xor eax
  xorps xmm0
  jmp .1
.1:
  cmp rax, rsi
  jl .2 else .3
.2:
  vaddss xmm0, xmm0, dword [rdi + rax*4 + 8]
  add rax, 1
  jmp .1
.3:
  ret (xmm0)

)");
}

// Each operation is either selected or refused with a located diagnostic.
TEST(X86Object, DeviceOperationsAreRefused) {
  for (const char* op : {"(set (x int) (local-id 0))", "(set (x int) (group-id 1))",
                         "(set (x int) (group-size 2))", "(set (x int) (group-count 0))"}) {
    Program p(
        module_of(fmt::format("(define ((f int) (a int)) (attributes device) {} (ret x))", op)));
    ASSERT_TRUE(p.verified);
    EXPECT_FALSE(emit(*p.verified, {}, p.diags));
    EXPECT_NE(p.messages().find("E0722"), std::string::npos) << op;
  }
}

}  // namespace
}  // namespace ll::x86
