#include "opt/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

#include "ir/text.h"
#include "ir/verify.h"
#include "opt/passes.h"
#include "support/check.h"

namespace ll {

namespace analysis {
constexpr unsigned kKeeps[] = {
#define PASS(name, kind, keeps, why) keeps,
#include "opt/passes.def"
#undef PASS
};
}  // namespace analysis

namespace {

using FunctionPass = bool (*)(Function&, Analyses&);
using ModulePass = bool (*)(Module&, Analyses&);

struct Row {
  std::string_view name, phase;  // "gvn", "pass gvn"
  FunctionPass on_function;
  ModulePass on_module;  // one of the two is null
};

template <class Of>
constexpr Row row(std::string_view name, std::string_view phase, bool (*pass)(Of&, Analyses&)) {
  if constexpr (std::is_same_v<Of, Function>) return {name, phase, pass, nullptr};
  else return {name, phase, nullptr, pass};
}

const Row kRows[] = {
#define PASS(name, kind, keeps, why) row<kind>(#name, "pass " #name, opt::name),
#include "opt/passes.def"
#undef PASS
};

constexpr PassInfo kInfos[] = {
#define PASS(name, kind, keeps, why) {#name, why},
#include "opt/passes.def"
#undef PASS
};

constexpr std::string_view kO1[] = {"always_inline", "allocs",   "sroa",         "ssa",
                                    "sccp",          "simplify", "simplify_cfg", "dce"};
constexpr std::string_view kO2[] = {
    "allocs",       "sroa", "ssa",     "sccp",           "simplify",
    "simplify_cfg", "dce",  "inliner", "dead_functions", "allocs",
    "sroa",         "ssa",  "sccp",    "simplify",       "simplify_cfg",
    "gvn",          "licm", "sccp",    "simplify",       "simplify_cfg",
    "dce"};
constexpr std::string_view kO3[] = {"allocs",       "sroa", "ssa",  "sccp",    "simplify",
                                    "simplify_cfg", "gvn",  "dce",  "inliner", "dead_functions",
                                    "allocs",       "sroa", "ssa",  "sccp",    "simplify",
                                    "simplify_cfg", "gvn",  "licm", "sccp",    "simplify",
                                    "simplify_cfg", "gvn",  "licm", "sccp",    "simplify",
                                    "simplify_cfg", "dce"};

constexpr std::string_view kX86Passes[] = {"inline_all", "allocs",   "sroa",         "ssa",
                                           "sccp",       "simplify", "simplify_cfg", "dce",
                                           "barriers",   "workgroup"};
constexpr std::string_view kPtxPasses[] = {"inline_all", "allocs",   "sroa",         "ssa",
                                           "sccp",       "simplify", "simplify_cfg", "dce",
                                           "barriers",   "spaces"};
constexpr std::string_view kSpirvPasses[] = {"inline_all", "allocs",   "sroa",         "ssa",
                                             "sccp",       "simplify", "simplify_cfg", "dce",
                                             "barriers",   "spaces",   "check_spaces"};

// `first` must not run after `then` unless `then` runs again later.
struct Constraint {
  std::string_view first, then, reason;
};
constexpr Constraint kConstraints[] = {
    {"allocs", "ssa", "only slots are promoted, so allocs of one object must be slots by then"},
    {"sroa", "ssa", "the scalar slots that sroa makes are for ssa to promote"},
    {"inline_all", "spaces", "address spaces are found inside one function"},
    {"inline_all", "barriers", "whether work-items part is seen only inside one function"},
    {"ssa", "barriers", "a condition kept in a slot counts as varying"},
    {"spaces", "check_spaces", "only what no space was found for is to be reported"},
    {"ssa", "workgroup", "what lives in a slot across a barrier costs memory per work-item"},
    {"barriers", "workgroup", "no barrier is left behind it"},
    {"ssa", "spaces", "pointers kept in slots hide what they point at"},
    {"ssa", "gvn", "values in slots are seen only as memory"},
    {"inliner", "dead_functions", "a function is dead when its last call was inlined"},
};

constexpr const Constraint* broken_constraint(std::span<const std::string_view> passes) {
  for (const Constraint& c : kConstraints) {
    size_t first = 0, then = 0;  // where last, from 1
    for (size_t i = 0; i < passes.size(); ++i) {
      if (passes[i] == c.first) first = i + 1;
      if (passes[i] == c.then) then = i + 1;
    }
    if (then > 0 && first > then) return &c;
  }
  return nullptr;
}
static_assert(!broken_constraint(kO1) && !broken_constraint(kO2) && !broken_constraint(kO3));
static_assert(!broken_constraint(kSpirvPasses) && !broken_constraint(kPtxPasses) &&
              !broken_constraint(kX86Passes));

const Row* find_row(std::string_view name) {
  for (const Row& r : kRows)
    if (std::equal(r.name.begin(), r.name.end(), name.begin(), name.end(),
                   [](char a, char b) { return a == b || (a == '_' && b == '-'); }))
      return &r;
  return nullptr;
}

bool contains(std::span<const std::string_view> list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

bool names(const std::vector<std::string>& list, const Row& r) {
  return std::any_of(list.begin(), list.end(), [&](auto& n) { return find_row(n) == &r; });
}

// What bisection may leave out: a pass that only makes code better.
bool is_optional(const Row& r) { return contains(kO3, r.name); }

}  // namespace

// Everything that surrounds one call of one pass.
class PassScope {
 public:
  // `f` is null for a module pass.
  PassScope(PassRunner& runner, const Row& row, Module& m, Function* f)
      : runner_(runner), row_(row), m_(m), f_(f), phase_(row.phase, f ? f->name.str() : "") {}

