// The peer NVRTC, where its library is installed: the tiled matrix product to PTX, in process.
// A build without CUDA's headers needs only these few prototypes.
//
//   bench_nvrtc MATMUL.cu
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  using Program = void*;
  void* library = nullptr;
  for (const char* name :
       {"libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12", "/usr/local/cuda/lib64/libnvrtc.so"})
    if (!library) library = ::dlopen(name, RTLD_NOW);
  if (!library || argc != 2)
    return std::printf("%-34s skipped: no NVRTC here\n", "matmul: NVRTC"), 0;
  auto create =
      reinterpret_cast<int (*)(Program*, const char*, const char*, int, const char* const*,
                               const char* const*)>(::dlsym(library, "nvrtcCreateProgram"));
  auto compile = reinterpret_cast<int (*)(Program, int, const char* const*)>(
      ::dlsym(library, "nvrtcCompileProgram"));
  auto destroy = reinterpret_cast<int (*)(Program*)>(::dlsym(library, "nvrtcDestroyProgram"));
  std::ostringstream text;
  text << std::ifstream(argv[1]).rdbuf();
  std::vector<double> ms;
  for (int i = 0; i < 12; ++i) {
    auto begin = std::chrono::steady_clock::now();
    Program p = nullptr;
    const char* options[] = {"--gpu-architecture=compute_80"};
    bool ok = create(&p, text.str().c_str(), "matmul.cu", 0, nullptr, nullptr) == 0 &&
              compile(p, 1, options) == 0;
    destroy(&p);
    if (!ok) return std::printf("%-34s skipped: it rejects the source\n", "matmul: NVRTC"), 0;
    if (i >= 2)
      ms.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
              .count());
  }
  std::sort(ms.begin(), ms.end());
  std::printf("%-34s %9.2f ms median %9.2f ms fastest (in process)\n", "matmul: NVRTC",
              ms[ms.size() / 2], ms[0]);
  return 0;
}
