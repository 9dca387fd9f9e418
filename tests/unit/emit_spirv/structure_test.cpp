// Control flow: every reducible shape validates and runs as in the interpreter.
#include <fmt/format.h>

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

void compare(Program& p, const Code& code, uint32_t count) {
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
    if (round % 2) { ASSERT_TRUE(p.pass({"ssa"})) << p.messages(); }
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
