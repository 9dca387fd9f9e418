// The pass `workgroup` against the interpreter: a kernel and the function made of it leave the
// same memory, whatever the control flow around barriers, and at every stage of optimisation.
#include "kernels_test.h"

namespace ll::test {
namespace {

constexpr uint32_t kWords = 256;

// Runs `k` both ways on one buffer of ints, with n as the second argument.
void compare(const std::string& body, Dim3 grid, Dim3 group, int64_t n = 5) {
  for (std::vector<std::string_view> before :
       {std::vector<std::string_view>{},
        {"sroa", "ssa", "sccp", "simplify", "simplify_cfg", "gvn", "licm", "dce"}}) {
    Program p(body);
    ASSERT_TRUE(p.module);
    std::vector<int32_t> expected(kWords), found(kWords);
    for (uint32_t i = 0; i < kWords; ++i) expected[i] = found[i] = static_cast<int32_t>(i * 7 % 31);
    const std::vector<int32_t> initial = expected;
    std::string want =
        launch(p, *p.module, "k", grid, group,
               {reinterpret_cast<uint64_t>(expected.data()), static_cast<uint64_t>(n)});
    ASSERT_TRUE(p.run({"device_part"})) << p.messages();
    ASSERT_TRUE(p.run(before)) << p.messages();
    ASSERT_TRUE(p.run({"workgroup"})) << p.messages() << print_module(*p.module);
    std::string got =
        launch_lowered(p, *p.module, "k", grid, group,
                       {reinterpret_cast<uint64_t>(found.data()), static_cast<uint64_t>(n)});
    EXPECT_EQ(want.empty(), got.empty()) << want << " / " << got << "\n" << print_module(*p.module);
    if (!want.empty()) continue;
    EXPECT_NE(expected, initial) << "the kernel does nothing";
    EXPECT_EQ(expected, found) << print_module(*p.module);
  }
}

TEST(Workgroup, WithoutBarriers) {
  compare(R"(
    (define ((k void) (p ptr) (n int)) (attributes kernel)
      (set (x int) (local-id 0)) (set (y int) (local-id 1)) (set (z int) (local-id 2))
      (set (gx int) (group-id 0)) (set (sx int) (group-size 0)) (set (sy int) (group-size 1))
      (set (g int) (mul gx sx)) (set (i int) (add g x))
      (set (zy int) (mul z sy)) (set (zy2 int) (add zy y))
      (set (c bool) (lt i n))
      (br c yes no)
      (label yes)
      (set (c2 int) (group-count 0)) (set (t int) (mul zy2 c2)) (set (t2 int) (mul t sx))
      (set (j int) (add t2 i))
      (set (q ptr) (ptradd p j 4 0))
      (set (v int) (load q)) (set (w int) (add v i)) (store q w)
      (jmp no)
      (label no)
      (ret)))",
          {3, 1, 1}, {4, 3, 2}, 10);
}

// Reversal through shared memory: values on both sides of one barrier.
constexpr const char* kReverse = R"(
    (define-global (s (arr 64 int)) (addrspace 3))
    (define ((k void) (p ptr) (n int)) (attributes kernel)
      (set (x int) (local-id 0)) (set (b int) (group-id 0)) (set (m int) (group-size 0))
      (set (base int) (mul b m)) (set (i int) (add base x))
      (set (q ptr) (ptradd p i 4 0)) (set (v int) (load q))
      (set (a (ptr (addrspace 3))) (ptradd (global s) x 4 0))
      (store a v)
      (set (v3 int) (mul v v)) (set (v4 int) (div v3 n))
      (barrier)
      (set (m1 int) (sub m 1)) (set (r int) (sub m1 x))
      (set (a2 (ptr (addrspace 3))) (ptradd (global s) r 4 0))
      (set (v2 int) (load a2)) (set (v5 int) (add v2 v4))
      (store q v5)
      (ret)))";
TEST(Workgroup, StraightLineBarrier) { compare(kReverse, {3, 1, 1}, {16, 1, 1}); }

