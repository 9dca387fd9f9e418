#include "driver/commands.h"

int main(int argc, char** argv) { return ll::driver::run_command_line(argc, argv); }
