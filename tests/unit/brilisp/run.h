// Lowers BriLisp text and runs it.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "lang/brilisp/lower.h"
#include "sexp/sexp.h"
#include "unit/brilisp/execute.h"

namespace ll::test {

inline Outcome run(const std::string& text) {
  Outcome out;
  SourceMap sources;
  Diags diags(sources);
  Arena arena;
  const Sexp* form = read(*sources.add("test.lisp", text), arena, diags);
  Module module(sources);
  brilisp::Program program(module, sources);
  if (!form || !brilisp::declare(*form, program, diags) || !brilisp::lower_bodies(program, diags)) {
    EXPECT_TRUE(diags.has_errors());
    take_diagnostics(diags, out);
    return out;
  }
  EXPECT_FALSE(diags.has_errors());
  execute(module, diags, out);
  return out;
}

// What a program prints whose main has these instructions (and no final ret).
inline std::string main_prints(const std::string& body, const std::string& items = "") {
  Outcome o = run("(brilisp " + items + " (define ((main int)) " + body + " (ret 0)))");
  EXPECT_EQ(o.diagnostics, "");
  EXPECT_EQ(o.failure, "");
  return o.output;
}

}  // namespace ll::test
