// What the command line says. One record for all commands; each reads what concerns it.
#pragma once
#include <string>
#include <vector>

#include "opt/pipeline.h"

namespace ll::driver {

enum class ErrorFormat : uint8_t { Human, Json };
enum class ColorMode : uint8_t { Auto, Always, Never };

struct Options {
  std::vector<std::string> files;
  std::vector<std::string> program_args;  // what follows FILE
  OptLevel level = OptLevel::O2;
  PassOptions passes;

  std::string device = "cpu";  // run
  std::vector<std::string> libs;
  bool spill_all = false;  // the simple register allocator

  std::string target, emit, arch, out;  // build
  std::vector<std::string> pass_list;   // opt
  bool explicit_passes = false;

  ErrorFormat error_format = ErrorFormat::Human;
  ColorMode color = ColorMode::Auto;
};

}  // namespace ll::driver
