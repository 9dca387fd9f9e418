// The cache of analyses that passes work with. An analysis is computed when first asked for and
// kept until a pass changes what it describes: the pass runner drops all but what the pass's row
// in passes.def keeps; a pass that changes the function and then asks again calls `keep` itself.
//
// References stay valid until the analysis is dropped.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "ir/ir.h"
#include "opt/analysis/cfg.h"
#include "opt/analysis/dom.h"
#include "opt/analysis/loops.h"
#include "opt/analysis/uses.h"
#include "support/diag.h"

namespace ll {

// What a pass keeps; a set of bits. Post-dominators and frontiers live as long as Dom.
namespace analysis {
enum : unsigned { None = 0, Cfg = 1, Dom = 2, Loops = 4, Uses = 8, All = 15 };
}

class Analyses {
 public:
  Analyses(Module& module, Diags& diags) : module_(module), diags_(diags) {}
  Analyses(const Analyses&) = delete;

  Module& module() { return module_; }
  Diags& diags() { return diags_; }  // for passes that report to the user

  const Cfg& cfg(const Function& f);
  const Dom& dom(const Function& f);
  const Dom& postdom(const Function& f);
  const Frontiers& frontiers(const Function& f);
  const Loops& loops(const Function& f);
  const Uses& uses(const Function& f);

  void keep(const Function& f, unsigned kept);  // drops the others
  void invalidate(const Function& f) { cache_.erase(&f); }
  void invalidate_all() { cache_.clear(); }

  // Named counters for --stats: "gvn: loads removed".
  void count(std::string_view what, uint64_t n = 1) {
    if (n) counters_[what] += n;
  }
  const std::map<std::string_view, uint64_t>& counters() const { return counters_; }

 private:
  struct Entry {
    std::optional<Cfg> cfg;
    std::optional<Dom> dom, postdom;
    std::optional<Frontiers> frontiers;
    std::optional<Loops> loops;
    std::optional<Uses> uses;
  };
  Module& module_;
  Diags& diags_;
  std::unordered_map<const Function*, Entry> cache_;
  std::map<std::string_view, uint64_t> counters_;  // keys are literals
};

}  // namespace ll
