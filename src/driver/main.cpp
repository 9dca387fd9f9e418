#include "driver/allocator.h"
#include "driver/commands.h"

int main(int argc, char** argv) {
  ll::driver::keep_freed_memory();
  return ll::driver::run_command_line(argc, argv);
}
