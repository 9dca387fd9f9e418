// The command line (docs/cli.md): parsing of flags, and one function per command.
#pragma once

namespace ll::driver {

// The exit status: 0 success, 1 the program was rejected or failed, 2 wrong usage, 70 our bug.
int run_command_line(int argc, char** argv);

}  // namespace ll::driver
