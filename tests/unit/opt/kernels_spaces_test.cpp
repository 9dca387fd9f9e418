// spaces and barriers.
#include "kernels_test.h"

namespace ll::test {
namespace {

const Inst& nth(const Function& f, Op op, int n = 0) {
  for (BlockId b : f.layout)
    for (ValueId v : f.block(b).insts)
      if (f.inst(v).op == op && n-- == 0) return f.inst(v);
  ADD_FAILURE() << "no such instruction";
  return f.insts[0];
}

Space space_of_access(const Program& p, Op op, int n = 0) {
  const Function& f = *p.module->functions[0];
  return space_of(f.type(f.args(nth(f, op, n))[0]));
}

TEST(Spaces, FlowThroughAddressesSelectsParametersAndCasts) {
  Program p(R"(
  (define-global (s (arr 8 int)) (addrspace 3))
  (define-global (g int))
  (define ((k void) (p ptr) (n int)) (attributes kernel)
    (set (mine ptr) (slot (arr 4 int)))
    (set (x ptr) (addrspacecast (global s))) (set (x4 ptr) (ptradd x n 4 0)) (store x4 1)
    (set (c bool) (lt n 3)) (set (p4 ptr) (ptradd p 4)) (set (q ptr) (select c p p4)) (store q 2)
    (store mine 3)
    (jmp loop p 0)
    (label loop (w ptr) (i int))
    (store w 4)
    (set (w2 ptr) (ptradd w 4)) (set (i2 int) (add i 1)) (set (m bool) (lt i2 n))
    (br m (loop w2 i2) done)
    (label done)
    (store (global g) 5)
    (ret)))");
  ASSERT_TRUE(p.run({"device_part", "spaces"})) << p.messages();
  Space expected[] = {Space::Shared, Space::Global, Space::Private, Space::Global, Space::Global};
  for (int n = 0; n < 5; ++n) EXPECT_EQ(space_of_access(p, Op::Store, n), expected[n]) << n;
  EXPECT_EQ(print_module(*p.module).find("addrspacecast"), std::string::npos)
      << print_module(*p.module);
  ASSERT_TRUE(p.run({"check_spaces"})) << p.messages();
}

TEST(Spaces, MixedPointersStayGenericAndAreReported) {
  Program p(R"(
  (define-global (s (arr 8 int)) (addrspace 3))
  (define ((k void) (p ptr) (n int)) (attributes kernel)
    (set (x ptr) (addrspacecast (global s)))
    (set (c bool) (lt n 3)) (set (q ptr) (select c p x)) (store q 2)
    (set (d bool) (eq x (ptr 0))) (store p d)
    (ret)))");
  ASSERT_TRUE(p.run({"device_part", "spaces"})) << p.messages();
  EXPECT_EQ(space_of_access(p, Op::Store), Space::Generic);
  EXPECT_FALSE(p.run({"check_spaces"}));
  EXPECT_NE(p.messages().find("error[E0732]"), std::string::npos);
}

// Pointers out of memory are global memory, unless the kernel stores others.
TEST(Spaces, PointersFromMemory) {
  Program p(R"(
  (define ((k void) (p ptr)) (attributes kernel) (set (q ptr) (load p)) (store q 2) (ret)))");
  ASSERT_TRUE(p.run({"device_part", "spaces"})) << p.messages();
  EXPECT_EQ(space_of_access(p, Op::Store), Space::Global);
  Program other(R"(
  (define ((k void) (p ptr)) (attributes kernel) (set (m ptr) (slot int)) (store p m)
    (set (q ptr) (load p)) (store q 2) (ret)))");
  ASSERT_TRUE(other.run({"device_part", "spaces"})) << other.messages();
  EXPECT_EQ(space_of_access(other, Op::Store, 1), Space::Generic);
}

std::string barrier_report(const std::string& body) {
  Program p(
      "(define-global (s (arr 8 int)) (addrspace 3))\n(define ((k void) (p ptr) (n int)) "
      "(attributes kernel)\n" +
      body + ")");
  if (!p.module) return "unreadable";
  p.run({"device_part", "sroa", "ssa", "barriers"});
  return p.messages();
}

TEST(Barriers, UniformFlowIsAccepted) {
  EXPECT_EQ(barrier_report(R"(
    (set (i ptr) (slot int)) (store i 0) (set (bound int) (load p))
    (jmp loop)
    (label loop) (set (v int) (load i)) (set (c bool) (lt v bound)) (br c body done)
    (label body) (set (x int) (local-id 0)) (set (odd int) (and x 1)) (set (co bool) (eq odd 1)) (br co yes next)
    (label yes) (store (global s) x) (jmp next)
    (label next) (barrier) (set (v2 int) (add v 1)) (store i v2) (jmp loop)
    (label done) (ret))"),
            "");
}

// A uniform counter in a private array that no pass can promote.
TEST(Barriers, PrivateObjectsAreFollowed) {
  EXPECT_EQ(barrier_report(R"(
    (set (a ptr) (slot (arr 64 int))) (set (m int) (and n 63))
    (set (e ptr) (ptradd a m 4 0)) (store e n)
    (set (v int) (load e)) (set (c bool) (lt v 5)) (br c yes no)
    (label yes) (barrier) (jmp no)
    (label no) (ret))"),
            "");
}

TEST(Barriers, DivergentIf) {
  std::string said = barrier_report(R"(
    (set (x int) (local-id 0)) (set (c bool) (lt x n))
    (br c yes no)
    (label yes)
    (barrier)
    (jmp no)
    (label no) (ret))");
  EXPECT_NE(said.find("test.lisp:8:5: error[E0733]"), std::string::npos) << said;
  EXPECT_NE(said.find("test.lisp:6:5: note"), std::string::npos) << said;
}

TEST(Barriers, EarlyReturnAndDivergentLoop) {
  EXPECT_NE(barrier_report(R"(
    (set (x int) (local-id 0)) (set (c bool) (lt x n)) (br c on out)
    (label on) (barrier) (ret)
    (label out) (ret))")
                .find("E0733"),
            std::string::npos);
  EXPECT_NE(barrier_report(R"(
    (set (x int) (local-id 0)) (jmp loop 0)
    (label loop (i int)) (barrier) (set (i2 int) (add i 1)) (set (c bool) (lt i2 x)) (br c (loop i2) done)
    (label done) (ret))")
                .find("E0733"),
            std::string::npos);
  // A value that a divergent loop leaves behind decides.
  EXPECT_NE(barrier_report(R"(
    (set (x int) (local-id 0)) (jmp loop)
    (label loop) (set (v int) (load (global s))) (set (c bool) (lt v x)) (br c loop done)
    (label done) (set (d bool) (lt v 3)) (br d yes no)
    (label yes) (barrier) (jmp no)
    (label no) (ret))")
                .find("E0733"),
            std::string::npos);
}

}  // namespace
}  // namespace ll::test
