// The runner of file tests: one program file is one test. What it does is said in `;;` comments:
//
//   ;; test: COMMAND FLAGS        runs `llamac COMMAND FLAGS FILE ARGS`; several lines, several
//   runs
//   ;; run: ARGS => STATUS        arguments of the program and its exit status (default: none, 0)
//   ;; error: CODE text           at the end of a line: the diagnostic that must point at this line
//   ;; check: text                output lines with these texts, in this order
//   ;; check-not: text            no output line has this text
//   ;; expect                     the rest of the file, uncommented, is the exact standard output
//
// Without a `test:` line a file under tests/run/ runs in every way there is (interpreter, each
// optimisation level, the simple register allocator, and each device when it launches kernels);
// one with `error:` lines is checked and must fail with exactly these.
//
//   run_tests LLAMAC [--bless] [--device NAME]... PATH...
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

extern char** environ;

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr int kTimeout = 120;  // seconds for one run

struct Outcome {
  int status = 0;  // 128 + N for signal N
  std::string out, err;
};

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Words split_words(const std::string& text) {
  std::istringstream in(text);
  Words words;
  for (std::string w; in >> w;) words.push_back(w);
  return words;
}

std::string trim(std::string s) {
  s.erase(0, std::min(s.find_first_not_of(" \t"), s.size()));
  s.erase(s.find_last_not_of(" \t\r\n") + 1);
  return s;
}

