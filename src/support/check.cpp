#include "support/check.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace ll {
namespace {
thread_local const Phase* innermost = nullptr;
InternalErrorHook hook = nullptr;
}  // namespace

Phase::Phase(std::string_view what, std::string_view on) : what_(what), on_(on), outer_(innermost) {
  innermost = this;
}
Phase::~Phase() { innermost = outer_; }

void set_internal_error_hook(InternalErrorHook h) { hook = h; }

void internal_error(const char* condition, const char* file, int line, std::string_view message) {
  std::string report = "internal error: ";
  report.append(message).append(" (").append(condition).append(") at ").append(file);
  report.append(":").append(std::to_string(line)).append("\n");
  for (const Phase* p = innermost; p; p = p->outer_) {
    report.append("  during ").append(p->what_);
    if (!p->on_.empty()) report.append(" on ").append(p->on_);
    report.append("\n");
  }
  std::fputs(report.c_str(), stderr);
  if (hook) std::exchange(hook, nullptr)(report);
  std::fflush(nullptr);
  std::_Exit(70);
}

}  // namespace ll
