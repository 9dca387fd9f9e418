// Source files and positions in them. All files share one 32-bit position space, so a position
// is one integer and a span two; position 0 means "no location".
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ll {

struct Span {
  uint32_t lo = 0, len = 0;
  constexpr bool valid() const { return lo != 0; }
  constexpr uint32_t hi() const { return lo + len; }
  constexpr bool operator==(const Span&) const = default;
};

// The smallest span that covers both.
constexpr Span cover(Span a, Span b) {
  if (!a.valid()) return b;
  if (!b.valid()) return a;
  uint32_t lo = a.lo < b.lo ? a.lo : b.lo, hi = a.hi() > b.hi() ? a.hi() : b.hi();
  return {lo, hi - lo};
}

class SourceFile {
 public:
  SourceFile(std::string name, std::string text, uint32_t base);
  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  uint32_t base() const { return base_; }  // position of the first byte
  Span span(size_t offset, size_t len) const {
    return {base_ + static_cast<uint32_t>(offset), static_cast<uint32_t>(len)};
  }

 private:
  friend class SourceMap;
  const std::vector<uint32_t>& line_starts() const;  // offsets; computed on first use
  std::string name_, text_;
  uint32_t base_;
  mutable std::vector<uint32_t> line_starts_;
};

struct Location {
  const SourceFile* file = nullptr;
  uint32_t line = 0;           // from 1
  uint32_t column = 0;         // from 1, in code points
  std::string_view line_text;  // without the line break
  uint32_t line_offset = 0;    // bytes from line start
};

class SourceMap {
 public:
  // Null when the shared position space (4 GiB) is exhausted.
  const SourceFile* add(std::string name, std::string text);
  Location locate(uint32_t pos) const;    // file is null for no location
  std::string describe(Span span) const;  // "file:line:col", or ""
  const std::deque<SourceFile>& files() const { return files_; }

 private:
  std::deque<SourceFile> files_;
  uint32_t next_ = 1;
};

}  // namespace ll
