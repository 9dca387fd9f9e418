// The command line (docs/cli.md): parsing of flags, and one function per command.
#pragma once
#include "driver/options.h"

namespace ll::driver {

// Exit statuses of every command.
enum Exit : int { kOk = 0, kFailed = 1, kUsage = 2 };  // 70: an internal error

// Parses, dispatches, and returns the exit status.
int run_command_line(int argc, char** argv);

#define COMMAND(name, meaning) int name##_command(const Options& options);
#include "driver/commands.def"
#undef COMMAND

}  // namespace ll::driver
