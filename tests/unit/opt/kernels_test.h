// Helpers of the tests of kernel passes: modules from text, and launches.
#pragma once
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "ir/interp.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "opt/pipeline.h"
#include "runtime/device.h"
#include "sexp/sexp.h"

namespace ll::test {

struct Program {
  SourceMap sources;
  Arena arena;
  Diags diags{sources};
  std::unique_ptr<Module> module;

  explicit Program(const std::string& body) {
    const SourceFile* file =
        sources.add("test.lisp", "(brilisp (ir-version \"1.0\")\n" + body + ")");
    const Sexp* sexp = read(*file, arena, diags);
    if (sexp) module = read_module(*sexp, diags);
    if (!module || !verify(*module, diags)) ADD_FAILURE() << messages() << body;
  }
  bool run(std::vector<std::string_view> passes) { return run(*module, std::move(passes)); }
  bool run(Module& m, std::vector<std::string_view> passes) {
    PassOptions options;
    options.verify_each = true;
    return PassRunner(options, diags).run(m, passes);
  }
  std::string messages() const {
    std::string out;
    for (const Diag& d : diags.all()) out += render(d, sources, false);
    return out;
  }
};

inline Interpreter::External no_externals() {
  return [](const Function& f, std::span<const Word>, Word&, std::string& error) {
    error = "no function " + std::string(f.name.str());
    return false;
  };
}

// Runs a kernel in the interpreter; the failure's message, or nothing.
inline std::string launch(Program& p, const Module& m, std::string_view kernel, Dim3 grid,
                          Dim3 group, std::vector<uint64_t> args) {
  auto verified = verify(m, p.diags);
  if (!verified) return p.messages();
  Interpreter interpreter(*verified, no_externals());
  Interpreter::Failure failure;
  FuncId f = m.find_function(Symbol(kernel));
  return interpreter.run_kernel(f, grid, group, args.data(), failure) ? "" : failure.message;
}

// The same with the function that `workgroup` made of it.
inline std::string launch_lowered(Program& p, const Module& m, std::string_view kernel, Dim3 grid,
                                  Dim3 group, std::vector<uint64_t> args) {
  auto verified = verify(m, p.diags);
  if (!verified) return p.messages();
  Interpreter interpreter(*verified, no_externals());
  FuncId id = m.find_function(Symbol(kernel));
  const Function& f = m.function(id);
  EXPECT_TRUE(f.is(kCpuKernel));
  std::vector<uint64_t> shared(f.shared_bytes / 8 + 2),
      context(f.context_bytes * group.count() / 8 + 2);
  auto aligned = [](std::vector<uint64_t>& v) {
    return (reinterpret_cast<uint64_t>(v.data()) + 15) & ~15ull;
  };
  for (uint32_t z = 0; z < grid.z; ++z)
    for (uint32_t y = 0; y < grid.y; ++y)
      for (uint32_t x = 0; x < grid.x; ++x) {
        auto i = [](uint32_t n) { return static_cast<int32_t>(n); };
        CpuLaunch info{{i(x), i(y), i(z)},
                       {i(group.x), i(group.y), i(group.z)},
                       {i(grid.x), i(grid.y), i(grid.z)}};
        // Neither kind of memory starts with anything useful.
        std::fill(shared.begin(), shared.end(), 0xabababababababab);
        std::fill(context.begin(), context.end(), 0xcdcdcdcdcdcdcdcd);
        Word words[4] = {reinterpret_cast<uint64_t>(args.data()), reinterpret_cast<uint64_t>(&info),
                         aligned(shared), aligned(context)};
        Word result = 0;
        Interpreter::Failure failure;
        if (!interpreter.call(id, words, result, failure)) return failure.message;
        if (result != 0) return "work-items of one workgroup wait at different barriers";
      }
  return "";
}

}  // namespace ll::test