// A tree reduction: barrier in a loop with a divergent if inside.
TEST(Workgroup, BarrierInLoop) {
  compare(R"(
    (define-global (s (arr 64 int)) (addrspace 3))
    (define ((k void) (p ptr) (n int)) (attributes kernel)
      (set (x int) (local-id 0)) (set (m int) (group-size 0))
      (set (q ptr) (ptradd p x 4 0)) (set (v int) (load q))
      (set (a (ptr (addrspace 3))) (ptradd (global s) x 4 0))
      (store a v)
      (barrier)
      (set (h int) (div m 2))
      (jmp loop h)
      (label loop (d int))
      (set (more bool) (gt d 0))
      (br more body done)
      (label body)
      (set (low bool) (lt x d))
      (br low sum next)
      (label sum)
      (set (j int) (add x d))
      (set (a2 (ptr (addrspace 3))) (ptradd (global s) j 4 0))
      (set (v1 int) (load a)) (set (v2 int) (load a2)) (set (v3 int) (add v1 v2))
      (store a v3)
      (jmp next)
      (label next)
      (barrier)
      (set (d2 int) (div d 2))
      (jmp loop d2)
      (label done)
      (set (t int) (load (global s))) (store q t)
      (ret)))",
          {1, 1, 1}, {32, 1, 1});
}

// Accumulators per work-item through a loop with two barriers, an inner loop without, and swapped
// block parameters.
TEST(Workgroup, TwoBarriersInLoopWithAccumulators) {
  compare(R"(
    (define-global (s (arr 64 int)) (addrspace 3))
    (define ((k void) (p ptr) (n int)) (attributes kernel)
      (set (x int) (local-id 0)) (set (y int) (local-id 1)) (set (m int) (group-size 0))
      (set (ym int) (mul y m)) (set (i int) (add ym x))
      (set (q ptr) (ptradd p i 4 0))
      (set (a (ptr (addrspace 3))) (ptradd (global s) i 4 0))
      (jmp loop 0 i 1 2)
      (label loop (t int) (acc int) (u int) (w int))
      (set (more bool) (lt t n))
      (br more body done)
      (label body)
      (set (v int) (load q)) (set (v2 int) (add v acc)) (store a v2)
      (barrier)
      (jmp inner 0 acc)
      (label inner (j int) (acc2 int))
      (set (inmore bool) (lt j 4))
      (br inmore inbody inend)
      (label inbody)
      (set (jx int) (add j x)) (set (jm int) (and jx 7))
      (set (a2 (ptr (addrspace 3))) (ptradd (global s) jm 4 0))
      (set (e int) (load a2)) (set (eu int) (mul e u)) (set (acc3 int) (add acc2 eu))
      (set (j2 int) (add j 1))
      (jmp inner j2 acc3)
      (label inend)
      (barrier)
      (set (t2 int) (add t 1))
      (jmp loop t2 acc2 w u)
      (label done)
      (set (r int) (add acc u))
      (store q r)
      (ret)))",
          {1, 1, 1}, {8, 2, 1});
}

// Barriers in nested uniform ifs; the join is reached from several regions.
TEST(Workgroup, NestedUniformIfs) {
  for (int64_t n = 0; n < 4; ++n)
    compare(R"(
    (define-global (s (arr 64 int)) (addrspace 3))
    (define ((k void) (p ptr) (n int)) (attributes kernel)
      (set (x int) (local-id 0))
      (set (q ptr) (ptradd p x 4 0)) (set (v int) (load q)) (set (vv int) (mul v v)) (set (f int) (rem vv 13))
      (set (a (ptr (addrspace 3))) (ptradd (global s) x 4 0))
      (set (o int) (xor x 1))
      (set (b (ptr (addrspace 3))) (ptradd (global s) o 4 0))
      (store a f)
      (set (n1 int) (and n 1)) (set (c1 bool) (ne n1 0))
      (set (n2 int) (and n 2)) (set (c2 bool) (ne n2 0))
      (br c1 one (join v))
      (label one)
      (barrier)
      (set (l1 int) (load b))
      (br c2 two (join2 l1))
      (label two)
      (set (l2 int) (add l1 f))
      (barrier)
      (store a l2)
      (barrier)
      (set (l3 int) (load b))
      (jmp join2 l3)
      (label join2 (r int))
      (set (r2 int) (add r f))
      (jmp join r2)
      (label join (z int))
      (set (odd int) (and x 1)) (set (codd bool) (eq odd 1))
      (br codd (end z) other)
      (label other)
      (set (z2 int) (add z 100))
      (jmp end z2)
      (label end (fin int))
      (set (fin2 int) (add fin f))
      (store q fin2)
      (ret)))",
            {2, 1, 1}, {8, 1, 1}, n);
}

