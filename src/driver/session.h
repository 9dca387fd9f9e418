// One invocation of the compiler: its sources and diagnostics, and reading a program file.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "driver/options.h"
#include "ir/ir.h"
#include "ir/verify.h"
#include "support/arena.h"
#include "support/diag.h"

namespace ll::driver {

class Session {
 public:
  explicit Session(const Options& options);
  ~Session();
  Session(const Session&) = delete;

  // Reads the file, lowers it to the IR and verifies that. Null after an error, which is in
  // `diags`.
  std::unique_ptr<Module> load(const std::string& path);

  // Writes the diagnostics that have not been written yet to standard error.
  void report();
  // The same for an error without a place in a source file; returns kFailed.
  int fail(Code code, std::string message);

  const Options& options;
  SourceMap sources;
  Diags diags;
  Arena arena;

 private:
  size_t reported_ = 0;
};

std::string render_json(const Diag& diag, const SourceMap& sources);  // one line, rustc's fields

}  // namespace ll::driver