  bool is_skipped() {
    if (!is_optional(row_)) return false;
    if (names(runner_.options_.disabled, row_)) return true;
    int64_t limit = runner_.options_.bisect_limit;
    if (limit < 0) return false;
    int64_t number = ++runner_.bisected_;
    bool skipped = number > limit;
    fmt::print(stderr, "BISECT: {}running pass ({}) {} on {}\n", skipped ? "NOT " : "", number,
               row_.name, f_ ? f_->name.str() : "module");
    return skipped;
  }

  // False when the function or module is broken afterwards.
  bool run(Analyses& a) {
    auto index = static_cast<size_t>(&row_ - kRows);
    PassStats& stats = runner_.stats_[index];
    auto start = std::chrono::steady_clock::now();
    bool changed = f_ ? row_.on_function(*f_, a) : row_.on_module(m_, a);
    stats.nanoseconds += static_cast<uint64_t>((std::chrono::steady_clock::now() - start).count());
    ++stats.runs;
    stats.changes += changed;
    if (changed) {
      if (f_) a.keep(*f_, analysis::kKeeps[index]);
      else a.invalidate_all();
    }
    dump();
    return !runner_.options_.verify_each || verify();
  }

 private:
  void dump() const {
    const PassOptions& o = runner_.options_;
    if (!o.print_after_all && !names(o.print_after, row_)) return;
    if (f_)
      fmt::print(stderr, "*** IR Dump After {} *** (function: {})\n{}\n", row_.name, f_->name.str(),
                 print_function(m_, *f_));
    else fmt::print(stderr, "*** IR Dump After {} *** (module)\n{}\n", row_.name, print_module(m_));
  }

  bool verify() const {
    bool ok =
        f_ ? verify_function(m_, *f_, runner_.diags_) : ll::verify(m_, runner_.diags_).has_value();
    if (!ok)
      runner_.diags_.error(
          Code::E0201, f_ ? f_->span : Span(),
          fmt::format("pass '{}' broke {}", row_.name,
                      f_ ? fmt::format("function '{}'", f_->name.str()) : "the module"));
    return ok;
  }

  PassRunner& runner_;
  const Row& row_;
  Module& m_;
  Function* f_;
  Phase phase_;
};

PassRunner::PassRunner(const PassOptions& options, Diags& diags)
    : options_(options), diags_(diags), stats_(std::size(kRows)) {}

bool PassRunner::run(Module& m, std::span<const std::string_view> passes) {
  std::vector<const Row*> rows;
  for (std::string_view name : passes) {
    rows.push_back(find_row(name));
    if (!rows.back()) {
      diags_.error(Code::E0701, {}, fmt::format("there is no pass '{}'", name));
      return false;
    }
  }
  Analyses analyses(m, diags_);
  size_t errors = diags_.error_count();
  // Neighbouring function passes run function by function, which keeps a function's tables in
  // the processor's caches and its analyses short lived.
  for (size_t from = 0, to; from < rows.size(); from = to) {
    to = from + 1;
    if (rows[from]->on_module) {
      PassScope scope(*this, *rows[from], m, nullptr);
      if (!scope.is_skipped() && !scope.run(analyses)) return false;
      continue;
    }
    while (to < rows.size() && rows[to]->on_function) ++to;
    for (size_t n = 0; n < m.functions.size(); ++n) {
      Function& f = *m.functions[n];
      if (!f.has_body()) continue;
      for (size_t i = from; i < to; ++i) {
        PassScope scope(*this, *rows[i], m, &f);
        if (!scope.is_skipped() && !scope.run(analyses)) return false;
      }
      analyses.invalidate(f);
    }
  }
  for (auto [what, n] : analyses.counters()) counters_[what] += n;
  return diags_.error_count() == errors;
}

std::string PassRunner::report() const {
  std::string out;
  if (options_.time_passes) {
    uint64_t total = 0;
    for (const PassStats& s : stats_) total += s.nanoseconds;
    out += "  time (ms)  share   runs  changed  pass\n";
    for (size_t i = 0; i < stats_.size(); ++i)
      if (const PassStats& s = stats_[i]; s.runs)
        out += fmt::format("{:11.3f} {:5.1f}% {:6} {:8}  {}\n", double(s.nanoseconds) / 1e6,
                           total ? 100.0 * double(s.nanoseconds) / double(total) : 0.0, s.runs,
                           s.changes, kRows[i].name);
    out += fmt::format("{:11.3f} 100.0%                  total\n", double(total) / 1e6);
  }
  if (options_.stats)
    for (auto [what, n] : counters_) out += fmt::format("{:11}  {}\n", n, what);
  return out;
}

std::span<const std::string_view> pipeline(OptLevel level) {
  switch (level) {
    case OptLevel::O0:
      return {};
    case OptLevel::O1:
      return kO1;
    case OptLevel::O2:
      return kO2;
    case OptLevel::O3:
      return kO3;
  }
  LL_UNREACHABLE("optimisation level");
}

std::span<const std::string_view> legalisation(const Target& target) {
  if (target.kind == TargetKind::X86) return kX86Passes;
  if (target.has_generic_pointers) return kPtxPasses;
  return kSpirvPasses;
}

std::span<const PassInfo> all_passes() { return kInfos; }

std::string check_order(std::span<const std::string_view> passes) {
  const Constraint* c = broken_constraint(passes);
  return c ? fmt::format("'{}' must run before '{}': {}", c->first, c->then, c->reason) : "";
}

}  // namespace ll
