// Control flow: every reducible shape validates and runs as in the interpreter.
#include <chrono>

#include <fmt/format.h>

#include "emit_spirv/instruction.h"
#include "random_cfg.h"
#include "spirv_test.h"

namespace ll::spirv {
namespace {

constexpr uint32_t kItems = 64;

// `count` kernels of `blocks` blocks in one module.
void build(Program& p, uint32_t seed, uint32_t count, uint32_t blocks) {
  for (uint32_t n = 0; n < count; ++n) {
    RandomCfg random(seed + n);
    random.kernel(*p.module, fmt::format("k{}", n).c_str(),
                  random.graph(2 + random.pick(blocks - 1)));
  }
}

void compare(Program& p, const Binary& code, uint32_t count) {
  load(code);
  for (uint32_t n = 0; n < count; ++n) {
    Launch l{fmt::format("k{}", n), {4}, {kItems / 4}, {std::vector<uint8_t>(kItems * 4)}, {40}};
    FuncId f = p.module->find_function(Symbol(l.kernel));
    EXPECT_EQ(values_of<uint32_t>(interpret(p, l)[0]), values_of<uint32_t>(execute(l)[0]))
        << print_function(*p.module, p.module->function(f));
  }
}

TEST(Structure, RandomGraphsValidate) {
  LL_REQUIRE_VALIDATOR();
  for (uint32_t round = 0; round < 24; ++round) {
    Program p;
    build(p, 1000 * round, 40, 4 + 2 * round);
    if (round % 2) {
      ASSERT_TRUE(p.pass({"ssa"})) << p.messages();
    }
    auto code = p.emitted();
    ASSERT_TRUE(code) << p.messages();
    std::string said = validate(code->words);
    if (said.empty()) continue;
    // Find the kernel.
    for (uint32_t n = 0; n < 40; ++n) {
      Program one;
      RandomCfg random(1000 * round + n);
      random.kernel(*one.module, "k", random.graph(2 + random.pick(4 + 2 * round - 1)));
      if (round % 2) one.pass({"ssa"});
      auto c = one.emitted();
      std::string why = validate(c->words);
      if (!why.empty()) FAIL() << why << print_module(*one.module);
    }
    FAIL() << said;
  }
}

// What front ends write comes out without variables: all values in phis, no numbered ways.
struct Shape {
  const char* name;
  const char* body;
  bool variables_when_pinned = false;
};
const Shape kShapes[] = {
    {"if", "(set (c bool) (gt x 9)) (br c a z) (label a) (store p 7) (jmp z) (label z)"},
    {"if value",
     "(set (c bool) (gt x 9)) (br c a (z x)) (label a) (set (y int) (add x 1))"
     " (jmp z y)"
     "(label z (r int)) (store p r)"},
    {"if else",
     "(set (c bool) (gt x 9)) (br c a b) (label a) (jmp z 3) (label b) (jmp z 4)"
     " (label z (r int)) (store p r)"},
    {"both arms to one block",
     "(set (c bool) (gt x 9)) (br c (z 3) (z 4)) (label z (r int))"
     " (store p r)"},
    {"else if with one join",
     "(set (c bool) (gt x 9)) (br c a b) (label a) (jmp z 3) (label b)"
     " (set (d bool) (gt x 5))"
     "(br d e g) (label e) (jmp z 4) (label g) (jmp z 5)"
     " (label z (r int)) (store p r)"},
    {"early return",
     "(set (c bool) (gt x 9)) (br c out a) (label a) (store p 7) (jmp out)"
     " (label out)"},
    {"early return in an inner if",
     "(set (c bool) (gt x 9)) (br c a b) (label a) (set (d bool)"
     " (gt x 12)) (br d out e) (label e)"
     "(store p 1) (jmp b) (label b) (store p 2) (jmp out)"
     " (label out)"},
    {"while",
     "(jmp h 0 x) (label h (k int) (s int)) (set (c bool) (lt k x)) (br c b z) (label b)"
     " (set (s2 int) (add s k))"
     "(set (k2 int) (add k 1)) (jmp h k2 s2) (label z) (store p s)"},
    {"while in while",
     "(jmp h 0 x) (label h (k int) (s int)) (set (c bool) (lt k x)) (br c b z)"
     " (label b) (jmp hh 0 s)"
     "(label hh (j int) (t int)) (set (d bool) (lt j k)) (br d bb e) (label bb)"
     " (set (t2 int) (add t j))"
     "(set (j2 int) (add j 1)) (jmp hh j2 t2) (label e) (set (k2 int) (add k 1))"
     " (jmp h k2 t) (label z) (store p s)"},
    {"continue",
     "(jmp h 0 x) (label h (k int) (s int)) (set (c bool) (lt k x)) (br c b z)"
     " (label b) (set (k2 int) (add k 1))"
     "(set (o int) (and k 1)) (set (d bool) (eq o 0)) (br d (h k2 s) e) (label e)"
     " (set (s2 int) (add s k))"
     "(jmp h k2 s2) (label z) (store p s)"},
    {"break",
     "(jmp h 0 x) (label h (k int) (s int)) (set (c bool) (lt k x)) (br c b z) (label b)"
     " (set (s2 int) (add s k))"
     "(set (d bool) (gt s2 60)) (br d z e) (label e) (set (k2 int) (add k 1))"
     " (jmp h k2 s2) (label z) (store p s)"},
    {"break with code",
     "(jmp h 0 x) (label h (k int) (s int)) (set (c bool) (lt k x)) (br c b z)"
     " (label b) (set (s2 int) (add s k))"
     "(set (d bool) (gt s2 60)) (br d w e) (label w) (store p 77) (jmp z)"
     " (label e) (set (k2 int) (add k 1))"
     "(jmp h k2 s2) (label z) (store p s)"},
    {"return in a loop",
     "(jmp h 0 x) (label h (k int) (s int)) (set (c bool) (lt k x)) (br c b z)"
     " (label b) (set (s2 int) (add s k))"
     "(set (d bool) (gt s2 60)) (br d w e) (label w) (store p 77) (ret)"
     " (label e) (set (k2 int) (add k 1))"
     "(jmp h k2 s2) (label z) (store p s)"},
    {"do while",
     "(jmp h 0 x) (label h (k int) (s int)) (set (s2 int) (add s k)) (set (k2 int)"
     " (add k 1)) (set (c bool) (lt k2 x))"
     "(br c (h k2 s2) z) (label z) (store p s2)",
     true},
    {"loop in an arm",
     "(set (q bool) (gt x 8)) (br q l (z x)) (label l) (jmp h 0 x)"
     " (label h (k int) (s int)) (set (c bool) (lt k x))"
     "(br c b (z s)) (label b) (set (s2 int) (add s k)) (set (k2 int) (add k 1))"
     " (jmp h k2 s2)"
     "(label z (r int)) (store p r)"},
};

std::string shape_kernel(const Shape& s, const char* end = "(ret)") {
  return fmt::format(
      "(define ((k void) (out (ptr (addrspace 1)))) (attributes kernel device)"
      "(set (l int) (local-id 0)) (set (p (ptr (addrspace 1))) (ptradd out l 4 0))"
      " (set (x int) (load p))"
      "{} {})",
      s.body, end);
}

TEST(Structure, CommonShapesAreClean) {
  LL_REQUIRE_VALIDATOR();
  for (const Shape& s : kShapes) {
    for (const char* arch : {"vulkan1.2", "vulkan1.2-gpu"}) {
      Program p(shape_kernel(s));
      auto code = p.emitted(arch);
      ASSERT_TRUE(code) << s.name << p.messages();
      EXPECT_EQ(validate(code->words, arch), "") << s.name;
      bool variables = false;
      for (size_t at = 5; at < code->words.size(); at += code->words[at] >> 16)
        variables |= (code->words[at] & 0xffff) == static_cast<uint32_t>(spv::Op::OpVariable) &&
                     code->words[at + 3] == static_cast<uint32_t>(spv::StorageClass::Function);
      EXPECT_EQ(variables, s.variables_when_pinned && arch == std::string("vulkan1.2"))
          << s.name << " " << arch;
    }
    if (!vulkan()) continue;
    Program p(shape_kernel(s));
    load(*p.emitted());
    std::vector<uint32_t> input(16);
    for (uint32_t i = 0; i < 16; ++i) input[i] = i;
    Launch l{"k", {1}, {16}, {bytes_of(input)}, {}};
    EXPECT_EQ(values_of<uint32_t>(interpret(p, l)[0]), values_of<uint32_t>(execute(l)[0]))
        << s.name;
  }
}

TEST(Structure, EndlessLoopsAndUnreachableBlocksValidate) {
  LL_REQUIRE_VALIDATOR();
  for (const char* body : {"(jmp h) (label h) (jmp h)", "(jmp h) (label h) (barrier) (jmp h)",
                           "(ret) (label u) (store p 1) (jmp u)",
                           "(set (c bool) (gt x 1)) (br c h z) (label h) (jmp h) (label z)"
                           " (ret)",
                           "(trap unreachable)"}) {
    Program p(shape_kernel({"", body}, ""));
    auto code = p.emitted();
    ASSERT_TRUE(code) << p.messages();
    EXPECT_EQ(validate(code->words), "") << body;
  }
}

// Time grows with the size, not with its square: 20,000 blocks take well under the limit.
TEST(Structure, LargeFunctions) {
  Program p;
  RandomCfg random(4);
  random.kernel(*p.module, "k", random.chain(20000));
  auto v = p.verified();
  ASSERT_TRUE(v) << p.messages();
  auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(emit(*v, {}, p.diags)) << p.messages();
  std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  EXPECT_LT(taken.count(), 3);
  RecordProperty("milliseconds", static_cast<int>(taken.count() * 1000));
  printf("%zu blocks, %zu instructions: %d ms\n", v->module().functions[0]->blocks.size(),
         v->module().functions[0]->insts.size(), static_cast<int>(taken.count() * 1000));
}

TEST(Structure, RandomGraphsRun) {
  LL_REQUIRE_VULKAN();
  for (uint32_t round = 0; round < 4; ++round) {
    Program p;
    build(p, 77000 + 1000 * round, 12, 8 + 8 * round);
    ASSERT_TRUE(p.pass({"ssa"})) << p.messages();
    auto code = p.emitted();
    ASSERT_TRUE(code) << p.messages();
    compare(p, *code, 12);
  }
}

}  // namespace
}  // namespace ll::spirv
