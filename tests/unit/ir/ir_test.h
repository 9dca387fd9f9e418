// What the tests of the IR share: text to modules and back, with the diagnostics at hand.
#pragma once
#include <memory>
#include <string>

#include "ir/text.h"
#include "ir/verify.h"
#include "sexp/sexp.h"

namespace ll {

struct Parsed {
  SourceMap sources;
  Arena arena;
  Diags diags{sources};
  std::unique_ptr<Module> module;

  explicit Parsed(std::string text, std::string name = "test.lisp") {
    const Sexp* program = read(*sources.add(std::move(name), std::move(text)), arena, diags);
    if (program) module = read_module(*program, diags);
  }
  Parsed(const Parsed&) = delete;

  // Every diagnostic, rendered.
  std::string messages() const {
    std::string out;
    for (const Diag& d : diags.all()) out += render(d, sources, false);
    return out;
  }
};

// Items of a module in its wrapping form.
inline std::string ir(std::string items) {
  return "(brilisp (ir-version \"1.0\")\n" + std::move(items) + ")\n";
}
// Instructions in a function.
inline std::string ir_body(std::string head, std::string instructions) {
  return ir("  (define (" + std::move(head) + ")\n    " + std::move(instructions) + ")");
}

}  // namespace ll
