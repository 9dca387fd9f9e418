// Runs a module in the interpreter, with the host prelude's output caught.
#pragma once
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include <fmt/format.h>
#include "ir/interp.h"
#include "ir/text.h"
#include "ir/verify.h"

namespace ll::test {

struct Outcome {
  std::string diagnostics;  // rendered; empty: the program is right
  std::vector<Code> codes;
  std::string ir;
  std::string output;  // what was printed, lines joined by ' '
  std::string failure;
  int32_t result = 0;  // of main
};

inline std::string shown(double x) { return std::isnan(x) ? "nan" : fmt::format("{:f}", x); }

inline void take_diagnostics(const Diags& diags, Outcome& out) {
  for (const Diag& d : diags.all()) {
    out.diagnostics += render(d, diags.sources(), false);
    out.codes.push_back(d.code);
  }
}

// Calls `main`, if there is one, without arguments.
inline void execute(const Module& m, Diags& diags, Outcome& out) {
  out.ir = print_module(m);
  std::optional<Verified> verified = verify(m, diags);
  take_diagnostics(diags, out);
  FuncId main = m.find_function(Symbol("main"));
  if (!verified || !main.valid()) return;
  auto external = [&](const Function& f, std::span<const Word> args, Word& result,
                      std::string& error) {
    std::string_view name = f.link_name.str();
    if (!args.empty()) result = args[0];
    std::string text;
    if (name == "print") text = fmt::format("{}", static_cast<int32_t>(args[0]));
    else if (name == "int64_print") text = fmt::format("{}", static_cast<int64_t>(args[0]));
    else if (name == "fprint") text = shown(std::bit_cast<float>(static_cast<uint32_t>(args[0])));
    else if (name == "dprint") text = shown(std::bit_cast<double>(args[0]));
    else if (name == "puts") text = reinterpret_cast<const char*>(args[0]);
    else if (name == "memcpy") {
      std::memcpy(reinterpret_cast<void*>(args[0]), reinterpret_cast<void*>(args[1]), args[2]);
      return true;
    } else if (name == "ll_launch") {
      auto dims = reinterpret_cast<const int64_t*>(args[1]);
      text = fmt::format("launch {} {}", reinterpret_cast<const char*>(args[0]),
                         fmt::join(dims, dims + 6, ","));
    } else if (name == "ll_device_alloc")
      text = fmt::format("alloc {} at {}", args[0], reinterpret_cast<const char*>(args[1])),
      result = 0;
    else if (name.starts_with("ll_copy")) text = fmt::format("{} {}", name, args[2]);
    else if (name == "ll_device_seconds") result = std::bit_cast<Word>(0.5);
    else if (name.starts_with("ll_")) text = name;
    else {
      error = fmt::format("no function {}", name);
      return false;
    }
    if (!text.empty()) out.output += (out.output.empty() ? "" : " ") + text;
    return true;
  };
  Interpreter interpreter(*verified, external);
  Word result = 0;
  Interpreter::Failure failure;
  if (!interpreter.call(main, {}, result, failure)) out.failure = failure.message;
  out.result = static_cast<int32_t>(result);
}

}  // namespace ll::test
