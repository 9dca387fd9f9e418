// The interpreter: every file of tests/ir does what its directives say; calls, externals and
// failures from outside.
#include "ir/interp.h"

#include <array>
#include <cstring>
#include <filesystem>
#include <set>

#include "gtest/gtest.h"
#include "support/file.h"
#include "unit/ir/directives.h"
#include "unit/ir/ir_test.h"

namespace ll {
namespace {

std::vector<std::string> ir_files() {
  std::vector<std::string> out;
  for (auto& entry : std::filesystem::directory_iterator(LL_SOURCE_DIR "/tests/ir"))
    if (entry.path().extension() == ".lisp") out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::string read_text(const std::string& path) {
  std::string error;
  auto text = read_file(path, error);
  EXPECT_TRUE(text) << error;
  return text.value_or("");
}

void run_directive(const Directive& d, const Module& m, Interpreter& interpreter) {
  FuncId id = m.find_function(Symbol(d.function));
  ASSERT_TRUE(id.valid()) << d.function;
  const Function& f = m.function(id);
  size_t first = d.is_launch ? 6 : 0;
  ASSERT_EQ(d.words.size(), first + f.params.size());
  std::vector<Word> args;
  for (size_t n = 0; n < f.params.size(); ++n)
    args.push_back(parse_word(f.params[n], d.words[first + n]));
  Interpreter::Failure failure;
  Word result = 0;
  bool good;
  if (d.is_launch) {
    auto dim = [&](size_t at) {
      auto n = [&](size_t k) { return static_cast<uint32_t>(std::stoul(d.words[at + k])); };
      return Dim3{n(0), n(1), n(2)};
    };
    good = interpreter.run_kernel(id, dim(0), dim(3), args.data(), failure);
  } else {
    good = interpreter.call(id, args, result, failure);
  }
  EXPECT_EQ(good, !d.fails()) << failure.message;
  if (d.fails()) {
    EXPECT_TRUE(failure.message.starts_with(d.error())) << failure.message;
    EXPECT_TRUE(failure.span.valid());
  } else if (f.ret != kVoid) {
    EXPECT_TRUE(same_word(f.ret, result, parse_word(f.ret, d.expected)))
        << "got " << static_cast<int64_t>(result) << ", as double "
        << std::bit_cast<double>(result);
  }
}

class IrFile : public testing::TestWithParam<std::string> {};

TEST_P(IrFile, Runs) {
  std::string text = read_text(GetParam());
  Parsed p(text, GetParam());
  ASSERT_TRUE(p.module) << p.messages();
  auto verified = verify(*p.module, p.diags);
  ASSERT_TRUE(verified) << p.messages();
  Interpreter interpreter(*verified, nullptr);
  auto list = directives(text);
  EXPECT_FALSE(list.empty());
  for (const Directive& d : list) {
    SCOPED_TRACE("line " + std::to_string(d.line) + ", " + d.function);
    run_directive(d, *p.module, interpreter);
  }
}

INSTANTIATE_TEST_SUITE_P(All, IrFile, testing::ValuesIn(ir_files()), [](auto& info) {
  return std::filesystem::path(info.param).stem().string();
});

// An operation without a case ends the interpreter as an internal error, so it cannot hide.
TEST(Interpreter, EveryOperationOccursInAFileThatRuns) {
  std::set<Op> seen;
  for (const std::string& path : ir_files()) {
    std::string text = read_text(path);
    Parsed p(text, path);
    ASSERT_TRUE(p.module);
    std::set<std::string> named;
    for (const Directive& d : directives(text)) named.insert(d.function);
    for (auto& f : p.module->functions)
      if (named.count(std::string(f->name.str())))
        for (const Inst& i : f->insts) seen.insert(i.op);
  }
  for (unsigned n = 0; n < kOpCount; ++n)
    EXPECT_TRUE(seen.count(static_cast<Op>(n))) << "no file of tests/ir has " << kOps[n].text;
}

struct Program {
  Parsed parsed;
  std::optional<Verified> verified;
  std::unique_ptr<Interpreter> interpreter;
  Interpreter::Failure failure;

  explicit Program(std::string items, Interpreter::External external = nullptr)
      : parsed(ir(std::move(items))) {
    EXPECT_TRUE(parsed.module) << parsed.messages();
    if (!parsed.module) return;
    verified = verify(*parsed.module, parsed.diags);
    EXPECT_TRUE(verified) << parsed.messages();
    if (verified) interpreter = std::make_unique<Interpreter>(*verified, std::move(external));
  }
  FuncId function(const char* name) const { return parsed.module->find_function(Symbol(name)); }
  std::optional<Word> call(const char* name, std::vector<Word> args) {
    Word result;
    if (!interpreter->call(function(name), args, result, failure)) return std::nullopt;
    return result;
  }
};

TEST(Interpreter, ExternalsGetTheCallConvention) {
  std::vector<std::string> calls;
  auto external = [&](const Function& f, std::span<const Word> args, Word& result,
                      std::string& error) {
    calls.push_back(std::string(f.link_name.str()));
    if (args.size() == 2) {  // (where, n)
      std::array<int32_t, 2> pair{static_cast<int32_t>(args[1]), 7};
      std::memcpy(reinterpret_cast<void*>(args[0]), pair.data(), sizeof pair);
      return true;
    }
    if (args.size() == 1 && args[0] == static_cast<Word>(-3)) return error = "no threes", false;
    result = 0x1234567fful;  // an int8 with junk above
    return true;
  };
  Program p(R"(
  (define-struct pair (int int))
  (define ((low int8) (n int)) (attributes external) (link "c_low"))
  (define ((make (struct pair)) (n int)) (attributes external))
  (define ((f int8) (n int)) (set (r int8) (call low n)) (ret r))
  (define ((g int) (n int))
    (set (p ptr) (slot (struct pair)))
    (call make p n)
    (set (q ptr) (ptradd p 4))
    (set (a int) (load p))
    (set (b int) (load q))
    (set (r int) (add a b))
    (ret r)))",
            external);
  EXPECT_EQ(p.call("f", {1}), ~Word{0});
  EXPECT_EQ(p.call("g", {35}), Word{42});
  EXPECT_EQ(calls, (std::vector<std::string>{"c_low", "make"}));
  EXPECT_FALSE(p.call("f", {static_cast<Word>(-3)}));
  EXPECT_EQ(p.failure.message, "no threes");
  EXPECT_EQ(p.parsed.sources.describe(p.failure.span), "test.lisp:6:30");
  EXPECT_EQ(p.call("low", {5}), ~Word{0});
}

TEST(Interpreter, ExternalsMayCallBack) {
  Program* self = nullptr;
  auto external = [&](const Function&, std::span<const Word> args, Word& result, std::string&) {
    auto inner = self->call("count", {args[0] - 1});
    result = inner.value_or(0) + 1;
    return inner.has_value();
  };
  Program p(R"(
  (define ((outer int) (n int)) (attributes external))
  (define ((count int) (n int))
    (set (s ptr) (slot int))
    (store s n)
    (set (zero bool) (eq n 0))
    (br zero (out 0) more)
    (label more)
    (set (r int) (call outer n))
    (set (kept int) (load s))
    (set (same bool) (eq kept n))
    (br same (out r) bad)
    (label bad)
    (trap unreachable)
    (label out (v int))
    (ret v)))",
            external);
  self = &p;
  EXPECT_EQ(p.call("count", {10}), Word{10});
}

TEST(Interpreter, WrongCallsFailCleanly) {
  Program p("(define ((f int) (n int)) (ret n)) (define ((e int)) (attributes external))");
  EXPECT_FALSE(p.call("f", {}));
  EXPECT_EQ(p.failure.message, "'f' takes 1 arguments, not 0");
  EXPECT_FALSE(p.call("e", {}));
  EXPECT_EQ(p.failure.message, "external function 'e' cannot be called here");
  EXPECT_EQ(p.call("f", {0xffffffffu}), ~Word{0});  // arguments are normalised
}

TEST(Interpreter, GlobalsHaveAddresses) {
  Program p(R"(
  (define-global (g int) (bytes "2a000000"))
  (define-global (s int) (addrspace 3))
  (define-global (huge (arr 1099511627776 int8)))
  (define ((f int)) (set (r int) (load (global g))) (ret r)))");
  auto global = [&](const char* name) {
    return p.interpreter->address_of(p.parsed.module->find_global(Symbol(name)));
  };
  // Whether a terabyte can be reserved is the machine's business; the failure is a clean one.
  if (!global("g")) {
    EXPECT_FALSE(p.call("f", {}));
    EXPECT_TRUE(p.failure.message.starts_with("no memory for"));
    return;
  }
  int value;
  std::memcpy(&value, global("g"), sizeof value);
  EXPECT_EQ(value, 42);
  EXPECT_EQ(global("s"), nullptr);
  EXPECT_EQ(p.call("f", {}), Word{42});
}

TEST(Interpreter, LaunchesAreChecked) {
  Program p("(define ((k void) (p ptr) (n int8)) (attributes kernel) (store p n) (ret))");
  int8_t out = 0;
  uint64_t args[2] = {reinterpret_cast<uint64_t>(&out),
                      0xdeadbe05};  // the rest of the slot is junk
  EXPECT_TRUE(p.interpreter->run_kernel(p.function("k"), {2, 1, 1}, {3, 1, 1}, args, p.failure));
  EXPECT_EQ(out, 5);
  EXPECT_FALSE(p.interpreter->run_kernel(p.function("k"), {1, 1, 1}, {0, 1, 1}, args, p.failure));
  EXPECT_EQ(p.failure.message, "a launch without work-items");
  EXPECT_FALSE(
      p.interpreter->run_kernel(p.function("k"), {1, 1, 1}, {~0u, ~0u, ~0u}, args, p.failure));
  EXPECT_EQ(p.failure.message, "a workgroup has more than 65536 work-items");
}

TEST(Interpreter, WorkIsCounted) {
  Program p(R"(
  (define ((f int) (n int))
    (jmp loop 0 0)
    (label loop (i int) (acc int))
    (set (acc2 int) (add acc i))
    (set (i2 int) (add i 1))
    (set (more bool) (lt i2 n))
    (br more (loop i2 acc2) done)
    (label done)
    (ret acc2)))");
  EXPECT_EQ(p.call("f", {1000}), Word{499500});
  EXPECT_EQ(p.interpreter->executed(), 1 + 4 * 1000 + 1u);
  EXPECT_EQ(p.call("f", {5000000}), static_cast<Word>(int64_t{1642668640}));
}

}  // namespace
}  // namespace ll
