#include "driver/commands.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "driver/reproducer.h"

namespace ll::driver {
namespace {

constexpr const char* kVersion = "llamac 0.1.0";

struct CommandRow {
  const char *name, *meaning;
  int (*function)(const Options&);
};
constexpr CommandRow kCommands[] = {
#define COMMAND(name, meaning) {#name, meaning, name##_command},
#include "driver/commands.def"
#undef COMMAND
};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void add_diagnostic_flags(CLI::App& app, Options& o) {
  static const std::map<std::string, ErrorFormat> kFormats{{"human", ErrorFormat::Human},
                                                           {"json", ErrorFormat::Json}};
  static const std::map<std::string, ColorMode> kColors{
      {"auto", ColorMode::Auto}, {"always", ColorMode::Always}, {"never", ColorMode::Never}};
  app.add_option("--error-format", o.error_format, "how diagnostics are written: human or json")
      ->transform(CLI::CheckedTransformer(kFormats))
      ->option_text("FORMAT");
  app.add_option("--color", o.color, "auto, always or never")
      ->transform(CLI::CheckedTransformer(kColors))
      ->option_text("WHEN");
}

// A pass of the table; '-' may stand for '_'.
std::string check_pass(const std::string& name) {
  std::string spelt = name;
  std::replace(spelt.begin(), spelt.end(), '-', '_');
  for (const PassInfo& p : all_passes())
    if (p.name == spelt) return {};
  return "there is no pass '" + name + "'";
}

void add_compile_flags(CLI::App& app, Options& o) {
  const CLI::Validator is_pass(check_pass, "");
  app.add_option_function<int>(
         "-O", [&o](int n) { o.level = static_cast<OptLevel>(n); },
         "optimisation level 0 to 3 (default 2)")
      ->check(CLI::Range(0, 3))
      ->option_text("N");
  app.add_option("--print-after", o.passes.print_after, "print the IR after these passes")
      ->delimiter(',')
      ->check(is_pass)
      ->option_text("PASS,…");
  app.add_flag("--print-after-all", o.passes.print_after_all, "print the IR after every pass");
  app.add_flag("--time-passes", o.passes.time_passes, "print the time each pass took");
  app.add_flag("--verify-each", o.passes.verify_each, "verify the IR after every pass");
  app.add_flag("--stats", o.passes.stats, "print what each pass changed");
  app.add_option("--opt-bisect-limit", o.passes.bisect_limit,
                 "run only the first N pass executions")
      ->option_text("N");
  app.add_option("--disable-pass", o.passes.disabled, "leave these passes out")
      ->delimiter(',')
      ->check(is_pass)
      ->option_text("PASS,…");
}

void add_x86_flags(CLI::App& app, Options& o) {
  app.add_flag("--spill-all", o.spill_all,
               "keep every value in memory (checks the register allocator)");
}

void configure(CLI::App& app, Options& o) {
  std::string_view name = app.get_name();
  if (name != "devices") {
    auto* file = app.add_option("FILE", o.files, "the program; - is standard input")->required();
    if (name != "check") file->expected(1);
  }
  add_diagnostic_flags(app, o);
  if (is_one_of(name, {"run", "build", "check", "opt"})) add_compile_flags(app, o);
  if (is_one_of(name, {"run", "build"})) add_x86_flags(app, o);
  if (is_one_of(name, {"run", "interp"})) {
    app.add_option("--lib", o.libs, "a shared library to look names up in")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->option_text("LIB");
    app.footer("What follows FILE belongs to the program.");
  }
  if (name == "run")
    app.add_option("--device", o.device, "interp, cpu, vulkan[:N] or cuda[:N] (default cpu)")
        ->option_text("DEVICE");
  if (name == "build") {
    app.add_option("--target", o.target, "x86, ptx or spirv")
        ->required()
        ->check(CLI::IsMember({"x86", "ptx", "spirv"}));
    app.add_option("--emit", o.emit, "obj, shared, exe, asm or ir")
        ->check(CLI::IsMember({"obj", "shared", "exe", "asm", "ir"}));
    app.add_option("-o", o.out, "the output file; - is standard output")->option_text("OUT");
  }
  if (is_one_of(name, {"build", "run"}))
    app.add_option("--arch", o.arch, "a machine of the target, such as x86-64-v3, sm_90, vulkan1.2")
        ->option_text("NAME");
  if (name == "opt")
    app.add_option("--passes", o.pass_list, "the passes to run, in order (default: those of -O2)")
        ->delimiter(',')
        ->check(CLI::Validator(check_pass, ""))
        ->option_text("PASS,…");
}

// Everything behind FILE belongs to the program, even what looks like a flag of ours. CLI11 cannot
// be told so; cut the arguments at FILE before it sees them.
size_t index_after_file(const CLI::App& command, const std::vector<std::string>& args,
                        size_t from) {
  for (size_t i = from; i < args.size(); ++i) {
    const std::string& word = args[i];
    if (word.size() < 2 || word[0] != '-') return i + 1;
    std::string name = word.substr(0, word.find('='));
    const CLI::Option* option = command.get_option_no_throw(name);
    bool takes_value = option && option->get_items_expected_max() > 0;
    if (takes_value && name.size() == word.size()) ++i;
  }
  return args.size();
}

int usage_error(const CLI::App& app, const std::string& message) {
  fmt::print(stderr, "llamac: {}\nTry '{} --help'.\n", message,
             app.get_parent() ? "llamac " + app.get_name() : "llamac");
  return kUsage;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  set_up_reproducer(argc, argv);
  Options options;
  CLI::App app(
      "llamac: Lisp languages for kernels and programs, compiled to x86-64, PTX and SPIR-V",
      "llamac");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  for (const CommandRow& row : kCommands)
    configure(*app.add_subcommand(row.name, row.meaning), options);

  std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  CLI::App* command = nullptr;
  for (CLI::App* c : app.get_subcommands({}))
    if (!args.empty() && c->get_name() == args[0]) command = c;
  if (command && is_one_of(command->get_name(), {"run", "interp"})) {
    size_t cut = index_after_file(*command, args, 1);
    options.program_args.assign(args.begin() + static_cast<ptrdiff_t>(cut), args.end());
    args.resize(cut);
  }
  try {
    std::reverse(args.begin(), args.end());  // CLI11 takes them from the back
    app.parse(args);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", command ? command->help("llamac") : app.help());
    return kOk;
  } catch (const CLI::CallForVersion&) {
    fmt::print("{}\n", kVersion);
    return kOk;
  } catch (const CLI::ParseError& e) {
    return usage_error(command ? *command : app, e.what());
  }
  options.explicit_passes =
      command->get_option_no_throw("--passes") && command->count("--passes") > 0;
  for (const CommandRow& row : kCommands)
    if (command->get_name() == row.name) return row.function(options);
  return kUsage;
}

}  // namespace ll::driver
