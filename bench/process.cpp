// Whole-process times: a hello program, and the tiled matrix product to PTX and to SPIR-V, each
// beside the peers that are installed. One line a result: name, median ms, fastest ms.
//
//   bench_process LLAMAC ROOT
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

extern char** environ;

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

struct Run {
  double ms = 0;
  long peak_kib = 0;
  bool ok = false;
};

Run run_once(const Words& command) {
  std::vector<char*> argv;
  for (const std::string& w : command) argv.push_back(const_cast<char*>(w.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int fd : {1, 2}) posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
  auto begin = std::chrono::steady_clock::now();
  pid_t pid = 0;
  Run r;
  if (posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ) == 0) {
    int status = 0;
    rusage usage{};
    ::wait4(pid, &status, 0, &usage);
    r.ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    r.peak_kib = usage.ru_maxrss;
    r.ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  posix_spawn_file_actions_destroy(&actions);
  return r;
}

void measure(const std::string& name, const Words& command, int times) {
  std::vector<double> ms;
  long peak = 0;
  for (int i = 0; i < times + 2; ++i) {  // two to warm up
    Run r = run_once(command);
    if (!r.ok)
      return void(std::printf("%-34s skipped: '%s' is not here or fails\n", name.c_str(),
                              command[0].c_str()));
    if (i >= 2) ms.push_back(r.ms);
    peak = std::max(peak, r.peak_kib);
  }
  std::sort(ms.begin(), ms.end());
  std::printf("%-34s %9.2f ms median %9.2f ms fastest %8.1f MiB peak\n", name.c_str(),
              ms[ms.size() / 2], ms[0], static_cast<double>(peak) / 1024);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: bench_process LLAMAC ROOT\n"), 2;
  std::string llamac = argv[1];
  fs::path root = argv[2],
           scratch = fs::temp_directory_path() / ("bench-process-" + std::to_string(::getpid()));
  fs::create_directory(scratch);
  std::string hello = scratch / "hello.lisp", matmul = root / "examples/matmul.lisp";
  std::ofstream(hello) << "(c-lisp (define ((puts int) (s (ptr int8)))) (define ((main int)) (call "
                          "puts \"hello\") (ret 0)))\n";
  std::string out = scratch / "out";
  measure("hello: llamac run", {llamac, "run", hello}, 50);
  measure("hello: llamac run -O0", {llamac, "run", "-O0", hello}, 50);
  measure("matmul: llamac build ptx", {llamac, "build", "--target", "ptx", "-o", out, matmul}, 50);
  measure("matmul: llamac build spirv", {llamac, "build", "--target", "spirv", "-o", out, matmul},
          50);
  std::string cu = root / "bench/peers/matmul.cu", comp = root / "bench/peers/matmul.comp";
  measure("matmul: nvcc -ptx", {"nvcc", "-ptx", "-arch=sm_80", "-o", out, cu}, 5);
  measure("matmul: glslangValidator",
          {"glslangValidator", "-V", "--target-env", "vulkan1.2", "-S", "comp", "-o", out, comp},
          20);
  fs::remove_all(scratch);
  return 0;
}
