#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include "support/arena.h"
#include "support/diag.h"
#include "support/file.h"
#include "support/symbol.h"

namespace ll {
namespace {

TEST(Symbol, EqualTextIsEqualId) {
  EXPECT_EQ(Symbol("add"), Symbol(std::string("a") + "dd"));
  EXPECT_NE(Symbol("add"), Symbol("adD"));
  EXPECT_EQ(Symbol("add").str(), "add");
  EXPECT_TRUE(Symbol("").empty());
  EXPECT_EQ(Symbol(), Symbol(""));
}

TEST(Symbol, ManyFromSeveralThreads) {
  std::vector<std::vector<Symbol>> seen(4);
  std::vector<std::thread> threads;
  for (auto& list : seen)
    threads.emplace_back([&list] {
      for (int i = 0; i < 20000; ++i) list.push_back(Symbol("name-" + std::to_string(i)));
    });
  for (auto& t : threads) t.join();
  for (int i = 0; i < 20000; ++i) {
    EXPECT_EQ(seen[0][i].str(), "name-" + std::to_string(i));
    for (auto& list : seen) EXPECT_EQ(list[i], seen[0][i]);
  }
}

TEST(Arena, AlignsAndGrows) {
  Arena a;
  for (size_t i = 1; i < 3000; ++i) {
    auto p = reinterpret_cast<size_t>(a.allocate(i, 64));
    EXPECT_EQ(p % 64, 0u);
    std::memset(reinterpret_cast<void*>(p), 1, i);
  }
  EXPECT_NE(a.allocate(100 << 20, 8), nullptr);
}

TEST(Source, PlacesCountCodePoints) {
  SourceMap map;
  const SourceFile* first = map.add("a", "x\nyé z\n");
  const SourceFile* second = map.add("b", "");
  EXPECT_EQ(map.describe(first->span(0, 1)), "a:1:1");
  EXPECT_EQ(map.describe(first->span(2, 1)), "a:2:1");
  EXPECT_EQ(map.describe(first->span(6, 1)), "a:2:4");  // é is two bytes, one column
  EXPECT_EQ(map.describe(first->span(8, 0)), "a:3:1");
  EXPECT_EQ(map.describe(second->span(0, 0)), "b:1:1");
  EXPECT_EQ(map.describe({}), "");
}

TEST(Diag, CaretsStandUnderTheSpan) {
  SourceMap map;
  const SourceFile* f = map.add("f.lisp", "(a\n  (add é 1.0))\n");
  Diags diags(map);
  diags.error(Code::E0100, f->span(5, 12), "no")
      .note(f->span(1, 1), "see here")
      .suggest("write it");
  EXPECT_EQ(render(diags.all()[0], map, false),
            "f.lisp:2:3: error[E0100]: no\n"
            " 2 |   (add é 1.0))\n"
            "   |   ^^^^^^^^^^^\n"
            "f.lisp:1:2: note: see here\n"
            " 1 | (a\n"
            "   |  ^\n"
            "help: write it\n");
  EXPECT_NE(render(diags.all()[0], map, true).find("\x1b["), std::string::npos);
}

TEST(Diag, HostileLinesAreTamed) {
  SourceMap map;
  const SourceFile* f =
      map.add("f", std::string(1 << 20, 'x') + "\x1b[31m" + std::string(1 << 20, 'y'));
  Diags diags(map);
  diags.error(Code::E0100, f->span(1 << 20, 5), "m");
  std::string text = render(diags.all()[0], map, false);
  EXPECT_LT(text.size(), 1000u);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Diag, ManyErrorsAreCountedNotKept) {
  SourceMap map;
  Diags diags(map);
  for (int i = 0; i < 1000; ++i) diags.error(Code::E0100, {}, "again").note({}, "n");
  EXPECT_EQ(diags.error_count(), 1000u);
  EXPECT_EQ(diags.all().size(), 100u);
}

TEST(File, WritesAreWholeOrNothing) {
  namespace fs = std::filesystem;
  fs::path folder = fs::temp_directory_path() / ("ll-file-" + std::to_string(::getpid()));
  fs::create_directory(folder);
  std::string error, path = folder / "out";
  ASSERT_TRUE(write_file(path, "one", false, error)) << error;
  EXPECT_EQ(read_file(path, error), "one");
  EXPECT_FALSE(write_file(folder / "missing" / "out", "x", false, error));
  EXPECT_FALSE(error.empty());
  EXPECT_FALSE(read_file(folder, error));
  EXPECT_FALSE(read_file(folder / "none", error));
  EXPECT_FALSE(write_file("/dev/full", "x", false, error));
  size_t files = 0;
  for ([[maybe_unused]] auto& e : fs::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 1u);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace ll
