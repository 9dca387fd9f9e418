// The language page lists every instruction of forms.def, as it is written.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "lang/brilisp/body.h"

namespace ll::test {

TEST(BriLispDocs, ListEveryInstruction) {
  std::ifstream in(LL_SOURCE_DIR "/docs/language/brilisp.md");
  std::ostringstream page;
  page << in.rdbuf();
  for (Symbol name : brilisp::form_names()) {
    const brilisp::Form* f = brilisp::find_form(name);
    std::string row = fmt::format("| `({}{}{})` | {} |", f->text, f->operands.empty() ? "" : " ",
                                  f->operands, f->meaning);
    EXPECT_NE(page.str().find(row), std::string::npos) << row;
  }
}

}  // namespace ll::test
