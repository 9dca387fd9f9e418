// Passes keep what programs mean: random programs give the same in the interpreter before and
// after each pass alone, each pipeline, and every program of tests/ir still does what it says.
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>

#include "ir/interp.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "opt/pipeline.h"
#include "unit/opt/random_ir.h"

namespace ll {
namespace {

std::string messages(const Diags& diags) {
  std::string out;
  for (const Diag& d : diags.all()) out += render(d, diags.sources(), false);
  return out;
}

// What main gives for a few arguments, as text.
std::string behaviour(const Module& m, Diags& diags) {
  auto verified = verify(m, diags);
  if (!verified) return "does not verify:\n" + messages(diags);
  std::string out;
  for (int64_t n = 0; n < 3; ++n) {
    Interpreter interpreter(*verified, {});
    Word args[] = {static_cast<Word>(n * 1234567), static_cast<Word>(n - 1),
                   std::bit_cast<Word>(double(n) * 0.75 - 0.5)};
    Word result = 0;
    Interpreter::Failure failure;
    bool ok = interpreter.call(m.find_function(Symbol("main")), args, result, failure);
    out += ok ? std::to_string(result) + " " : failure.message + " ";
  }
  return out;
}

using Passes = std::vector<std::string_view>;

// Runs `count` programs through the passes; the seed of a failing one is in the message.
void check(const Passes& passes, uint64_t first, uint64_t count,
           const test::RandomOptions& options = {}) {
  for (uint64_t seed = first; seed < first + count; ++seed) {
    SourceMap sources;
    Diags diags(sources);
    auto m = test::random_module(sources, seed, options);
    std::string before = behaviour(*m, diags);
    ASSERT_EQ(before.find("verify"), std::string::npos) << "seed " << seed << "\n"
                                                        << before << print_module(*m);
    std::string text = print_module(*m);
    PassRunner runner({}, diags);
    ASSERT_TRUE(runner.run(*m, passes)) << messages(diags);
    ASSERT_EQ(before, behaviour(*m, diags)) << "seed " << seed << "\n"
                                            << text << "\n\nafter:\n"
                                            << print_module(*m);
  }
}

uint64_t programs(uint64_t usual) {
  const char* more = std::getenv("LL_RANDOM_PROGRAMS");
  return more ? std::strtoull(more, nullptr, 10) : usual;
}

TEST(Differential, EachPassAlone) {
  for (std::string_view name : {"allocs", "sroa", "ssa", "sccp", "simplify", "simplify_cfg", "gvn",
                                "licm", "dce", "inliner", "always_inline", "dead_functions"}) {
    SCOPED_TRACE(name);
    check({name}, 1, programs(60));
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Differential, EachPassOnSsa) {
  for (std::string_view name :
       {"sccp", "simplify", "simplify_cfg", "gvn", "licm", "dce", "inliner"}) {
    SCOPED_TRACE(name);
    check({"allocs", "sroa", "ssa", name}, 1000, programs(60));
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Differential, Pipelines) {
  for (OptLevel level : {OptLevel::O1, OptLevel::O2, OptLevel::O3}) {
    SCOPED_TRACE(static_cast<int>(level));
    auto list = pipeline(level);
    check({list.begin(), list.end()}, 5000, programs(200));
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Differential, LargerFunctions) {
  auto list = pipeline(OptLevel::O2);
  check({list.begin(), list.end()}, 9000, programs(20),
        {.functions = 4, .statements = 120, .max_depth = 5});
}

}  // namespace
}  // namespace ll
