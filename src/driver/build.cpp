// build, check, opt, devices.
#include <fmt/format.h>

#include <cstdio>

#include "driver/commands.h"
#include "driver/compile.h"
#include "ir/text.h"
#include "lang/module/kernels.h"
#include "runtime/device.h"
#include "support/file.h"

namespace ll::driver {
namespace {

std::string_view bytes_of(std::span<const uint32_t> words) {
  return {reinterpret_cast<const char*>(words.data()), words.size_bytes()};
}

int write_output(Session& session, std::string_view bytes, std::string path) {
  session.report();
  std::string error;
  if (!write_file(path, bytes, false, error))
    return session.fail(Code::E0900, fmt::format("cannot write '{}': {}", path, error));
  return kOk;
}

// FILE with its extension replaced, in the current folder.
std::string default_output(const std::string& file, std::string_view extension) {
  std::string stem = file == "-" ? "out" : file.substr(file.find_last_of('/') + 1);
  if (size_t dot = stem.rfind('.'); dot != std::string::npos && dot > 0) stem.resize(dot);
  return stem + std::string(extension);
}

const Target& target_of(const std::string& name) {
  return name == "x86" ? x86::kTarget : name == "ptx" ? ptx::kTarget : spirv::kTarget;
}

struct Output {
  std::string bytes;
  std::string_view extension;
};

std::optional<Output> build_ir(Session& session, Module& m) {
  if (session.options.target != "x86" && !has_kernels(m)) lang::infer_kernels(m);
  Part part = session.options.target == "x86" ? Part::Host : Part::Kernels;
  auto prepared = prepare(session, m, target_of(session.options.target), part);
  if (!prepared) return std::nullopt;
  return Output{print_module(*prepared), ".ir.lisp"};
}

std::optional<Output> build_x86(Session& session, const Module& m) {
  const std::string& emit = session.options.emit;
  if (emit != "asm") {
    session.diags.error(
        Code::E0904, {},
        fmt::format("--emit {} is not available for x86 yet; --emit asm and --emit ir are",
                    emit.empty() ? "obj" : emit));
    return std::nullopt;
  }
  auto host = compile_x86(session, m, Part::Host, true);
  if (!host) return std::nullopt;
  Output out{std::move(host->listing), ".s"};
  if (has_kernels(m)) {
    auto kernels = compile_x86(session, m, Part::Kernels, true);
    if (!kernels) return std::nullopt;
    out.bytes += kernels->listing;
  }
  return out;
}

std::optional<Output> build_device(Session& session, Module& m) {
  const Options& o = session.options;
  bool is_ptx = o.target == "ptx";
  if (!o.emit.empty() && !(is_ptx && o.emit == "asm")) {
    session.diags.error(Code::E0904, {},
                        fmt::format("--emit {} is not available for {}", o.emit, o.target));
    return std::nullopt;
  }
  if (!has_kernels(m)) lang::infer_kernels(m);
  if (!has_kernels(m)) {
    session.diags.error(Code::E0904, {}, "the program has no kernel to build");
    return std::nullopt;
  }
  if (is_ptx) {
    auto code = compile_ptx(session, m, o.arch);
    return code ? std::optional(Output{std::move(code->text), ".ptx"}) : std::nullopt;
  }
  auto code = compile_spirv(session, m, o.arch);
  return code ? std::optional(Output{std::string(bytes_of(code->words)), ".spv"}) : std::nullopt;
}

}  // namespace

int build_command(const Options& options) {
  Session session(options);
  auto module = session.load(options.files[0]);
  std::optional<Output> out;
  if (module) {
    if (options.emit == "ir") out = build_ir(session, *module);
    else if (options.target == "x86") out = build_x86(session, *module);
    else out = build_device(session, *module);
  }
  if (!out) return session.report(), kFailed;
  return write_output(
      session, out->bytes,
      options.out.empty() ? default_output(options.files[0], out->extension) : options.out);
}

int check_command(const Options& options) {
  Session session(options);
  bool ok = true;
  for (const std::string& file : options.files) {
    auto module = session.load(file);
    // What is wrong with a kernel shows when it is prepared for a device.
    bool good =
        module && (!has_kernels(*module) || prepare(session, *module, ptx::kTarget, Part::Kernels));
    ok = ok && good;
    session.report();
  }
  return ok ? kOk : kFailed;
}

int opt_command(const Options& options) {
  Session session(options);
  auto module = session.load(options.files[0]);
  if (module) {
    std::vector<std::string_view> passes(options.pass_list.begin(), options.pass_list.end());
    if (!options.explicit_passes) {
      auto list = pipeline(options.level);
      passes.assign(list.begin(), list.end());
    }
    PassRunner runner(options.passes, session.diags);
    if (!runner.run(*module, passes)) module = nullptr;
    if (options.passes.time_passes || options.passes.stats)
      fmt::print(stderr, "{}", runner.report());
  }
  if (!module) return session.report(), kFailed;
  return write_output(session, print_module(*module), "-");
}

int devices_command(const Options&) {
  for (const DeviceInfo& d : list_devices())
    fmt::print("{}\t{}\t{}\n", d.name, d.is_software ? "software" : "hardware", d.description);
  return kOk;
}

}  // namespace ll::driver