// A uniform early exit is fine; a divergent one before a barrier is found out.
constexpr const char* kEarlyExit = R"(
    (define ((k void) (p ptr) (n int)) (attributes kernel)
      (set (x int) (local-id 0)) (set (g int) (group-id 0))
      (set (q ptr) (ptradd p x 4 0)) (set (v int) (load q))
      (set (c bool) (lt OPERAND n))
      (br c on (out))
      (label on)
      (set (w int) (add v 1)) (set (w2 int) (rem w n))
      (barrier)
      (store q w2)
      (ret)
      (label out)
      (ret)))";
std::string early_exit(std::string operand) {
  std::string text = kEarlyExit;
  text.replace(text.find("(out)"), 5, "out");
  return text.replace(text.find("OPERAND"), 7, operand);
}
TEST(Workgroup, UniformEarlyExit) { compare(early_exit("g"), {4, 1, 1}, {8, 1, 1}, 2); }
TEST(Workgroup, DivergentEarlyExitFails) { compare(early_exit("x"), {1, 1, 1}, {8, 1, 1}, 2); }

// Private arrays live across barriers, per work-item.
TEST(Workgroup, SlotsAcrossBarriers) {
  compare(R"(
    (define-global (s (arr 64 int)) (addrspace 3))
    (define ((k void) (p ptr) (n int)) (attributes kernel)
      (set (mine ptr) (slot (arr 4 int)))
      (set (x int) (local-id 0))
      (set (x3 int) (and x 3))
      (set (e ptr) (ptradd mine x3 4 0))
      (set (q ptr) (ptradd p x 4 0)) (set (v int) (load q))
      (store mine 1) (set (m1 ptr) (ptradd mine 4)) (store m1 2)
      (set (m2 ptr) (ptradd mine 8)) (store m2 3) (set (m3 ptr) (ptradd mine 12)) (store m3 4)
      (store e v)
      (set (a (ptr (addrspace 3))) (ptradd (global s) x 4 0)) (store a v)
      (barrier)
      (set (o int) (xor x 1)) (set (b (ptr (addrspace 3))) (ptradd (global s) o 4 0))
      (set (w int) (load b)) (set (own int) (load e)) (set (first int) (load mine))
      (set (r int) (add w own)) (set (r2 int) (add r first))
      (barrier)
      (store q r2)
      (ret)))",
          {1, 1, 1}, {16, 1, 1});
}

// Two regions share divergent blocks (a tail that the optimiser merged): one nest, two starts.
TEST(Workgroup, DivergentBlocksSharedByRegions) {
  for (int64_t n : {0, 1})
    compare(R"(
    (define ((k void) (p ptr) (n int)) (attributes kernel)
      (set (x int) (local-id 0))
      (set (q ptr) (ptradd p x 4 0)) (set (v int) (load q)) (set (f int) (rem v 5))
      (set (c bool) (eq n 0))
      (br c left right)
      (label left)
      (barrier)
      (set (v2 int) (load q)) (set (vf int) (add v2 f))
      (set (cl bool) (lt x 5))
      (br cl (a vf) (b v2))
      (label right)
      (set (cr bool) (lt x 7))
      (br cr (a v) (b f))
      (label a (va int))
      (set (va2 int) (mul va 3)) (set (va3 int) (sub va2 f))
      (jmp b va3)
      (label b (vb int))
      (store q vb)
      (barrier)
      (set (vb2 int) (rem vb 7)) (set (r int) (add vb2 f))
      (store q r)
      (ret)))",
            {1, 1, 1}, {16, 1, 1}, n);
}

