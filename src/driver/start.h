// Starting a program at its `main`.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "driver/session.h"
#include "ir/interp.h"

namespace ll::driver {

// What main is called with; owns the argument texts that argv points at.
struct MainArguments {
  std::vector<std::string> texts;
  std::vector<char*> argv;
  std::vector<Word> words;
};

// The function to start at; an invalid id after a diagnostic.
FuncId find_main(Session& session, const Module& m);

// A main declared with a prefix of (int, pointer) gets argc and argv; any other gets its arguments
// converted to its parameters' types. Nothing after a diagnostic.
std::optional<MainArguments> main_arguments(Session& session, const Function& main,
                                            const std::string& file);

// The exit status for the result of main.
int exit_status(const Function& main, Word result);

}  // namespace ll::driver
