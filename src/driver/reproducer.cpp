#include "driver/reproducer.h"

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string>

#include "support/check.h"
#include "support/file.h"

namespace ll::driver {
namespace {

std::string command_line;
const SourceMap* sources = nullptr;

// The program as it was read, with the command line and the report in comments ahead of it, so
// that the file can be given to the same command as it is.
void write_reproducer(std::string_view report) {
  std::string text = fmt::format(";; command: {}\n", command_line);
  for (size_t at = 0; at < report.size();) {
    size_t end = std::min(report.find('\n', at), report.size());
    text += fmt::format(";; {}\n", report.substr(at, end - at));
    at = end + 1;
  }
  if (sources)
    for (const SourceFile& file : sources->files())
      text += fmt::format(";; file: {}\n{}\n", file.name(), file.text());
  std::string path = fmt::format("repro-{:016x}.lisp", XXH3_64bits(text.data(), text.size()));
  std::string error;
  if (write_file(path, text, false, error))
    fmt::print(stderr, "llamac: this is a bug of the compiler; {} reproduces it\n", path);
}

}  // namespace

void set_up_reproducer(int argc, char** argv) {
  for (int i = 0; i < argc; ++i) command_line += (i ? " " : "") + std::string(argv[i]);
  set_internal_error_hook(write_reproducer);
}

void set_reproducer_sources(const SourceMap* s) { sources = s; }

}  // namespace ll::driver