// Irreducible flow around a barrier: two ways into a cycle.
TEST(Workgroup, IrreducibleCycle) {
  for (int64_t n : {3, 4})
    compare(R"(
    (define ((k void) (p ptr) (n int)) (attributes kernel)
      (set (x int) (local-id 0))
      (set (q ptr) (ptradd p x 4 0))
      (set (n1 int) (and n 1)) (set (c bool) (eq n1 0))
      (br c (one 0) (two 1))
      (label one (i int))
      (set (v int) (load q)) (set (v2 int) (add v i)) (store q v2)
      (barrier)
      (set (i2 int) (add i 1))
      (jmp two i2)
      (label two (j int))
      (set (w int) (load q)) (set (w2 int) (mul w 3)) (store q w2)
      (set (j2 int) (add j 1)) (set (more bool) (lt j2 7))
      (br more (one j2) done)
      (label done)
      (ret)))",
            {1, 1, 1}, {4, 1, 1}, n);
}

// Work-items leave an inner loop in different rounds; what it leaves behind varies.
TEST(Workgroup, DivergentLoopBeforeBarrier) {
  compare(R"(
    (define ((k void) (p ptr) (n int)) (attributes kernel)
      (set (x int) (local-id 0))
      (set (q ptr) (ptradd p x 4 0))
      (jmp loop 0)
      (label loop (i int))
      (set (sq int) (mul i i)) (set (sr int) (rem sq 11))
      (set (c bool) (lt i x))
      (br c next done)
      (label next)
      (set (i2 int) (add i 1))
      (jmp loop i2)
      (label done)
      (barrier)
      (set (r int) (add sr n))
      (store q r)
      (ret)))",
          {1, 1, 1}, {16, 1, 1});
}

// Barriers and ids inside called functions.
TEST(Workgroup, CalledFunctionsWithBarriers) {
  compare(R"(
    (define-global (s (arr 64 int)) (addrspace 3))
    (define ((exchange int) (v int)) (attributes device)
      (set (x int) (local-id 0)) (set (o int) (xor x 1))
      (set (a (ptr (addrspace 3))) (ptradd (global s) x 4 0))
      (set (b (ptr (addrspace 3))) (ptradd (global s) o 4 0))
      (store a v) (barrier) (set (r int) (load b)) (barrier)
      (ret r))
    (define ((twice int) (v int)) (attributes device)
      (set (a int) (call exchange v)) (set (b int) (call plain a)) (set (c int) (call exchange b)) (ret c))
    (define ((plain int) (v int)) (set (c bool) (gt v 9)) (br c yes no) (label yes) (ret 5) (label no) (ret v))
    (define ((k void) (p ptr) (n int)) (attributes kernel)
      (set (x int) (local-id 0))
      (set (q ptr) (ptradd p x 4 0)) (set (v int) (load q))
      (set (r int) (call twice v))
      (store q r)
      (ret)))",
          {1, 1, 1}, {8, 1, 1});
}

// Many regions, with values through all of them: the cost stays near-linear.
TEST(Workgroup, ManyBarriers) {
  std::string body =
      "(define ((k void) (p ptr) (n int)) (attributes kernel)\n"
      "(set (x int) (local-id 0)) (set (q ptr) (ptradd p x 4 0)) (set (v int) (load q))\n"
      "(set (f int) (rem v 5)) (jmp b0 v)\n";
  constexpr int kBarriers = 2000;
  for (int i = 0; i < kBarriers; ++i) {
    std::string n = std::to_string(i);
    body += "(label b" + n + " (v" + n + " int)) (set (c" + n + " bool) (lt n " + n + "))\n";
    body += "(br c" + n + " y" + n + " (b" + std::to_string(i + 1) + " v" + n + "))\n";
    body += "(label y" + n + ") (set (w" + n + " int) (rem v" + n + " 1000)) (barrier)\n";
    body += "(set (u" + n + " int) (add w" + n + " f)) (jmp b" + std::to_string(i + 1) + " u" + n +
            ")\n";
  }
  body += "(label b" + std::to_string(kBarriers) + " (r int)) (store q r) (ret))";
  compare(body, {1, 1, 1}, {4, 1, 1}, 100);
}

}  // namespace
}  // namespace ll::test
