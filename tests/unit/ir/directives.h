// The directives of the files in tests/ir, for every test that runs them: the interpreter here,
// machine code elsewhere.
//
//   ;; call: FUNCTION ARG … => RESULT        RESULT is empty for void
//   ;; launch: KERNEL GX GY GZ BX BY BZ ARG …
//
// Either may end in `=> error TEXT`. Arguments and results are spelt by their type: integers in
// decimal (pointers too), #t, #f, floats as strtod reads them (0x1.8p1, inf, nan).
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "ir/ir.h"

namespace ll {

struct Directive {
  int line;
  bool is_launch;
  std::string function;
  std::vector<std::string> words;  // behind the function's name
  std::string expected;            // behind =>
  bool fails() const { return expected.starts_with("error "); }
  std::string error() const { return expected.substr(6); }
};

inline std::vector<Directive> directives(const std::string& text) {
  std::vector<Directive> out;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    bool is_launch = line.starts_with(";; launch: ");
    if (!is_launch && !line.starts_with(";; call: ")) continue;
    Directive d{number, is_launch, {}, {}, {}};
    if (size_t arrow = line.find(" =>"); arrow != std::string::npos) {
      d.expected = line.size() > arrow + 4 ? line.substr(arrow + 4) : "";
      line.resize(arrow);
    }
    std::istringstream words(line.substr(line.find(": ") + 2));
    words >> d.function;
    for (std::string word; words >> word;) d.words.push_back(word);
    out.push_back(std::move(d));
  }
  return out;
}

// A word as the interpreter and emitters hold it (see Word in interp.h).
inline uint64_t parse_word(TypeId type, const std::string& text) {
  if (type == kBool) return text == "#t";
  if (type == kFloat) return std::bit_cast<uint32_t>(std::strtof(text.c_str(), nullptr));
  if (type == kDouble) return std::bit_cast<uint64_t>(std::strtod(text.c_str(), nullptr));
  return static_cast<uint64_t>(normalize_bits(type, std::strtoll(text.c_str(), nullptr, 10)));
}

// Equal bits, except that one NaN is as good as another.
inline bool same_word(TypeId type, uint64_t a, uint64_t b) {
  if (type == kFloat) {
    float x = std::bit_cast<float>(static_cast<uint32_t>(a)),
          y = std::bit_cast<float>(static_cast<uint32_t>(b));
    if (std::isnan(x) && std::isnan(y)) return true;
  }
  if (type == kDouble && std::isnan(std::bit_cast<double>(a)) &&
      std::isnan(std::bit_cast<double>(b)))
    return true;
  return a == b;
}

}  // namespace ll
