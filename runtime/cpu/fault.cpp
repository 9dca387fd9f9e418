#include "runtime/cpu/fault.h"

#include <fmt/format.h>
#include <setjmp.h>
#include <signal.h>

#include <memory>
#include <mutex>

namespace ll::cpu {
namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
constexpr size_t kHandlerStack = 64 << 10;

// Where the thread goes when its kernel faults; null outside of kernels.
struct Guard {
  sigjmp_buf jump;
  volatile int signal;
  volatile int code;
  void* volatile address;
};
thread_local Guard* volatile current = nullptr;

struct sigaction previous[NSIG];

// A fault outside of a kernel is none of ours.
void pass_on(int signal, siginfo_t* info, void* context) {
  const struct sigaction& old = previous[signal];
  if (old.sa_flags & SA_SIGINFO) {
    old.sa_sigaction(signal, info, context);
  } else if (old.sa_handler == SIG_DFL || old.sa_handler == SIG_IGN) {
    struct sigaction by_default = {};
    by_default.sa_handler = SIG_DFL;
    sigaction(signal, &by_default, nullptr);
    // Returning repeats the faulting instruction; a signal that somebody sent is sent again.
    if (info->si_code <= 0) raise(signal);
  } else {
    old.sa_handler(signal);
  }
}

void on_fault(int signal, siginfo_t* info, void* context) {
  Guard* guard = current;
  if (!guard || info->si_code <= 0) return pass_on(signal, info, context);
  guard->signal = signal;
  guard->code = info->si_code;
  guard->address = info->si_addr;
  siglongjmp(guard->jump, 1);
}

void install_handlers() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    // NODEFER: the handler is left by a jump, which must not leave the signal blocked.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    for (int s : kSignals) sigaction(s, &action, &previous[s]);
  });
}

// A stack for the handler, so that an overflow of the kernel's own can be reported.
class HandlerStack {
 public:
  HandlerStack() {
    stack_t old = {};
    sigaltstack(nullptr, &old);
    if (!(old.ss_flags & SS_DISABLE)) return;
    memory_ = std::make_unique<char[]>(kHandlerStack);
    stack_t own = {};
    own.ss_sp = memory_.get();
    own.ss_size = kHandlerStack;
    sigaltstack(&own, nullptr);
  }
  ~HandlerStack() {
    if (!memory_) return;
    stack_t none = {};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
  }

 private:
  std::unique_ptr<char[]> memory_;
};

std::string describe(const Guard& guard) {
  switch (guard.signal) {
    case SIGFPE:
      return "the kernel divided by zero (SIGFPE)";
    case SIGILL:
      return "the kernel has an instruction that this processor lacks (SIGILL)";
    default:
      break;
  }
  const char* name = guard.signal == SIGBUS ? "SIGBUS" : "SIGSEGV";
  // A non-canonical address is reported without its value.
  if (guard.code == SI_KERNEL) return fmt::format("the kernel used an invalid address ({})", name);
  return fmt::format("the kernel used address {:#x}, where it has no memory ({})",
                     reinterpret_cast<uintptr_t>(guard.address), name);
}

// By itself, because what a function keeps in registers around sigsetjmp is lost in the jump.
[[gnu::noinline]] bool run(Guard& guard, void (*body)(void* context), void* context) {
  if (sigsetjmp(guard.jump, 0)) {
    current = nullptr;
    return false;
  }
  current = &guard;
  body(context);
  current = nullptr;
  return true;
}

}  // namespace

bool run_guarded(void (*body)(void* context), void* context, std::string& fault) {
  install_handlers();
  thread_local HandlerStack handler_stack;
  (void)handler_stack;
  Guard guard;
  if (run(guard, body, context)) return true;
  fault = describe(guard);
  return false;
}

}  // namespace ll::cpu
