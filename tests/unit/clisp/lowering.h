// Reads and lowers small C-Lisp texts for the tests of this folder.
#pragma once
#include <string>
#include <string_view>

#include "lang/clisp/lower.h"

namespace ll::clisp {

struct Lowering {
  SourceMap sources;
  Arena arena;
  Diags diags{sources};
  brilisp::SourceTypes types;
  brilisp::Signatures signatures;
  std::optional<Sexp> result;

  // `others` are forms of the same module.
  explicit Lowering(std::string_view text, std::initializer_list<std::string_view> others = {}) {
    const Sexp* form = read(*sources.add("t", std::string(text)), arena, diags);
    if (!form) return;
    signatures.collect(*form);
    for (std::string_view other : others)
      if (const Sexp* x = read(*sources.add("other", std::string(other)), arena, diags))
        signatures.collect(*x);
    signatures.declare_structs(types);
    Context context{types, signatures, arena};
    result = lower(*form, context, diags);
  }

  // All diagnostics: "E0414 2:5 message" lines.
  std::string errors() const {
    std::string out;
    for (const Diag& d : diags.all()) {
      Location at = sources.locate(d.span.lo);
      out += std::string(code_name(d.code)) + " " + std::to_string(at.line) + ":" +
             std::to_string(at.column) + " " + d.message + "\n";
    }
    return out;
  }
};

}  // namespace ll::clisp
