// The optimiser: passes are free functions listed in passes.def, pipelines are lists of names.
//
// A pass takes a function (or the module) and a cache of analyses, and returns whether it changed
// anything. Every call goes through a PassScope, which times it, dumps on request, counts it for
// bisection and verifies afterwards when asked to. Ordering constraints are data, checked when a
// pipeline is built.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/ir.h"
#include "ir/target.h"
#include "support/diag.h"

namespace ll {

// The switches of design.md §4 that concern passes.
struct PassOptions {
  std::vector<std::string> print_after;  // pass names
  bool print_after_all = false, time_passes = false, verify_each = false, stats = false;
  int64_t bisect_limit = -1;  // -1: all
  std::vector<std::string> disabled;
};

struct PassStats {  // one row a pass
  uint64_t runs = 0, changes = 0, nanoseconds = 0;
};

class PassRunner {
 public:
  PassRunner(const PassOptions& options, Diags& diags);

  // Runs the named passes in order. False, with a diagnostic, for an unknown name or when
  // verification after a pass fails.
  bool run(Module& m, std::span<const std::string_view> passes);
  // What --time-passes and --stats ask for; empty when neither is on.
  std::string report() const;

 private:
  friend class PassScope;
  PassOptions options_;
  Diags& diags_;
  std::vector<PassStats> stats_;                   // by index in all_passes()
  std::map<std::string_view, uint64_t> counters_;  // of Analyses::count
  int64_t bisected_ = 0;                           // passes counted for bisection
};

enum class OptLevel : uint8_t { O0, O1, O2, O3 };
std::span<const std::string_view> pipeline(OptLevel level);

// What a target needs before emission, in order (inlining where it has no calls, address spaces
// where it has no generic pointers, kernels turned into workgroup functions for x86).
std::span<const std::string_view> legalisation(const Target& target);

struct PassInfo {
  std::string_view name, why;
};
std::span<const PassInfo> all_passes();

// Why a list may not be run in this order, or nothing. The constraints are in pipeline.cpp.
std::string check_order(std::span<const std::string_view> passes);

}  // namespace ll
