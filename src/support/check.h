// Internal invariants. A failed check is a bug of ours: it is reported with the phase at work
// and the process ends with status 70, never with a signal.
#pragma once
#include <string_view>

namespace ll {

[[noreturn]] void internal_error(const char* condition, const char* file, int line,
                                 std::string_view message);

// Names the work in progress ("pass gvn on f") for internal-error reports; nests.
class Phase {
 public:
  explicit Phase(std::string_view what, std::string_view on = {});
  ~Phase();
  Phase(const Phase&) = delete;

 private:
  friend void internal_error(const char*, const char*, int, std::string_view);
  std::string_view what_, on_;
  const Phase* outer_;
};

// Called once with the report before the process ends; the driver writes a reproducer there.
using InternalErrorHook = void (*)(std::string_view report);
void set_internal_error_hook(InternalErrorHook hook);

}  // namespace ll

#define LL_CHECK(cond, message) \
  ((cond) ? (void)0 : ::ll::internal_error(#cond, __FILE__, __LINE__, message))
#define LL_UNREACHABLE(message) ::ll::internal_error("unreachable", __FILE__, __LINE__, message)
