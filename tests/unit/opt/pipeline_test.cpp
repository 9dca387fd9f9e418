// The pass runner: its switches, its dumps, and the pipelines themselves.
#include "opt/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "ir/interp.h"
#include "support/file.h"
#include "unit/ir/directives.h"
#include "unit/ir/ir_test.h"

namespace ll {
namespace {

constexpr const char* kProgram = R"(
  (define ((f int) (x int))
    (set (s ptr) (slot int))
    (store s x)
    (set (y int) (load s))
    (set (z int) (add y 0))
    (ret z)))";

TEST(PassRunner, DumpsAreHeadedByPassAndFunction) {
  Parsed p(ir(kProgram));
  PassOptions options;
  options.print_after = {"ssa"};
  testing::internal::CaptureStderr();
  std::string_view passes[] = {"ssa", "simplify"};
  ASSERT_TRUE(PassRunner(options, p.diags).run(*p.module, passes));
  std::string text = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(text.starts_with("*** IR Dump After ssa *** (function: f)\n")) << text;
  EXPECT_EQ(text.find("simplify"), std::string::npos);
}

TEST(PassRunner, BisectionStopsAtTheLimit) {
  Parsed p(ir(kProgram));
  PassOptions options;
  options.bisect_limit = 1;
  testing::internal::CaptureStderr();
  std::string_view passes[] = {"ssa", "simplify"};
  ASSERT_TRUE(PassRunner(options, p.diags).run(*p.module, passes));
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "BISECT: running pass (1) ssa on f\nBISECT: NOT running pass (2) simplify on f\n");
  EXPECT_NE(print_module(*p.module).find("(add x 0)"), std::string::npos)
      << print_module(*p.module);
}

TEST(PassRunner, DisabledPassesDoNotRun) {
  Parsed p(ir(kProgram));
  PassOptions options;
  options.disabled = {"ssa"};
  std::string_view passes[] = {"ssa"};
  ASSERT_TRUE(PassRunner(options, p.diags).run(*p.module, passes));
  EXPECT_NE(print_module(*p.module).find("slot"), std::string::npos);
}

TEST(PassRunner, UnknownPassIsAnError) {
  Parsed p(ir(kProgram));
  std::string_view passes[] = {"ssa", "magic"};
  EXPECT_FALSE(PassRunner({}, p.diags).run(*p.module, passes));
  EXPECT_NE(p.messages().find("there is no pass 'magic'"), std::string::npos);
}

TEST(PassRunner, ReportsTimesAndCounts) {
  Parsed p(ir(kProgram));
  PassOptions options;
  options.time_passes = options.stats = true;
  PassRunner runner(options, p.diags);
  std::string_view passes[] = {"ssa"};
  ASSERT_TRUE(runner.run(*p.module, passes));
  EXPECT_NE(runner.report().find("ssa: slots promoted"), std::string::npos) << runner.report();
}

TEST(Pipelines, NameOnlyPassesInAnAllowedOrder) {
  auto check = [](std::span<const std::string_view> list) {
    EXPECT_EQ(check_order(list), "");
    for (std::string_view name : list)
      EXPECT_TRUE(std::any_of(all_passes().begin(), all_passes().end(), [&](auto& p) {
        return p.name == name;
      })) << name;
  };
  for (OptLevel level : {OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3})
    check(pipeline(level));
  check(legalisation({TargetKind::X86, true, true}));
  check(legalisation({TargetKind::Ptx, true, false}));
  check(legalisation({TargetKind::Spirv, false, false}));
  std::string_view wrong[] = {"ssa", "sroa"};
  EXPECT_NE(check_order(wrong), "");
}

TEST(PassRunner, RecursiveAlwaysInlineIsReported) {
  Parsed p(ir(
      R"((define ((f int) (x int)) (attributes always-inline) (set (y int) (call f x)) (ret y)))"));
  std::string_view passes[] = {"inliner"};
  ASSERT_TRUE(PassRunner({}, p.diags).run(*p.module, passes));
  EXPECT_NE(p.messages().find("'f' is marked always-inline but calls itself"), std::string::npos)
      << p.messages();
}

// Every directive of tests/ir holds behind every level too.
TEST(Pipelines, KeepWhatTheProgramsOfTestsIrDo) {
  for (auto& entry : std::filesystem::directory_iterator(LL_SOURCE_DIR "/tests/ir")) {
    if (entry.path().extension() != ".lisp") continue;
    std::string error, text = *read_file(entry.path().string(), error);
    for (OptLevel level : {OptLevel::O1, OptLevel::O2, OptLevel::O3}) {
      Parsed p(text, entry.path().string());
      ASSERT_TRUE(p.module) << p.messages();
      for (auto& f : p.module->functions) f->flags &= ~uint32_t{kInternal};
      PassOptions options;
      options.verify_each = true;
      ASSERT_TRUE(PassRunner(options, p.diags).run(*p.module, pipeline(level))) << p.messages();
      auto verified = verify(*p.module, p.diags);
      ASSERT_TRUE(verified) << p.messages();
      Interpreter interpreter(*verified, nullptr);
      for (const Directive& d : directives(text)) {
        SCOPED_TRACE(entry.path().filename().string() + " line " + std::to_string(d.line));
        FuncId id = p.module->find_function(Symbol(d.function));
        ASSERT_TRUE(id.valid());
        const Function& f = p.module->function(id);
        std::vector<Word> args;
        size_t first = d.is_launch ? 6 : 0;
        for (size_t n = 0; n < f.params.size(); ++n)
          args.push_back(parse_word(f.params[n], d.words[first + n]));
        auto dim = [&](size_t at) {
          auto n = [&](size_t k) { return static_cast<uint32_t>(std::stoul(d.words[at + k])); };
          return Dim3{n(0), n(1), n(2)};
        };
        Interpreter::Failure failure;
        Word result = 0;
        bool good = d.is_launch ? interpreter.run_kernel(id, dim(0), dim(3), args.data(), failure)
                                : interpreter.call(id, args, result, failure);
        if (good && d.fails()) {  // a bad access whose result nobody used
          EXPECT_TRUE(d.error().find("address") != std::string::npos ||
                      d.error().find("alloc") != std::string::npos ||
                      d.error().find("overflow") != std::string::npos);
          continue;
        }
        EXPECT_EQ(good, !d.fails()) << failure.message;
        if (good && !d.is_launch && f.ret != kVoid) {
          EXPECT_TRUE(same_word(f.ret, result, parse_word(f.ret, d.expected)))
              << static_cast<int64_t>(result) << "\n"
              << print_function(*p.module, f);
        }
      }
    }
  }
}

}  // namespace
}  // namespace ll
