// What the tests of the SPIR-V emitter share: text to words, the official validator, and running
// a kernel both in the interpreter and on a Vulkan device.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "emit_spirv/emit.h"
#include "emit_spirv/target.h"
#include "ir/interp.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "opt/pipeline.h"
#include "runtime/device.h"
#include "sexp/sexp.h"

namespace ll::spirv {

struct Program {
  SourceMap sources;
  Arena arena;
  Diags diags{sources};
  std::unique_ptr<Module> module;

  Program() : module(std::make_unique<Module>(sources)) {}
  explicit Program(const std::string& items) {
    std::string text = "(brilisp (ir-version \"1.0\")\n" + items + ")\n";
    const Sexp* program = read(*sources.add("test.lisp", text), arena, diags);
    if (program) module = read_module(*program, diags);
  }
  Program(const Program&) = delete;

  std::string messages() const {
    std::string out;
    for (const Diag& d : diags.all()) out += render(d, sources, false);
    return out;
  }
  bool pass(std::vector<std::string_view> names) {
    PassRunner runner({}, diags);
    return runner.run(*module, names);
  }
  std::optional<Verified> verified() { return module ? verify(*module, diags) : std::nullopt; }
  std::optional<Binary> emitted(const std::string& arch = "vulkan1.2") {
    auto v = verified();
    return v ? emit(*v, {arch}, diags) : std::nullopt;
  }
};

inline bool has_validator() { return std::system("spirv-val --version > /dev/null 2>&1") == 0; }

// What spirv-val says against the words, with their disassembly; empty when it accepts them.
inline std::string validate(const std::vector<uint32_t>& words,
                            const std::string& arch = "vulkan1.2") {
  char path[] = "/tmp/ll_spirv_XXXXXX";
  int fd = mkstemp(path);
  if (fd < 0) return "no temporary file";
  size_t bytes = words.size() * 4;
  bool written = write(fd, words.data(), bytes) == static_cast<ssize_t>(bytes);
  close(fd);
  auto run = [&](std::string command, std::string& out) {
    FILE* pipe = popen((command + " " + path + " 2>&1").c_str(), "r");
    char buffer[4096];
    while (size_t n = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, n);
    return pclose(pipe);
  };
  std::string said, text;
  int status =
      written ? run("spirv-val --target-env " + std::string(find_target(arch)->env), said) : -1;
  if (status != 0) run("spirv-dis --no-color", text);
  unlink(path);
  return status == 0 ? "" : said + (text.size() < 20000 ? text : text.substr(0, 20000));
}

// The Vulkan device of the test; null where there is none.
inline std::unique_ptr<Device>& vulkan() {
  static std::string error;
  static std::unique_ptr<Device> device = open_device("vulkan", error);
  return device;
}

#define LL_REQUIRE_VALIDATOR() \
  if (!has_validator()) GTEST_SKIP() << "skipped: no spirv-val on this machine"
#define LL_REQUIRE_VULKAN() \
  if (!vulkan()) GTEST_SKIP() << "skipped: no Vulkan device on this machine"

// One launch of a kernel whose parameters are buffers, then 32-bit integers.
struct Launch {
  std::string kernel;
  Dim3 grid, group;
  std::vector<std::vector<uint8_t>> buffers;
  std::vector<uint32_t> integers;
};

// The buffers after the launch.
inline std::vector<std::vector<uint8_t>> interpret(Program& p, Launch l) {
  auto v = p.verified();
  EXPECT_TRUE(v) << p.messages();
  Interpreter interpreter(*v, {});
  std::vector<uint64_t> args;
  for (auto& b : l.buffers) args.push_back(reinterpret_cast<uint64_t>(b.data()));
  args.insert(args.end(), l.integers.begin(), l.integers.end());
  args.push_back(0);
  Interpreter::Failure failure;
  FuncId f = p.module->find_function(Symbol(l.kernel));
  EXPECT_TRUE(interpreter.run_kernel(f, l.grid, l.group, args.data(), failure)) << failure.message;
  return std::move(l.buffers);
}

// A device keeps what it has loaded, so each module gets a fresh one.
inline void load(const Binary& code) {
  std::string error;
  vulkan() = open_device("vulkan", error);
  ASSERT_NE(vulkan(), nullptr) << error;
  Status s = vulkan()->load(std::as_bytes(std::span(code.words)), code.kernels);
  ASSERT_TRUE(s.ok()) << s.message();
}

inline std::vector<std::vector<uint8_t>> execute(Launch l) {
  Device& d = *vulkan();
  std::vector<uint64_t> args;
  auto ok = [](Status s) { EXPECT_TRUE(s.ok()) << (s.ok() ? "" : s.message()); };
  for (auto& b : l.buffers) {
    DeviceAddress at = 0;
    ok(d.allocate(b.size(), at));
    ok(d.write(at, b.data(), b.size()));
    args.push_back(at);
  }
  args.insert(args.end(), l.integers.begin(), l.integers.end());
  Kernel* k = d.find(l.kernel);
  EXPECT_NE(k, nullptr) << l.kernel;
  if (k) ok(d.launch(*k, l.grid, l.group, args));
  ok(d.synchronise());
  for (size_t i = 0; i < l.buffers.size(); ++i) {
    ok(d.read(l.buffers[i].data(), args[i], l.buffers[i].size()));
    ok(d.free(args[i]));
  }
  return std::move(l.buffers);
}

template <class T>
std::vector<uint8_t> bytes_of(const std::vector<T>& v) {
  std::vector<uint8_t> out(v.size() * sizeof(T));
  std::memcpy(out.data(), v.data(), out.size());
  return out;
}
template <class T>
std::vector<T> values_of(const std::vector<uint8_t>& bytes) {
  std::vector<T> out(bytes.size() / sizeof(T));
  std::memcpy(out.data(), bytes.data(), out.size() * sizeof(T));
  return out;
}

}  // namespace ll::spirv
