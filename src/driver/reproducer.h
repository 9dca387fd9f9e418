// When the compiler itself fails, it leaves a file that makes it fail again.
#pragma once
#include "support/source.h"

namespace ll::driver {

// Remembers the command line and registers for internal errors.
void set_up_reproducer(int argc, char** argv);
// The sources to write out; null for none.
void set_reproducer_sources(const SourceMap* sources);

}  // namespace ll::driver
