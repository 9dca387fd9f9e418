// The files of tests/opt: a first line `;; test: opt --passes P,P…`, a program, and behind a line
// `;; expect` the text after the passes, in comments. LL_BLESS=1 rewrites what is expected.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "ir/text.h"
#include "ir/verify.h"
#include "opt/pipeline.h"
#include "sexp/sexp.h"
#include "support/file.h"

namespace ll {
namespace {

constexpr std::string_view kFirst = ";; test: opt --passes ", kExpect = "\n;; expect\n";

std::vector<std::string> files() {
  std::vector<std::string> out;
  for (auto& entry : std::filesystem::recursive_directory_iterator(LL_SOURCE_DIR "/tests/opt"))
    if (entry.path().extension() == ".lisp") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

std::string in_comments(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);)
    out += line.empty() ? ";;\n" : ";; " + line + "\n";
  return out;
}

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> out;
  while (!list.empty()) {
    size_t comma = std::min(list.find(','), list.size());
    out.push_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

class OptFile : public testing::TestWithParam<std::string> {};

TEST_P(OptFile, GivesWhatItExpects) {
  std::string error;
  std::string text = *read_file(GetParam(), error);
  if (!text.starts_with(kFirst)) GTEST_SKIP() << "no `" << kFirst << "`";
  std::string passes = text.substr(kFirst.size(), text.find('\n') - kFirst.size());
  size_t expect = std::min(text.find(kExpect), text.size());
  std::string program = text.substr(0, expect);

  SourceMap sources;
  Arena arena;
  Diags diags(sources);
  auto messages = [&] {
    std::string out;
    for (const Diag& d : diags.all()) out += render(d, sources, false);
    return out;
  };
  const Sexp* sexp = read(*sources.add(GetParam(), program), arena, diags);
  auto m = sexp ? read_module(*sexp, diags) : nullptr;
  ASSERT_TRUE(m && verify(*m, diags)) << messages();
  PassOptions options;
  options.verify_each = true;
  ASSERT_TRUE(PassRunner(options, diags).run(*m, split(passes))) << messages();
  ASSERT_TRUE(verify(*m, diags)) << messages();

  std::string actual = in_comments(print_module(*m));
  if (std::getenv("LL_BLESS")) {
    while (program.ends_with('\n')) program.pop_back();
    ASSERT_TRUE(
        write_file(GetParam(), program + "\n" + std::string(kExpect) + actual, false, error))
        << error;
    return;
  }
  ASSERT_LT(expect, text.size()) << "nothing is expected; run with LL_BLESS=1";
  EXPECT_EQ(text.substr(expect + kExpect.size()), actual);
}

INSTANTIATE_TEST_SUITE_P(Files, OptFile, testing::ValuesIn(files()), [](const auto& info) {
  std::filesystem::path path = info.param;
  std::string name = path.parent_path().filename().string() + "_" + path.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace ll
