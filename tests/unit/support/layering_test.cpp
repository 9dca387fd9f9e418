// Who may include whom (ARCHITECTURE.md, "Layers"), checked on the actual #include lines.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;
using Set = std::set<std::string>;

// What each folder may include besides itself.
const std::map<std::string, Set> kAllowed = {
    {"support", {}},
    {"sexp", {"support"}},
    {"ir", {"support", "sexp"}},
    {"opt", {"support", "sexp", "ir"}},
    {"emit_x86", {"support", "sexp", "ir", "opt"}},
    {"emit_ptx", {"support", "sexp", "ir", "opt"}},
    {"emit_spirv", {"support", "sexp", "ir", "opt"}},
    {"lang/brilisp", {"support", "sexp", "ir", "opt"}},
    {"lang/clisp", {"support", "sexp", "lang/brilisp"}},
    {"lang/cudalisp", {"support", "sexp", "lang/clisp"}},
    {"lang/module",
     {"support", "sexp", "ir", "opt", "lang/brilisp", "lang/clisp", "lang/cudalisp"}},
    {"driver",
     {"support", "sexp", "ir", "opt", "emit_x86", "emit_ptx", "emit_spirv", "lang/module",
      "runtime"}},
    {"runtime", {"support"}},
};
// A third-party header is seen by one folder.
const std::map<std::string, Set> kThirdParty = {
    {"xbyak/", {"emit_x86"}},
    {"spirv/", {"emit_spirv", "runtime"}},
    {"nlohmann/", {"sexp", "driver"}},
    {"CLI/", {"driver"}},
    {"ffi.h", {"driver"}},
    {"volk.h", {"runtime"}},
    {"vulkan/", {"runtime"}},
    {"xxhash.h", {"driver"}},
};

// The folder a path belongs to: "ir", "lang/clisp", "runtime".
std::string folder_of(const fs::path& relative) {
  auto part = relative.begin();
  std::string first = (part++)->string();
  return first == "lang" && part != relative.end() ? first + "/" + part->string() : first;
}

void check_file(const fs::path& file, const std::string& folder) {
  ASSERT_TRUE(kAllowed.contains(folder))
      << file << " lies in a folder that the table does not know";
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("#include ")) continue;
    std::string name = line.substr(10, line.find_first_of("\">", 10) - 10);
    if (line[9] == '"') {
      std::string target = folder_of(name);
      EXPECT_TRUE(kAllowed.contains(target))
          << file << ": " << line << " (write includes from the root)";
      EXPECT_TRUE(target == folder || kAllowed.at(folder).contains(target)) << file << ": " << line;
    } else {
      for (auto& [prefix, folders] : kThirdParty) {
        bool seen = name.starts_with(prefix);
        EXPECT_TRUE(!seen || folders.contains(folder)) << file << ": " << line;
      }
    }
  }
}

TEST(Layering, IncludesPointDownwards) {
  size_t files = 0;
  fs::path root = LL_SOURCE_DIR;
  for (const char* top : {"src", "runtime"})
    for (auto& entry : fs::recursive_directory_iterator(root / top)) {
      fs::path ext = entry.path().extension();
      if (ext != ".h" && ext != ".cpp" && ext != ".def") continue;
      fs::path relative =
          fs::relative(entry.path(), top == std::string("src") ? root / "src" : root);
      check_file(entry.path(), folder_of(relative));
      ++files;
    }
  EXPECT_GT(files, 50u);
}

}  // namespace
