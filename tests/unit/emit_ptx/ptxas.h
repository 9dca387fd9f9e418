// Runs NVIDIA's assembler over emitted text, where it is installed.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace ll::test {

// The path of ptxas, from PATH or the toolkit's usual place; empty when there is none.
inline std::string find_ptxas() {
  const char* env = std::getenv("PATH");
  std::istringstream path(std::string(env ? env : "") + ":/usr/local/cuda/bin");
  for (std::string folder; std::getline(path, folder, ':');)
    if (std::string file = folder + "/ptxas"; access(file.c_str(), X_OK) == 0) return file;
  return {};
}

// What ptxas says against the text; empty when it accepts it.
inline std::string assemble(const std::string& ptxas, const std::string& text,
                            const std::string& arch) {
  char base[] = "/tmp/ll_ptx_XXXXXX";
  int fd = mkstemp(base);
  if (fd < 0) return "no temporary file";
  close(fd);
  std::string input = base, log = input + ".log";
  std::ofstream(input) << text;
  std::string command =
      ptxas + " -O0 -arch=" + arch + " " + input + " -o /dev/null > " + log + " 2>&1";
  int status = std::system(command.c_str());
  std::stringstream said;
  said << std::ifstream(log).rdbuf();
  unlink(input.c_str());
  unlink(log.c_str());
  return status == 0 ? "" : said.str() + text;
}

}  // namespace ll::test

#define LL_REQUIRE_PTXAS(name)                                                             \
  std::string name = ::ll::test::find_ptxas();                                             \
  if (name.empty()) GTEST_SKIP() << "skipped: no ptxas on this machine; the text was not " \
                                    "assembled"
