// Random programs: machine code in every configuration against the interpreter, and register
// pressure far beyond what there is.
#include "x86_test.h"

#include "../opt/random_ir.cpp"

namespace ll::x86 {
namespace {

void compare_seed(uint64_t seed, const test::RandomOptions& options) {
  SourceMap sources;
  Diags diags(sources);
  auto m = test::random_module(sources, seed, options);
  auto verified = verify(*m, diags);
  ASSERT_TRUE(verified);
  FuncId id = m->find_function(Symbol("main"));
  const Function& main = m->function(id);
  const Word inputs[][3] = {{0, 0, 0},
                            {7, 3, std::bit_cast<Word>(2.5)},
                            {~Word{0}, 0xffffffffffffff85, std::bit_cast<Word>(-1e9)}};
  Interpreter interpreter(*verified, {});
  std::vector<std::optional<Word>> expected;
  for (auto& args : inputs) {
    Interpreter fresh(*verified, {});
    Word result = 0;
    Interpreter::Failure failure;
    expected.push_back(fresh.call(id, args, result, failure) ? std::optional(result)
                                                             : std::nullopt);
  }
  for (const Configuration& c : configurations())
    for (size_t k = 0; k < std::size(inputs); ++k) {
      auto object = emit(*verified, c.options, diags);
      ASSERT_TRUE(object);
      std::string error;
      auto code = link(*object, resolve_for_test, error);
      ASSERT_TRUE(code) << error;
      Outcome got = call_native(code->find("main"), main, inputs[k]);
      ASSERT_EQ(!got.trapped, expected[k].has_value())
          << "seed " << seed << " " << c.name << got.trap;
      if (expected[k]) {
        ASSERT_EQ(got.value, *expected[k])
            << "seed " << seed << " input " << k << " " << c.name << " "
            << (c.options.allocator == Allocator::SpillAll ? "spill-all" : "intervals");
      }
    }
}

TEST(X86Random, Programs) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    compare_seed(seed, {});
    if (HasFatalFailure()) return;
  }
}

TEST(X86Random, BigFunctions) {
  test::RandomOptions options;
  options.statements = 120;
  options.max_depth = 4;
  for (uint64_t seed = 1000; seed < 1020; ++seed) {
    compare_seed(seed, options);
    if (HasFatalFailure()) return;
  }
}

// N values of a type are all live across a loop with a call in it.
std::string pressure(const std::string& type, unsigned n) {
  std::string text =
      fmt::format("(define ((identity {0}) (x {0})) (ret x))\n(define ((f {0}) (a {0}))\n", type);
  bool is_float = type == "double" || type == "float";
  const char* add = is_float ? "fadd" : "add";
  const char* mul = is_float ? "fmul" : "mul";
  auto literal = [&](unsigned k) {
    return is_float ? fmt::format("({} {}.0)", type, k) : fmt::format("({} {})", type, k);
  };
  for (unsigned k = 0; k < n; ++k)
    text += fmt::format("(set (v{} {}) ({} a {}))\n", k, type, k % 2 ? add : mul, literal(k + 1));
  text += fmt::format("(jmp loop 0 {})\n(label loop (i int) (s {}))\n", literal(0), type);
  for (unsigned k = 0; k < n; ++k)
    text += fmt::format("(set (s{0} {1}) ({2} {3} v{0}))\n", k, type, add,
                        k ? fmt::format("s{}", k - 1) : "s");
  text += fmt::format(
      "(set (t {0}) (call identity s{1}))\n(set (j int) (add i 1)) (set (c bool) (lt j 5))"
      " (br c (loop j t) done)\n(label done)\n",
      type, n - 1);
  for (unsigned k = 0; k < n; ++k)
    text += fmt::format("(set (e{0} {1}) ({2} {3} v{4}))\n", k, type, add,
                        k ? fmt::format("e{}", k - 1) : "t", n - 1 - k);
  return text + fmt::format("(ret e{}))\n", n - 1);
}

TEST(X86Random, RegisterPressure) {
  for (const char* type : {"int8", "int", "int64", "float", "double"})
    for (unsigned n : {3u, 12u, 17u, 40u})
      Comparison("(brilisp (ir-version \"1.0\")\n" + pressure(type, n) + ")")
          .check_every_function();
}

// Rings of block parameters in both banks: parallel moves with cycles.
TEST(X86Random, ParallelMoves) {
  Comparison(R"((brilisp (ir-version "1.0")
    (define ((rotate int64) (a int64) (b int64) (n int))
      (jmp loop 0 a b (int64 3) (double 1.0) (double 2.0) (double 3.0))
      (label loop (i int) (x int64) (y int64) (z int64) (p double) (q double) (r double))
      (set (m int) (and n 7)) (set (c bool) (lt i m)) (set (j int) (add i 1))
      (br c (loop j y z x q p r) done)
      (label done)
      (set (s int64) (mul x (int64 3))) (set (t int64) (mul y (int64 5))) (set (u int64) (add s t))
      (set (v int64) (add u z)) (set (w double) (fsub p q)) (set (k int64) (fptosi w))
      (set (e int64) (add v k)) (ret e))))")
      .check_every_function();
}

}  // namespace
}  // namespace ll::x86
