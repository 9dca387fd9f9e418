// Where names that a program only declares come from: the host prelude, the process's own C
// library, then each --lib in order.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "ir/ir.h"
#include "support/diag.h"

namespace ll::driver {

class Externals {
 public:
  // False and `error` when a library cannot be opened.
  bool open_libraries(const std::vector<std::string>& libs, std::string& error);
  void* find(Symbol name);  // null when it is nowhere

  // Every external function that the module calls must be found; reports those that are not,
  // at their declarations.
  bool check(const Module& m, Diags& diags);

 private:
  std::vector<void*> handles_;
  std::unordered_map<Symbol, void*> found_;
};

}  // namespace ll::driver
