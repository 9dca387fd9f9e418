// Compile speed: generated functions of 10^2 … 10^5 BriLisp statements through the whole x86
// pipeline (read, lower, optimise, emit, link) at -O0 and -O2, the order of growth fitted, and peak
// memory; beside tcc and clang on equivalent C where they are installed. A statement is three to
// four IR instructions, since it reads and writes variables; both counts are shown.
//
//   bench_compile [LARGEST-EXPONENT]      default 5
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "driver/allocator.h"
#include "driver/compile.h"
#include "driver/externals.h"

namespace {

namespace fs = std::filesystem;
using namespace ll;
using namespace ll::driver;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The same function as BriLisp and as C: arithmetic over a few variables, a branch every ten
// statements and a loop every fifty.
struct Program {
  std::string lisp, c;
};

class Generator {
 public:
  explicit Generator(int size) {
    lisp_ = "(brilisp (define ((f int) (v0 int) (v1 int))\n";
    c_ = "int f(int v0, int v1) {\n  int v2 = 2, v3 = 3, v4 = 4, v5 = 5, v6 = 6, v7 = 7, i;\n";
    for (int i = 2; i < 8; ++i)
      lisp_ += "(set (v" + std::to_string(i) + " int) (const " + std::to_string(i) + "))\n";
    for (int n = 6; n < size;) n += n % 50 < 10 ? loop() : n % 20 < 10 ? branch() : statement();
    lisp_ += "(ret v7))\n(define ((main int)) (set (r int) (call f 1 2)) (ret 0)))\n";
    c_ += "  return v7;\n}\nint main(void) { f(1, 2); return 0; }\n";
  }
  Program take() { return {std::move(lisp_), std::move(c_)}; }

 private:
  unsigned pick(unsigned n) {
    state_ = state_ * 1664525 + 1013904223;
    return (state_ >> 16) % n;
  }
  std::string variable() { return "v" + std::to_string(pick(8)); }

  int statement() {
    static const char* const kOps[][2] = {{"add", "+"}, {"sub", "-"}, {"mul", "*"},
                                          {"xor", "^"}, {"and", "&"}, {"or", "|"}};
    auto& op = kOps[pick(6)];
    std::string to = variable(), a = variable(),
                b = pick(4) ? variable() : std::to_string(pick(1000));
    lisp_ += "(set (" + to + " int) (" + op[0] + " " + a + " " + b + "))\n";
    c_ += "  " + to + " = " + a + " " + op[1] + " " + b + ";\n";
    return 1;
  }
  int branch() {
    std::string n = std::to_string(label_++), a = variable(), b = variable();
    lisp_ += "(set (c bool) (lt " + a + " " + b + "))\n(br c then" + n + " else" + n +
             ")\n(label then" + n + ")\n";
    c_ += "  if (" + a + " < " + b + ") {\n";
    statement(), statement();
    lisp_ += "(jmp end" + n + ")\n(label else" + n + ")\n";
    c_ += "  } else {\n";
    statement(), statement();
    lisp_ += "(label end" + n + ")\n";
    c_ += "  }\n";
    return 7;
  }
  int loop() {
    std::string n = std::to_string(label_++);
    lisp_ += "(set (i int) (const 0))\n(label head" + n + ")\n(set (c bool) (lt i 3))\n(br c body" +
             n + " done" + n + ")\n(label body" + n + ")\n";
    c_ += "  for (i = 0; i < 3; ++i) {\n";
    for (int k = 0; k < 6; ++k) statement();
    lisp_ += "(set (i int) (add i 1))\n(jmp head" + n + ")\n(label done" + n + ")\n";
    c_ += "  }\n";
    return 11;
  }

