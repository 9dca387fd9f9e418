// Text that is nearly right: files of tests/ir with tokens dropped, doubled, swapped or replaced.
// Reading, verifying and printing must survive all of it, and what they accept must round trip.
#include <algorithm>
#include <cstring>
#include <random>

#include "gtest/gtest.h"
#include "support/file.h"
#include "unit/ir/ir_test.h"

namespace ll {
namespace {

using Tokens = std::vector<std::string>;

// Atoms and parentheses; strings stay whole. Comments are dropped.
Tokens tokens(const std::string& text) {
  Tokens out;
  for (size_t at = 0; at < text.size();) {
    size_t begin = at;
    char c = text[at++];
    if (c == ';') {
      while (at < text.size() && text[at] != '\n') ++at;
    } else if (c == '(' || c == ')') {
      out.push_back(std::string(1, c));
    } else if (c == '"') {
      while (at < text.size() && text[at] != '"') ++at;
      out.push_back(text.substr(begin, ++at - begin));
    } else if (c != ' ' && c != '\n') {
      while (at < text.size() && !std::strchr(" \n();", text[at])) ++at;
      out.push_back(text.substr(begin, at - begin));
    }
  }
  return out;
}

std::string join(const Tokens& list) {
  std::string out;
  for (const std::string& t : list) out += t + ' ';
  return out;
}

void mutate(Tokens& list, std::mt19937& random) {
  static const char* const kStrange[] = {"()",
                                         "0",
                                         "-1",
                                         "4",
                                         "99999999999999999999",
                                         "2147483648",
                                         "1.5",
                                         "#t",
                                         "\"s\"",
                                         "int",
                                         "ptr",
                                         "void",
                                         "(undef int)",
                                         "(int64 1)",
                                         "(struct pair)",
                                         "(arr 1099511627776 int8)",
                                         "(align 4096)",
                                         "(align 3)",
                                         "p",
                                         "i",
                                         "loop",
                                         "r",
                                         "ret",
                                         "jmp",
                                         "br",
                                         "call",
                                         "set",
                                         "label",
                                         "slot",
                                         "copy"};
  auto pick = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  for (size_t n = 1 + pick(3); n > 0; --n) {
    size_t at = 6 + pick(list.size() - 6);  // behind (brilisp (ir-version "1.0")
    bool bracket = list[at] == "(" || list[at] == ")";
    switch (bracket ? 3 : pick(4)) {
      case 0:
        list.erase(list.begin() + static_cast<long>(at));
        break;
      case 1:
        list.insert(list.begin() + static_cast<long>(at), list[at]);
        break;
      case 2:
        list[at] = kStrange[pick(std::size(kStrange))];
        break;
      default: {
        size_t other = 6 + pick(list.size() - 6);
        if ((list[other] == "(" || list[other] == ")") == bracket && !bracket)
          std::swap(list[at], list[other]);
      }
    }
  }
}

TEST(IrMutation, NothingCrashesAndWhatIsAcceptedRoundTrips) {
  std::mt19937 random(20240607);
  int accepted = 0;
  for (const char* name : {"aggregates", "control", "kernels", "memory"}) {
    std::string error;
    auto text = read_file(std::string(LL_SOURCE_DIR "/tests/ir/") + name + ".lisp", error);
    ASSERT_TRUE(text) << error;
    Tokens original = tokens(*text);
    for (int n = 0; n < 400; ++n) {
      Tokens list = original;
      mutate(list, random);
      Parsed p(join(list));
      if (!p.module) {
        EXPECT_TRUE(p.diags.has_errors());
        EXPECT_FALSE(p.messages().empty());
        continue;
      }
      bool verified = verify(*p.module, p.diags).has_value();
      EXPECT_EQ(verified, !p.diags.has_errors());
      ++accepted;
      std::string once = print_module(*p.module);
      Parsed again(once);
      ASSERT_TRUE(again.module) << once << again.messages();
      ASSERT_EQ(print_module(*again.module), once);
    }
  }
  EXPECT_GT(accepted, 50);
}

}  // namespace
}  // namespace ll
