#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "driver/commands.h"
#include "driver/compile.h"
#include "driver/externals.h"
#include "driver/ffi.h"
#include "driver/interp_device.h"
#include "driver/start.h"
#include "runtime/device.h"
#include "runtime/prelude.h"
#include "support/check.h"

namespace ll::driver {
namespace {

// Kernels compiled for a device before the program starts, so that what is wrong with them is
// said at once; the device itself is opened when the program first uses it.
class KernelLoader {
 public:
  explicit KernelLoader(Session& session) : session_(session) {}

  bool compile(const Module& m) {
    const std::string& device = session_.options.device;
    if (device == "cpu") return compile_for_cpu(m);
    if (device.starts_with("vulkan")) return compile_for_vulkan(m);
    if (device.starts_with("cuda")) return compile_for_cuda(m);
    session_.diags.error(
        Code::E0800, {},
        fmt::format("there is no device '{}'; use interp, cpu, vulkan[:N] or cuda[:N]", device));
    return false;
  }

  // For set_session_device: opens the device once and loads the kernels. Ends the process when
  // that fails, since the program cannot go on.
  Device* open() {
    if (device_) return device_.get();
    std::string error;
    device_ = open_device(session_.options.device, error);
    if (!device_)
      give_up(fmt::format("cannot open device '{}': {}", session_.options.device, error));
    if (!kernels_.empty())
      if (Status s = device_->load(code_, kernels_); !s.ok())
        give_up(fmt::format("cannot load the kernels on {}: {}", device_->name(), s.message()));
    return device_.get();
  }

 private:
  [[noreturn]] void give_up(std::string message) {
    std::fflush(stdout);
    session_.fail(Code::E0800, std::move(message));
    std::_Exit(kFailed);
  }

  bool compile_for_cpu(const Module& m) {
    auto object = compile_x86(session_, m, Part::Kernels);
    if (!object) return false;
    std::string error;
    cpu_code_ = x86::link(
        *object, [this](Symbol s) { return externals_.find(s); }, error);
    if (!cpu_code_) {
      session_.diags.error(Code::E0800, {}, "cannot link the kernels: " + error);
      return false;
    }
    std::vector<CpuKernelEntry> entries;
    for (const KernelDesc& k : object->kernels)
      entries.push_back(reinterpret_cast<CpuKernelEntry>(cpu_code_->find(k.entry)));
    keep(std::as_bytes(std::span(entries)), std::move(object->kernels));
    return true;
  }

  bool compile_for_vulkan(const Module& m) {
    auto code = compile_spirv(session_, m, session_.options.arch);
    if (code) keep(std::as_bytes(std::span(code->words)), std::move(code->kernels));
    return code.has_value();
  }

  bool compile_for_cuda(const Module& m) {
    auto code = compile_ptx(session_, m, session_.options.arch);
    if (code) keep(std::as_bytes(std::span(code->text)), std::move(code->kernels));
    return code.has_value();
  }

  void keep(std::span<const std::byte> code, std::vector<KernelDesc> kernels) {
    code_.assign(code.begin(), code.end());
    kernels_ = std::move(kernels);
  }

  Session& session_;
  Externals externals_;
  std::vector<std::byte> code_;
  std::vector<KernelDesc> kernels_;
  std::shared_ptr<x86::LinkedCode> cpu_code_;
  std::unique_ptr<Device> device_;
};

// A wild access of the program ends it with a message and status 1, on a stack of its own since
// the program's may be what ran out.
void report_fault(int signal) {
  if (ftrylockfile(stdout) == 0) std::fflush(stdout);
  const char* what =
      signal == SIGSEGV || signal == SIGBUS
          ? "llamac: the program accessed memory that it does not have, or ran out of stack\n"
          : "llamac: the program executed an instruction that the processor refuses\n";
  ssize_t ignored = ::write(2, what, std::strlen(what));
  (void)ignored;
  std::_Exit(kFailed);
}

void catch_faults() {
  static char stack[64 << 10];
  stack_t alternative{};
  alternative.ss_sp = stack;
  alternative.ss_size = sizeof stack;
  ::sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_handler = report_fault;
  action.sa_flags = SA_ONSTACK;
  for (int s : {SIGSEGV, SIGBUS, SIGILL, SIGFPE}) ::sigaction(s, &action, nullptr);
}

struct Program {
  std::unique_ptr<Module> module;
  FuncId main;
  MainArguments arguments;
  Externals externals;
  const Function& main_function() const { return module->function(main); }
};

// Everything up to the program's first instruction that does not depend on how it is run.
bool prepare_program(Session& session, Program& p) {
  const std::string& file = session.options.files[0];
  p.module = session.load(file);
  if (!p.module) return false;
  p.main = find_main(session, *p.module);
  if (!p.main.valid()) return false;
  std::string error;
  if (!p.externals.open_libraries(session.options.libs, error)) {
    session.diags.error(Code::E0900, {}, "cannot open a library: " + error);
    return false;
  }
  auto arguments = main_arguments(session, p.main_function(), file);
  if (!arguments) return false;
  p.arguments = std::move(*arguments);
  return true;
}

int finish(int status) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    fmt::print(stderr, "llamac: cannot write the program's output: {}\n", std::strerror(errno));
    return kFailed;
  }
  return status;
}

int interpret(Session& session) {
  Program p;
  bool ok = prepare_program(session, p) && p.externals.check(*p.module, session.diags);
  auto verified = ok ? verify(*p.module, session.diags) : std::nullopt;
  session.report();
  if (!verified) return kFailed;
  Interpreter interpreter(*verified, [&p](const Function& decl, std::span<const Word> args,
                                          Word& result, std::string& error) {
    void* address = p.externals.find(decl.link_name);
    if (!address)
      return error = fmt::format("'{}' is defined nowhere", decl.link_name.str()), false;
    result = call_native(*p.module, decl, address, args);
    return true;
  });
  std::unique_ptr<Device> device;
  set_session_device([&] {
    if (!device) device = make_interp_device(*p.module, interpreter);
    return device.get();
  });
  catch_faults();
  Word result = 0;
  Interpreter::Failure failure;
  if (!interpreter.call(p.main, p.arguments.words, result, failure)) {
    std::fflush(stdout);
    session.diags.error(Code::E0202, failure.span, failure.message);
    session.report();
    return kFailed;
  }
  return finish(exit_status(p.main_function(), result));
}

int run_compiled(Session& session) {
  Program p;
  KernelLoader kernels(session);
  bool ok = prepare_program(session, p);
  auto object = ok ? compile_x86(session, *p.module, Part::Host) : std::nullopt;
  ok = object && p.externals.check(*p.module, session.diags);
  if (ok && has_kernels(*p.module)) ok = kernels.compile(*p.module);
  std::shared_ptr<x86::LinkedCode> code;
  if (ok) {
    std::string error;
    code = x86::link(
        *object, [&p](Symbol s) { return p.externals.find(s); }, error);
    if (!code) session.diags.error(Code::E0901, {}, error);
  }
  session.report();
  if (!code) return kFailed;
  set_session_device([&kernels] { return kernels.open(); });
  catch_faults();
  void* entry = code->find(p.main_function().link_name.str());
  LL_CHECK(entry, "the code has no main");
  Word result = call_native(*p.module, p.main_function(), entry, p.arguments.words);
  return finish(exit_status(p.main_function(), result));
}

}  // namespace

int run_command(const Options& options) {
  Session session(options);
  return options.device == "interp" ? interpret(session) : run_compiled(session);
}

int interp_command(const Options& options) {
  Session session(options);
  return interpret(session);
}

}  // namespace ll::driver
