// device_part, host_part, inline_all: who is kept, and what cannot be inlined.
#include "kernels_test.h"
#include "opt/kernel_desc.h"

namespace ll::test {
namespace {

constexpr const char* kMixed = R"(
  (define ((puts int) (s ptr)) (attributes external))
  (define ((shared-helper int) (a int)) (attributes internal) (set (b int) (add a 1)) (ret b))
  (define ((kernel-helper int) (a int)) (attributes internal) (set (b int) (call shared-helper a)) (ret b))
  (define ((device-helper int)) (attributes device) (set (b int) (local-id 0)) (ret b))
  (define ((k void) (p ptr) (n int8) (f double)) (attributes kernel)
    (set (a int) (call kernel-helper 3)) (set (b int) (call device-helper)) (store p a) (ret))
  (define ((main int)) (set (a int) (call shared-helper 3)) (ret a)))";

std::string names(const Module& m) {
  std::string out;
  for (const auto& f : m.functions) out += std::string(f->name.str()) + " ";
  return out;
}

TEST(KernelParts, DevicePart) {
  Program p(kMixed);
  ASSERT_TRUE(p.run({"device_part"})) << p.messages();
  EXPECT_EQ(names(*p.module), "shared-helper kernel-helper device-helper k ");
  for (const auto& f : p.module->functions) EXPECT_TRUE(f->is(kDevice));
  auto kernels = describe_kernels(*p.module);
  ASSERT_EQ(kernels.size(), 1u);
  EXPECT_EQ(kernels[0].params,
            (std::vector<KernelParam>{
                {ParamKind::Pointer, 8}, {ParamKind::Int, 1}, {ParamKind::Float, 8}}));
}

TEST(KernelParts, HostPart) {
  Program p(kMixed);
  ASSERT_TRUE(p.run({"host_part"})) << p.messages();
  EXPECT_EQ(names(*p.module), "shared-helper main ");
}

TEST(KernelParts, InlineAll) {
  Program p(kMixed);
  ASSERT_TRUE(p.run({"device_part", "inline_all"})) << p.messages();
  EXPECT_EQ(names(*p.module), "k ");
  EXPECT_EQ(print_module(*p.module).find("(call"), std::string::npos);
}

TEST(KernelParts, RecursionIsReportedWithItsChain) {
  Program p(R"(
  (define ((f int) (a int)) (set (c bool) (lt a 1)) (br c done more) (label done) (ret a)
     (label more) (set (b int) (call g a)) (ret b))
  (define ((g int) (a int)) (set (b int) (sub a 1)) (set (r int) (call f b)) (ret r))
  (define ((k void) (p ptr)) (attributes kernel) (set (a int) (call f 3)) (store p a) (ret)))");
  EXPECT_FALSE(p.run({"device_part", "inline_all"}));
  EXPECT_NE(p.messages().find("error[E0730]: 'f' calls itself"), std::string::npos) << p.messages();
  EXPECT_NE(p.messages().find("'f' is called from 'k' here"), std::string::npos) << p.messages();
  EXPECT_NE(p.messages().find("'g' is called from 'f' here"), std::string::npos) << p.messages();
}

TEST(KernelParts, CFunctionIsReportedWithItsChain) {
  Program p(R"(
  (define ((puts int) (s ptr)) (attributes external))
  (define ((say int) (s ptr)) (set (r int) (call puts s)) (ret r))
  (define ((k void) (p ptr)) (attributes kernel) (set (a int) (call say p)) (ret)))");
  EXPECT_FALSE(p.run({"device_part", "inline_all"}));
  EXPECT_NE(p.messages().find("error[E0731]: 'puts' is a C function"), std::string::npos)
      << p.messages();
  EXPECT_NE(p.messages().find("'say' is called from 'k' here"), std::string::npos) << p.messages();
}

// Aggregates by value, results by address, several returns, and a result that is another's result.
TEST(KernelParts, InliningKeepsTheMeaning) {
  Program p(R"(
  (define-struct pair (int int))
  (define ((swap (struct pair)) (q (struct pair)))
    (set (r ptr) (slot (struct pair)))
    (set (q1 ptr) (ptradd q 4)) (set (r1 ptr) (ptradd r 4))
    (set (a int) (load q)) (set (b int) (load q1))
    (store q 99) (store r b) (store r1 a) (ret r))
  (define ((pick int) (c bool) (a int) (b int)) (br c yes no) (label yes) (ret a) (label no) (ret b))
  (define ((same int) (a int)) (ret a))
  (define ((k void) (p ptr)) (attributes kernel)
    (set (p8 ptr) (ptradd p 8))
    (call swap p8 p)
    (set (x int) (load p)) (set (y int) (load p8))
    (set (c bool) (lt x y))
    (set (m int) (call pick c x y)) (set (m2 int) (call same m)) (set (m3 int) (call same m2))
    (set (p16 ptr) (ptradd p 16)) (store p16 m3)
    (ret)))");
  auto run = [&](const Module& m) {
    std::vector<int32_t> memory{5, 9, 0, 0, 0};
    EXPECT_EQ(launch(p, m, "k", {}, {}, {reinterpret_cast<uint64_t>(memory.data())}), "");
    return memory;
  };
  auto before = run(*p.module);
  EXPECT_EQ(before, (std::vector<int32_t>{5, 9, 9, 5, 5}));
  ASSERT_TRUE(p.run({"device_part", "inline_all"})) << p.messages();
  EXPECT_EQ(run(*p.module), before) << print_module(*p.module);
}

}  // namespace
}  // namespace ll::test
