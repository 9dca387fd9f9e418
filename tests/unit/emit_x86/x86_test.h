// What the tests of the x86-64 back end share: IR text in, machine code and interpreter out.
#pragma once
#include <dlfcn.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csetjmp>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "emit_x86/emit.h"
#include "ir/interp.h"
#include "ir/text.h"
#include "sexp/sexp.h"

namespace ll::x86 {

// A program that stops at a trap comes back here instead.
inline jmp_buf trap_return;
inline std::string trap_text;
extern "C" inline void test_trap(const char* message) {
  trap_text = message;
  longjmp(trap_return, 1);
}

// Functions of the test that programs call by name.
inline std::map<std::string, void*, std::less<>>& test_functions() {
  static std::map<std::string, void*, std::less<>> table;
  return table;
}

inline void* resolve_for_test(Symbol name) {
  if (name.str() == "ll_trap") return reinterpret_cast<void*>(&test_trap);
  if (auto at = test_functions().find(name.str()); at != test_functions().end()) return at->second;
  return dlsym(RTLD_DEFAULT, std::string(name.str()).c_str());
}

struct Program {
  SourceMap sources;
  Arena arena;
  Diags diags{sources};
  std::unique_ptr<Module> module;
  std::optional<Verified> verified;

  explicit Program(std::string text) {
    const SourceFile* file = sources.add("test.ir", std::move(text));
    const Sexp* s = read(*file, arena, diags);
    if (s) module = read_module(*s, diags);
    if (module) verified = verify(*module, diags);
    EXPECT_TRUE(verified.has_value()) << messages();
  }
  std::string messages() const {
    std::string out;
    for (const Diag& d : diags.all()) out += render(d, sources, false);
    return out;
  }
  std::shared_ptr<LinkedCode> compile(const Options& options) {
    auto code = emit(*verified, options, diags);
    EXPECT_TRUE(code.has_value()) << messages();
    if (!code) return nullptr;
    std::string error;
    auto linked = link(*code, resolve_for_test, error);
    EXPECT_NE(linked, nullptr) << error;
    return linked;
  }
};

struct Configuration {
  const char* name;
  Options options;
};
// Every way to compile that must agree. The last level is the processor at hand.
inline std::vector<Configuration> configurations() {
  std::vector<Configuration> all;
  for (const char* arch : {"x86-64", "native"})
    for (Allocator a : {Allocator::LiveIntervals, Allocator::SpillAll})
      for (bool optimise : {true, false}) {
        Options o;
        o.arch = arch;
        o.allocator = a;
        o.optimise = optimise;
        o.check_allocation = true;
        all.push_back({arch, o});
      }
  return all;
}

// Integers go in general and floats in vector registers, each in order: one pointer type calls
// every function of up to six and eight of them.
struct Outcome {
  bool trapped = false;
  std::string trap;
  Word value = 0;
};

inline Outcome call_native(void* entry, const Function& f, std::span<const Word> args) {
  Word ints[6] = {};
  double floats[8] = {};
  unsigned n_ints = 0, n_floats = 0;
  for (size_t k = 0; k < args.size(); ++k) {
    if (is_float(f.params[k])) std::memcpy(&floats[n_floats++], &args[k], 8);
    // What stands above a narrow integer is unspecified: make it junk.
    else if (unsigned bits = bit_width(f.params[k]); bits < 64 && f.params[k] != kBool)
      ints[n_ints++] = (args[k] & ((Word{1} << bits) - 1)) | 0xa5a5a5a500000000u |
                       (bits < 32 ? Word{0x5a5a5a5a} << bits & 0xffffffffu : 0);
    else ints[n_ints++] = args[k];
  }
  Outcome out;
  if (setjmp(trap_return) != 0) {
    out.trapped = true;
    out.trap = trap_text;
    return out;
  }
  auto run = [&](auto* fn) {
    return fn(ints[0], ints[1], ints[2], ints[3], ints[4], ints[5], floats[0], floats[1], floats[2],
              floats[3], floats[4], floats[5], floats[6], floats[7]);
  };
  using Ints = Word(Word, Word, Word, Word, Word, Word, double, double, double, double, double,
                    double, double, double);
  using Floats = double(Word, Word, Word, Word, Word, Word, double, double, double, double, double,
                        double, double, double);
  if (is_float(f.ret)) {
    double d = run(reinterpret_cast<Floats*>(entry));
    std::memcpy(&out.value, &d, 8);
  } else {
    out.value = run(reinterpret_cast<Ints*>(entry));
  }
  if (f.ret == kVoid) out.value = 0;
  if (f.ret == kFloat) out.value = static_cast<uint32_t>(out.value);
  else if (f.ret != kVoid && f.ret != kDouble)
    out.value = static_cast<Word>(normalize_bits(f.ret, static_cast<int64_t>(out.value)));
  return out;
}

// Values where an operation on the type is likely to go wrong, as words.
inline std::vector<Word> edge_values(TypeId t) {
  auto f32 = [](float f) { return Word{std::bit_cast<uint32_t>(f)}; };
  auto f64 = [](double d) { return std::bit_cast<Word>(d); };
  if (t == kBool) return {0, 1};
  if (t == kFloat)
    return {f32(0.f),     f32(-0.f),     f32(1.f),          f32(-1.5f),         f32(3.25f),
            f32(1e-42f),  f32(3.4e38f),  f32(2147483648.f), f32(-2147483648.f), f32(4294967040.f),
            f32(9.3e18f), f32(-9.3e18f), f32(127.6f),       f32(-0.7f),         f32(255.9f),
            f32(1.9e19f), 0x7f800000,    0xff800000,        0x7fc00000,         0xffc12345};
  if (t == kDouble)
    return {f64(0.),
            f64(-0.),
            f64(1.),
            f64(-1.5),
            f64(3.25),
            f64(5e-324),
            f64(1.7e308),
            f64(2147483647.5),
            f64(-2147483648.5),
            f64(4294967295.5),
            f64(9223372036854775808.),
            f64(-9223372036854775808.),
            f64(9223372036854774784.),
            f64(1.8446744073709552e19),
            f64(1.8446744073709550e19),
            f64(65535.9),
            f64(-128.9),
            f64(-0.7),
            0x7ff0000000000000,
            0xfff0000000000000,
            0x7ff8000000000000,
            0xfff8000000012345};
  unsigned bits = is_ptr(t) ? 64 : bit_width(t);
  std::vector<Word> out;
  auto top = Word{1} << (bits - 1);
  for (Word w :
       {Word{0}, Word{1}, Word{2}, Word{3}, Word{7}, Word{10}, ~Word{0}, ~Word{1}, ~Word{6}, top,
        top - 1, top + 1, Word{0x1234567890abcdef}, Word{0x80} << (bits / 2)})
    out.push_back(static_cast<Word>(normalize_bits(t, static_cast<int64_t>(w))));
  return out;
}

inline bool is_nan(TypeId t, Word w) {
  return t == kFloat ? (w & 0x7fffffff) > 0x7f800000
                     : t == kDouble && (w & 0x7fffffffffffffff) > 0x7ff0000000000000;
}
// Which NaN arithmetic gives is not specified; operations on bits keep theirs.
inline bool makes_nans(const Function& f) {
  for (BlockId b : f.layout)
    for (ValueId v : f.block(b).insts) switch (f.inst(v).op) {
        case Op::FAdd:
        case Op::FSub:
        case Op::FMul:
        case Op::FDiv:
        case Op::FSqrt:
        case Op::Fma:
        case Op::FPExt:
        case Op::FPTrunc:
          return true;
        default:
          break;
      }
  return false;
}

// Runs a function in the interpreter and in every compiled form on the given arguments.
class Comparison {
 public:
  explicit Comparison(std::string text)
      : program_(std::move(text)), interpreter_(*program_.verified, external) {
    for (const Configuration& c : configurations()) {
      names_.push_back(
          fmt::format("{} {} {}", c.name,
                      c.options.allocator == Allocator::SpillAll ? "spill-all" : "intervals",
                      c.options.optimise ? "optimise" : "fast"));
      linked_.push_back(program_.compile(c.options));
    }
  }
  const Module& module() const { return *program_.module; }

