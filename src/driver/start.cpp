#include "driver/start.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>

namespace ll::driver {
namespace {

bool takes_argc_argv(const Function& main) {
  if (main.params.size() > 2) return false;
  if (!main.params.empty() && main.params[0] != kInt32) return false;
  return main.params.size() < 2 || is_ptr(main.params[1]);
}

// The word of a command-line argument as a scalar of the type; nothing when it is not one.
std::optional<Word> convert(const std::string& text, TypeId type) {
  const char *begin = text.data(), *end = begin + text.size();
  if (is_float(type)) {
    double value = 0;
    auto [at, ec] = std::from_chars(begin, end, value);
    if (ec != std::errc() || at != end) return std::nullopt;
    if (type == kFloat) return std::bit_cast<uint32_t>(static_cast<float>(value));
    return std::bit_cast<Word>(value);
  }
  if (type == kBool && (text == "#t" || text == "true")) return 1;
  if (type == kBool && (text == "#f" || text == "false")) return 0;
  if (is_int_or_bool(type)) {
    int64_t value = 0;
    auto [at, ec] = std::from_chars(begin, end, value);
    if (ec != std::errc() || at != end || normalize_bits(type, value) != value) return std::nullopt;
    return static_cast<Word>(value);
  }
  return is_ptr(type) ? std::optional(reinterpret_cast<Word>(begin)) : std::nullopt;
}

}  // namespace

FuncId find_main(Session& session, const Module& m) {
  FuncId f = m.find_function(Symbol("main"));
  if (f.valid() && m.function(f).has_body()) return f;
  auto& d = session.diags.error(Code::E0902, {}, "the program has no function 'main' to start at");
  for (auto& k : m.functions)
    if (k->is(kKernel)) {
      d.note(k->span, fmt::format("'{}' is a kernel: a host program launches it", k->name.str()));
      break;
    }
  return FuncId();
}

std::optional<MainArguments> main_arguments(Session& session, const Function& main,
                                            const std::string& file) {
  MainArguments a;
  a.texts.push_back(file);
  const auto& given = session.options.program_args;
  a.texts.insert(a.texts.end(), given.begin(), given.end());
  for (std::string& t : a.texts) a.argv.push_back(t.data());
  a.argv.push_back(nullptr);
  if (takes_argc_argv(main)) {
    const Word both[] = {a.texts.size(), reinterpret_cast<Word>(a.argv.data())};
    a.words.assign(both, both + main.params.size());
    return a;
  }
  if (given.size() != main.params.size()) {
    session.diags.error(Code::E0903, main.span,
                        fmt::format("'main' takes {} arguments, but {} are given",
                                    main.params.size(), given.size()));
    return std::nullopt;
  }
  for (size_t i = 0; i < given.size(); ++i) {
    auto word = convert(a.texts[i + 1], main.params[i]);
    if (!word) {
      session.diags.error(
          Code::E0903, main.span,
          fmt::format("argument {} of 'main' is '{}', which is no {}", i + 1, given[i],
                      is_float(main.params[i]) ? "number" : "integer of its type"));
      return std::nullopt;
    }
    a.words.push_back(*word);
  }
  return a;
}

int exit_status(const Function& main, Word result) {
  return is_int_or_bool(main.ret) ? static_cast<int>(result & 0xff) : 0;
}

}  // namespace ll::driver