  std::string lisp_, c_;
  unsigned state_ = 12345;
  int label_ = 0;
};

struct Times {
  double front = 0, back = 0, peak_mib = 0, ir_instructions = 0;
  bool ok = false;
};

double count_instructions(const Module& m) {
  size_t count = 0;
  for (auto& f : m.functions)
    for (BlockId b : f->layout) count += f->block(b).insts.size();
  return static_cast<double>(count);
}

Times compile_once(const std::string& path, OptLevel level) {
  Options options;
  options.level = level;
  Session session(options);
  Times t;
  double begin = now();
  auto module = session.load(path);
  double middle = now();
  auto object = module ? compile_x86(session, *module, Part::Host) : std::nullopt;
  session.report();
  if (!object) return t;
  std::string error;
  Externals externals;
  auto code = x86::link(
      *object, [&](Symbol s) { return externals.find(s); }, error);
  t = {middle - begin, now() - middle, 0, count_instructions(*module), code != nullptr};
  return t;
}

// In a process of its own, so that the peak is this compilation's; the best of several times.
Times measure(const std::string& path, OptLevel level, int times) {
  int fds[2];
  if (::pipe(fds) != 0) return {};
  std::fflush(stdout);
  if (::fork() == 0) {
    Times best;
    for (int i = 0; i < times; ++i) {
      Times t = compile_once(path, level);
      if (!best.ok || t.back < best.back) best.back = t.back;
      if (!best.ok || t.front < best.front) best.front = t.front;
      best.ir_instructions = t.ir_instructions;
      best.ok = t.ok;
    }
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    best.peak_mib = static_cast<double>(usage.ru_maxrss) / 1024;
    ::_exit(::write(fds[1], &best, sizeof best) == sizeof best ? 0 : 1);
  }
  ::close(fds[1]);
  Times t;
  if (::read(fds[0], &t, sizeof t) != sizeof t) t.ok = false;
  ::close(fds[0]);
  ::wait(nullptr);
  return t;
}

// The exponent of n in time, by least squares on the logarithms; 1 is linear.
double growth(const std::vector<double>& n, const std::vector<double>& seconds) {
  double sx = 0, sy = 0, sxx = 0, sxy = 0, count = static_cast<double>(n.size());
  for (size_t i = 0; i < n.size(); ++i) {
    double x = std::log(n[i]), y = std::log(seconds[i]);
    sx += x, sy += y, sxx += x * x, sxy += x * y;
  }
  return (count * sxy - sx * sy) / (count * sxx - sx * sx);
}

void run_peer(const char* name, const std::string& command, const std::vector<std::string>& files,
              const std::vector<double>& sizes) {
  std::printf("%-14s", name);
  for (size_t i = 0; i < files.size(); ++i) {
    double best = 1e30;
    for (int k = 0; k < 3; ++k) {
      double begin = now();
      if (std::system((command + " " + files[i] + " 2>/dev/null").c_str()) != 0)
        return void(std::printf(" skipped: not here\n"));
      best = std::min(best, now() - begin);
      if (best > 5) break;
    }
    std::printf(" %12.0f", sizes[i] / best);
  }
  std::printf("   statements/s, whole process\n");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  int largest = argc > 1 ? std::atoi(argv[1]) : 5;
  fs::path scratch = fs::temp_directory_path() / ("bench-compile-" + std::to_string(::getpid()));
  fs::create_directory(scratch);
  std::vector<std::string> lisp_files, c_files;
  std::vector<double> sizes;
  for (int e = 2; e <= largest; ++e) {
    int size = static_cast<int>(std::pow(10, e));
    Program p = Generator(size).take();
    sizes.push_back(size);
    lisp_files.push_back(scratch / ("f" + std::to_string(e) + ".lisp"));
    c_files.push_back(scratch / ("f" + std::to_string(e) + ".c"));
    std::ofstream(lisp_files.back()) << p.lisp;
    std::ofstream(c_files.back()) << p.c;
  }
  std::printf("%-14s", "statements");
  for (double n : sizes) std::printf(" %12.0f", n);
  std::printf("\n");
  for (auto [name, level] :
       {std::pair("llamac -O0", OptLevel::O0), std::pair("llamac -O2", OptLevel::O2)}) {
    std::vector<double> back, whole;
    std::string ir_row, front_row, peak_row;
    std::printf("%-14s", name);
    for (size_t i = 0; i < sizes.size(); ++i) {
      Times t = measure(lisp_files[i], level, sizes[i] < 5e4 ? 10 : 3);
      if (!t.ok) return std::printf(" failed\n"), 1;
      back.push_back(t.back);
      char cell[32];
      std::snprintf(cell, sizeof cell, " %12.0f", t.ir_instructions / t.back), ir_row += cell;
      std::snprintf(cell, sizeof cell, " %12.0f", sizes[i] / (t.back + t.front)), front_row += cell;
      std::snprintf(cell, sizeof cell, " %12.1f", t.peak_mib), peak_row += cell;
      std::printf(" %12.0f", sizes[i] / t.back);
    }
    std::printf("   statements/s, IR to linked code; time grows as n^%.2f\n", growth(sizes, back));
    std::printf("%-14s%s   IR instructions/s, the same\n", "", ir_row.c_str());
    std::printf("%-14s%s   statements/s, text to linked code\n", "", front_row.c_str());
    std::printf("%-14s%s   MiB peak\n", "", peak_row.c_str());
  }
  std::string out = (scratch / "out.o").string();
  run_peer("tcc", "tcc -c -o " + out, c_files, sizes);
  run_peer("clang -O0", "clang -w -O0 -fwrapv -c -o " + out, c_files, sizes);
  run_peer("clang -O2", "clang -w -O2 -fwrapv -c -o " + out, c_files, sizes);
  fs::remove_all(scratch);
  return 0;
}