  // False after a difference, which is reported.
  bool check(FuncId id, std::span<const Word> args) {
    const Function& f = program_.module->function(id);
    Word expected = 0;
    Interpreter::Failure failure;
    bool ok = interpreter_.call(id, args, expected, failure);
    for (size_t k = 0; k < linked_.size(); ++k) {
      if (!linked_[k]) return false;
      Outcome got = call_native(linked_[k]->find(f.link_name.str()), f, args);
      bool nans = is_nan(f.ret, expected) && is_nan(f.ret, got.value) && makes_nans(f);
      bool same = ok ? !got.trapped && (got.value == expected || nans)
                     : got.trapped && got.trap.ends_with(failure.message);
      if (same) continue;
      std::string shown;
      for (Word w : args) shown += fmt::format(" {:#x}", w);
      ADD_FAILURE() << names_[k] << ": " << f.name.str() << shown << ": interpreter "
                    << (ok ? fmt::format("{:#x}", expected) : failure.message) << ", code "
                    << (got.trapped ? got.trap : fmt::format("{:#x}", got.value)) << "\n"
                    << print_function(*program_.module, f);
      return false;
    }
    return true;
  }

  // All combinations of edge values of the parameters.
  bool check_all(FuncId id) {
    const Function& f = program_.module->function(id);
    std::vector<std::vector<Word>> values;
    for (TypeId t : f.params) values.push_back(edge_values(t));
    std::vector<size_t> at(values.size(), 0);
    std::vector<Word> args(values.size());
    for (;;) {
      for (size_t k = 0; k < at.size(); ++k) args[k] = values[k][at[k]];
      if (!check(id, args)) return false;
      size_t k = 0;
      while (k < at.size() && ++at[k] == values[k].size()) at[k++] = 0;
      if (k == at.size()) return true;
    }
  }
  void check_every_function() {
    for (uint32_t k = 0; k < module().functions.size(); ++k)
      if (module().functions[k]->has_body()) check_all(FuncId(k));
  }

 private:
  static bool external(const Function& f, std::span<const Word> args, Word& result, std::string&) {
    void* entry = resolve_for_test(f.link_name);
    result = call_native(entry, f, args).value;
    return entry != nullptr;
  }

  Program program_;
  Interpreter interpreter_;
  std::vector<std::string> names_;
  std::vector<std::shared_ptr<LinkedCode>> linked_;
};

}  // namespace ll::x86
