// Device, workgroup, private and constant memory, and what cannot be expressed.
#include <fmt/format.h>

#include "spirv_test.h"

namespace ll::spirv {
namespace {

// Emits, validates, and runs 64 work-items on one zeroed buffer of `bytes`, on both sides.
void same(const std::string& items, size_t bytes = 4096, Dim3 group = {16},
          std::vector<uint32_t> integers = {}) {
  LL_REQUIRE_VALIDATOR();
  Program p(items);
  auto code = p.emitted();
  ASSERT_TRUE(code) << p.messages();
  EXPECT_EQ(validate(code->words), "");
  if (!vulkan()) GTEST_SKIP() << "skipped: no Vulkan device on this machine";
  load(*code);
  std::vector<uint8_t> buffer(bytes);
  for (size_t i = 0; i < bytes; ++i) buffer[i] = static_cast<uint8_t>(i * 37 + i / 256);
  Launch l{"k", {64 / group.x}, group, {buffer}, integers};
  EXPECT_EQ(values_of<uint32_t>(interpret(p, l)[0]), values_of<uint32_t>(execute(l)[0]));
}

std::string kernel(const std::string& body, const std::string& before = "") {
  return before +
         "(define ((k void) (out (ptr (addrspace 1)))) (attributes kernel device)\n"
         "  (set (l int) (local-id 0)) (set (g int) (group-id 0)) (set (n int) (group-size 0))\n"
         "  (set (g0 int) (mul g n)) (set (i int) (add g0 l))\n"
         "  (set (p (ptr (addrspace 1))) (ptradd out i 4 0))\n" +
         body + "\n  (ret))";
}

TEST(Memory, Scalars) {
  for (const char* t : {"int8", "int16", "int", "int64", "float", "double"}) {
    unsigned size = std::string(t) == "int8"                   ? 1
                    : std::string(t) == "int16"                ? 2
                    : t[0] == 'd' || std::string(t) == "int64" ? 8
                                                               : 4;
    same(
        kernel(fmt::format("(set (a (ptr (addrspace 1))) (ptradd out i {0} 1024)) (set (v {1})"
                           " (load a))"
                           " (set (b (ptr (addrspace 1))) (ptradd out i {0} 2048))"
                           " (store b v)",
                           size, t)));
  }
  same(
      kernel("(set (v int) (load p)) (set (c bool) (gt v 0)) (set (b (ptr (addrspace 1)))"
             " (ptradd out i 1 2048))"
             " (store b c) (set (d bool) (load b)) (set (e int) (zext d)) (store p e)"));
}

TEST(Memory, Shared) {
  for (const char* t : {"int", "float", "int64", "double", "int8", "int16"}) {
    std::string name = t;
    unsigned size = name == "int8"                        ? 1
                    : name == "int16"                     ? 2
                    : name == "int64" || name == "double" ? 8
                                                          : 4;
    same(kernel(fmt::format("(set (a (ptr (addrspace 1))) (ptradd out i {0} 1024)) (set (v {1})"
                            " (load a))"
                            "(set (s (ptr (addrspace 3))) (ptradd (global tile) l {0} 0))"
                            " (store s v) (barrier)"
                            "(set (m int) (sub 15 l)) (set (r (ptr (addrspace 3)))"
                            " (ptradd (global tile) m {0} 0)) (set (w {1}) (load r))"
                            "(set (b (ptr (addrspace 1))) (ptradd out i {0} 2048))"
                            " (store b w)",
                            size, t),
                fmt::format("(define-global (tile (arr 16 {})) (addrspace 3))\n", t)));
  }
}

// One array, read in two sizes: the element is the smaller one.
TEST(Memory, SharedOfMixedSizes) {
  same(
      kernel("(set (v int) (load p)) (set (s (ptr (addrspace 3))) (ptradd (global tile) l 8 0))"
             " (store s v)"
             "(set (s4 (ptr (addrspace 3))) (ptradd s 4)) (set (f float) (sitofp i)) (store s4 f)"
             " (barrier)"
             "(set (m int) (sub 15 l)) (set (r (ptr (addrspace 3))) (ptradd (global tile) m 8 0))"
             " (set (w int64) (load r))"
             "(set (b (ptr (addrspace 1))) (ptradd out i 8 2048)) (store b w)"
             "(set (r1 (ptr (addrspace 3))) (ptradd (global tile) m 8 5)) (set (c int8)"
             " (load r1)) (set (c4 int) (sext c)) (store p c4)",
             "(define-global (tile (arr 32 int)) (addrspace 3))\n"));
}

TEST(Memory, PrivateArrays) {
  same(
      kernel("(set (s ptr) (slot (arr 8 int))) (set (v int) (load p))"
             "(set (j int) (and v 7)) (set (a ptr) (ptradd s j 4 0)) (store a i)"
             "(set (j1 int) (xor j 1)) (set (a1 ptr) (ptradd s j1 4 0)) (store a1 v)"
             "(set (k1 int) (and i 1)) (set (j2 int) (xor j k1)) (set (a2 ptr) (ptradd s j2 4 0))"
             " (set (w int) (load a2)) (store p w)"));
  // A struct with fields of several sizes, reached at odd steps.
  same("(define-struct pair (int8 double int16))\n" +
       kernel("(set (s ptr) (slot (arr 4 (struct pair)))) (set (v int) (load p)) (set (j int)"
              " (and v 3))"
              "(set (a ptr) (ptradd s j 24 8)) (set (d double) (sitofp v)) (store a d)"
              "(set (a2 ptr) (ptradd s j 24 16)) (set (h int16) (trunc v)) (store a2 h)"
              "(set (a0 ptr) (ptradd s j 24 0)) (set (c int8) (trunc i)) (store a0 c)"
              "(set (d2 double) (load a)) (set (h2 int16) (load a2)) (set (c2 int8) (load a0))"
              "(set (e int) (fptosi d2)) (set (h4 int) (sext h2)) (set (c4 int) (sext c2))"
              "(set (r int) (add e h4)) (set (r2 int) (mul r c4)) (store p r2)"));
}

TEST(Memory, PointersAsParameters) {
  same(
      kernel("(set (s ptr) (slot (arr 8 int))) (set (v int) (load p)) (set (end ptr)"
             " (ptradd s 32))"
             "(jmp fill s 0)"
             "(label fill (q ptr) (k int)) (store q k) (set (q2 ptr) (ptradd q 4)) (set (k2 int)"
             " (add k v))"
             "(set (more bool) (ne q2 end)) (br more (fill q2 k2) done)"
             "(label done) (set (j int) (and i 7)) (set (a ptr) (ptradd s j 4 0)) (set (b ptr)"
             " (ptradd s 4))"
             "(set (c bool) (ult a b)) (set (x ptr) (select c b a)) (set (w int) (load x))"
             " (store p w)"));
}

TEST(Memory, Copies) {
  for (int bytes : {3, 8, 16, 40, 256})
    same(
        fmt::format("(define-struct big ((arr {0} int8)))\n", bytes) +
            kernel(fmt::format("(set (s ptr) (slot (arr 64 int64))) (set (from (ptr (addrspace 1)))"
                               " (ptradd out i 8 1024))"
                               "(copy s from {0} (align {1})) (set (to (ptr (addrspace 1)))"
                               " (ptradd out i 256 2048))"
                               "(copy to s {0} (align {1}))",
                               bytes, bytes % 8 ? 1 : 8)),
        2048 + 256 * 64);
}

TEST(Memory, ConstantData) {
  same(
      kernel("(set (j int) (and i 3)) (set (a (ptr (addrspace 4))) (ptradd (global table) j 4 0))"
             " (set (w int) (load a)) (store p w)",
             "(define-global (table (arr 4 int)) (addrspace 4) (constant)"
             " (bytes \"0100000002000000fffffffff0debc9a\"))\n"));
}

TEST(Memory, WorkItems) {
  same(
      kernel("(set (c int) (group-count 0)) (set (y int) (local-id 1)) (set (gy int)"
             " (group-size 1)) (set (z int) (group-id 2))"
             "(set (a int) (mul c 1000)) (set (b int) (add a y)) (set (d int) (mul gy 7))"
             " (set (e int) (add b d)) (set (f int) (add e z)) (store p f)"));
}

TEST(Memory, Arguments) {
  LL_REQUIRE_VALIDATOR();
  Program p(
      "(define ((k void) (out (ptr (addrspace 1))) (a int8) (b int16) (c bool) (d int64)"
      " (e float) (f double)) (attributes kernel device)"
      "(set (a4 int) (sext a)) (store out a4) (set (b4 int) (sext b))"
      " (set (p1 (ptr (addrspace 1))) (ptradd out 4)) (store p1 b4)"
      "(set (c4 int) (sext c)) (set (p2 (ptr (addrspace 1))) (ptradd out 8)) (store p2 c4)"
      "(set (p3 (ptr (addrspace 1))) (ptradd out 16)) (store p3 d)"
      " (set (p4 (ptr (addrspace 1))) (ptradd out 24)) (store p4 e)"
      "(set (p5 (ptr (addrspace 1))) (ptradd out 32)) (store p5 f) (ret))");
  auto code = p.emitted();
  ASSERT_TRUE(code) << p.messages();
  EXPECT_EQ(validate(code->words), "");
  if (!vulkan()) GTEST_SKIP() << "skipped: no Vulkan device on this machine";
  load(*code);
  Launch l{
      "k", {1}, {1}, {std::vector<uint8_t>(40)}, {0xfffffff0u, 0x12348765u, 1, 77, 0x3fc00000, 5}};
  EXPECT_EQ(interpret(p, l), execute(l));
}

// Each diagnostic, at its place.
void refused(const std::string& items, const std::string& code, const std::string& text,
             const std::string& arch = "vulkan1.2") {
  Program p(items);
  EXPECT_FALSE(p.emitted(arch));
  EXPECT_NE(p.messages().find("error[" + code + "]"), std::string::npos) << p.messages();
  EXPECT_NE(p.messages().find(text), std::string::npos) << p.messages();
  EXPECT_NE(p.messages().find("test.lisp:"), std::string::npos) << p.messages();
}

TEST(Limits, AreReported) {
  refused(kernel("(jmp a) (label a) (set (v int) (load p)) (set (c bool) (gt v 0)) (br c b d)"
                 "(label b) (jmp d) (label d) (set (e bool) (lt v 0)) (br e b f) (label f)"),
          "E0760", "entered in two places");
  std::string many;
  for (int n = 0; n < 17; ++n) many += fmt::format("(a{} int)", n);
  refused("(define ((k void) " + many +
              ") (attributes kernel device)"
              " (ret))",
          "E0761", "17 parameters");
  refused(kernel("(set (s ptr) (slot int)) (set (t ptr) (slot int)) (set (c bool) (gt i 0))"
                 " (set (q ptr) (select c s t)) (store q i)"),
          "E0762", "different objects");
  refused(
      "(define ((k void) (q ptr)) (attributes kernel device) (store q 1)"
      " (ret))",
      "E0762", "address space");
  refused(kernel("(set (a (ptr (addrspace 1))) (ptradd out i 1 0)) (set (v int8) (load a))"
                 " (store a v)"),
          "E0763", "int8", "vulkan1.1");
  refused(kernel("(set (q ptr) (alloc int i)) (store q i)"), "E0765", "constant size");
  refused(
      "(define-global (g int)"
      " (addrspace 1))\n" +
          kernel("(store (global g) i)"),
      "E0764", "the global g");
  refused(
      "(define ((f void)) (attributes device)"
      " (ret))\n" +
          kernel("(call f)"),
      "E0766", "calls f");
}

TEST(Limits, EveryTargetIsValid) {
  LL_REQUIRE_VALIDATOR();
  for (const TargetRow& row : target_rows()) {
    Program p(
        kernel("(set (v int) (load p)) (set (f float) (sitofp v)) (set (h float)"
               " (fma f f f)) (set (d double) (fpext h))"
               "(set (w int) (fptosi d)) (store p w)"));
    auto code = p.emitted(std::string(row.name));
    ASSERT_TRUE(code) << p.messages();
    EXPECT_EQ(validate(code->words, std::string(row.name)), "") << row.name;
  }
}

}  // namespace
}  // namespace ll::spirv