Outcome execute(const Words& command, const fs::path& folder) {
  static int serial = 0;
  fs::path base = fs::temp_directory_path() /
                  ("llamac-test-" + std::to_string(::getpid()) + "-" + std::to_string(serial++));
  std::string out = base.string() + ".out", err = base.string() + ".err";
  std::vector<char*> argv;
  std::string seconds = std::to_string(kTimeout);
  for (const char* w : {"timeout", "-k", "5", seconds.c_str()})
    argv.push_back(const_cast<char*>(w));
  for (const std::string& w : command) argv.push_back(const_cast<char*>(w.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  pid_t pid = 0;
  Outcome o;
  if (posix_spawnp(&pid, "timeout", &actions, nullptr, argv.data(), environ) != 0) {
    o.status = 127;
  } else {
    int raw = 0;
    ::waitpid(pid, &raw, 0);
    o.status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  }
  posix_spawn_file_actions_destroy(&actions);
  o.out = read_text(out);
  o.err = read_text(err);
  fs::remove(out);
  fs::remove(err);
  return o;
}

struct ExpectedError {
  size_t line;
  std::string code, text;
};

struct Test {
  fs::path path;
  std::vector<Words> commands;
  Words args;
  int status = 0;
  bool has_expect = false, launches = false;
  std::string expect;
  Words checks, check_nots;
  std::vector<ExpectedError> errors;
};

bool take(const std::string& line, const char* directive, std::string& rest) {
  std::string mark = std::string(";; ") + directive;
  size_t at = line.find(mark);
  if (at == std::string::npos) return false;
  rest = trim(line.substr(at + mark.size()));
  return true;
}

Test parse(const fs::path& path) {
  Test t;
  t.path = path;
  std::istringstream in(read_text(path));
  size_t number = 0;
  for (std::string line, rest; std::getline(in, line);) {
    ++number;
    if (t.has_expect) {
      if (line.starts_with(";; ")) t.expect += line.substr(3) + "\n";
      else if (trim(line) == ";;") t.expect += "\n";
      continue;
    }
    if (line.find("(launch") != std::string::npos) t.launches = true;
    if (trim(line) == ";; expect") t.has_expect = true;
    else if (take(line, "test:", rest)) t.commands.push_back(split_words(rest));
    else if (take(line, "check:", rest)) t.checks.push_back(rest);
    else if (take(line, "check-not:", rest)) t.check_nots.push_back(rest);
    else if (take(line, "error:", rest)) {
      size_t space = std::min(rest.find(' '), rest.size());
      t.errors.push_back({number, rest.substr(0, space), trim(rest.substr(space))});
    } else if (take(line, "run:", rest)) {
      size_t arrow = rest.find("=>");
      t.args = split_words(rest.substr(0, arrow));
      if (arrow != std::string::npos) t.status = std::stoi(rest.substr(arrow + 2));
    }
  }
  return t;
}

// ---- judging one run ----

std::string describe(const Words& command) {
  std::string text;
  for (const std::string& w : command) text += (text.empty() ? "" : " ") + w;
  return text;
}

// Diagnostics as "line CODE message".
struct Reported {
  size_t line;
  std::string code, message;
};

std::vector<Reported> reported_errors(const std::string& err, const std::string& file) {
  std::vector<Reported> list;
  std::istringstream in(err);
  for (std::string line; std::getline(in, line);) {
    size_t at = line.find(": error[");
    if (at == std::string::npos) continue;
    Reported r{0, line.substr(at + 8, 5),
               line.substr(std::min(line.find("]: ", at) + 3, line.size()))};
    if (line.starts_with(file + ":")) r.line = std::stoul(line.substr(file.size() + 1));
    list.push_back(r);
  }
  return list;
}

std::string judge_errors(const Test& t, const Outcome& o, const std::string& file) {
  if (o.status != 1) return "exit status " + std::to_string(o.status) + " instead of 1";
  auto reported = reported_errors(o.err, file);
  for (const ExpectedError& e : t.errors) {
    auto match = std::find_if(reported.begin(), reported.end(), [&](const Reported& r) {
      return r.line == e.line && r.code == e.code && r.message.find(e.text) != std::string::npos;
    });
    if (match == reported.end())
      return "no " + e.code + " '" + e.text + "' on line " + std::to_string(e.line);
    reported.erase(match);
  }
  if (!reported.empty())
    return "an unexpected error on line " + std::to_string(reported[0].line) + ": " +
           reported[0].message;
  return "";
}

std::string judge_checks(const Test& t, const Outcome& o) {
  size_t at = 0;
  for (const std::string& c : t.checks) {
    size_t found = o.out.find(c, at);
    if (found == std::string::npos) return "the output lacks, or has too early: " + c;
    at = found + c.size();
  }
  for (const std::string& c : t.check_nots)
    if (o.out.find(c) != std::string::npos) return "the output has: " + c;
  return "";
}

std::string judge(const Test& t, const Outcome& o, const std::string& file) {
  if (!t.errors.empty()) return judge_errors(t, o, file);
  if (o.status != t.status)
    return "exit status " + std::to_string(o.status) + " instead of " + std::to_string(t.status);
  if (t.has_expect && o.out != t.expect)
    return "the output differs:\n" + o.out + "--- expected:\n" + t.expect + "---";
  return judge_checks(t, o);
}

// ---- the suite ----

struct Suite {
  std::string llamac;
  bool bless = false;
  Words devices;
  size_t passed = 0, failed = 0;
  std::map<std::string, size_t> skipped;

  std::vector<Words> commands_of(const Test& t) const {
    if (!t.commands.empty()) return t.commands;
    if (!t.errors.empty()) return {{"check"}};
    std::vector<Words> all{{"interp"}};
    for (const char* level : {"-O0", "-O1", "-O2", "-O3"}) all.push_back({"run", level});
    all.push_back({"run", "-O0", "--spill-all"});
    all.push_back({"run", "-O2", "--spill-all"});
    if (t.launches)
      for (const std::string& d : devices) all.push_back({"run", "--device", d});
    return all;
  }

  void run(const fs::path& path) {
    Test t = parse(path);
    std::string file = path.filename().string();
    for (const Words& command : commands_of(t)) {
      Words words{llamac};
      words.insert(words.end(), command.begin(), command.end());
      words.push_back(file);
      words.insert(words.end(), t.args.begin(), t.args.end());
      Outcome o = execute(words, path.parent_path());
      if (bless && t.has_expect && o.status == t.status) write_expect(t, o.out);
      std::string why = bless && t.has_expect ? "" : judge(t, o, file);
      if (o.err.find("vulkan validation:") != std::string::npos)
        why = "the validation layers have something to say";
      if (why.empty()) {
        ++passed;
      } else {
        ++failed;
        std::printf("FAILED %s: %s\n  %s\n%s", path.c_str(), why.c_str(), describe(words).c_str(),
                    o.err.c_str());
      }
    }
    if (t.launches && t.commands.empty() && t.errors.empty())
      for (const char* d : {"vulkan", "cuda"})
        if (std::find(devices.begin(), devices.end(), d) == devices.end()) ++skipped[d];
  }

  // Replaces the block behind `;; expect`; a diff shows what changed.
  void write_expect(const Test& t, const std::string& out) {
    std::string text = read_text(t.path);
    size_t at = text.find(";; expect\n");
    if (at == std::string::npos) return;
    std::string blessed = text.substr(0, at) + ";; expect\n";
    std::istringstream in(out);
    for (std::string line; std::getline(in, line);)
      blessed += line.empty() ? ";;\n" : ";; " + line + "\n";
    if (blessed != text) std::ofstream(t.path, std::ios::binary) << blessed;
  }
};

}  // namespace

int main(int argc, char** argv) {
  Suite suite;
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (i == 1) suite.llamac = fs::absolute(word);
    else if (word == "--bless") suite.bless = true;
    else if (word == "--device" && i + 1 < argc) suite.devices.push_back(argv[++i]);
    else if (fs::is_directory(word)) {
      for (auto& entry : fs::recursive_directory_iterator(word))
        if (entry.path().extension() == ".lisp") files.push_back(fs::absolute(entry.path()));
    } else files.push_back(fs::absolute(word));
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& f : files) suite.run(f);
  for (auto& [device, count] : suite.skipped)
    std::printf("SKIPPED %zu programs on %s: no such device here\n", count, device.c_str());
  std::printf("%zu runs of %zu files passed, %zu failed\n", suite.passed, files.size(),
              suite.failed);
  return suite.failed || files.empty() ? 1 : 0;
}
