#include "driver/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "driver/commands.h"
#include "driver/reproducer.h"
#include "lang/module/load.h"
#include "sexp/sexp.h"
#include "support/check.h"
#include "support/file.h"

namespace ll::driver {
namespace {

bool use_color(ColorMode mode) {
  if (mode != ColorMode::Auto) return mode == ColorMode::Always;
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(2) && !(no_color && *no_color);
}

}  // namespace

Session::Session(const Options& o) : options(o), diags(sources) {
  set_reproducer_sources(&sources);
}
Session::~Session() { set_reproducer_sources(nullptr); }

std::unique_ptr<Module> Session::load(const std::string& path) {
  Phase phase("reading", path);
  std::string error;
  auto text = read_file(path, error);
  if (!text) {
    diags.error(Code::E0900, {}, fmt::format("cannot read '{}': {}", path, error));
    return nullptr;
  }
  const SourceFile* file = sources.add(path == "-" ? "<stdin>" : path, std::move(*text));
  if (!file) {
    diags.error(Code::E0900, {}, fmt::format("cannot read '{}': it is larger than 4 GiB", path));
    return nullptr;
  }
  const Sexp* program = read(*file, arena, diags);
  if (!program) return nullptr;
  auto module = lang::load(*program, path, arena, diags);
  if (!module || diags.has_errors()) return nullptr;
  if (!verify(*module, diags)) return nullptr;
  return module;
}

void Session::report() {
  bool color = use_color(options.color);
  for (; reported_ < diags.all().size(); ++reported_) {
    const Diag& d = diags.all()[reported_];
    std::string text = options.error_format == ErrorFormat::Json ? render_json(d, sources)
                                                                 : render(d, sources, color);
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  if (size_t kept = diags.all().size(); diags.error_count() > kept)
    fmt::print(stderr, "llamac: {} further errors are not shown\n", diags.error_count() - kept);
}

int Session::fail(Code code, std::string message) {
  diags.error(code, {}, std::move(message));
  report();
  return kFailed;
}

}  // namespace ll::driver
