// The verifier. Its invariants are listed at the top of verify.cpp. Only it makes a `Verified`,
// and emitters accept nothing else.
#pragma once
#include <optional>

#include "ir/ir.h"
#include "support/diag.h"

namespace ll {

class Verified {
 public:
  const Module& module() const { return *module_; }
  const Module* operator->() const { return module_; }

 private:
  explicit Verified(const Module& m) : module_(&m) {}
  friend std::optional<Verified> verify(const Module&, Diags&);
  const Module* module_;
};

// Nothing after an error; every broken invariant found is reported, with the printed instruction.
std::optional<Verified> verify(const Module& m, Diags& diags);
// One function; true when nothing is broken.
bool verify_function(const Module& m, const Function& f, Diags& diags);

}  // namespace ll
