#include "support/source.h"

#include <algorithm>

namespace ll {

SourceFile::SourceFile(std::string name, std::string text, uint32_t base)
    : name_(std::move(name)), text_(std::move(text)), base_(base) {}

const std::vector<uint32_t>& SourceFile::line_starts() const {
  if (line_starts_.empty()) {
    line_starts_.push_back(0);
    for (size_t i = text_.find('\n'); i != std::string::npos; i = text_.find('\n', i + 1))
      line_starts_.push_back(static_cast<uint32_t>(i + 1));
  }
  return line_starts_;
}

const SourceFile* SourceMap::add(std::string name, std::string text) {
  // One extra position per file, so that "just past the end" is still inside it.
  if (text.size() + 1 > UINT32_MAX - next_) return nullptr;
  uint32_t base = next_;
  next_ += static_cast<uint32_t>(text.size()) + 1;
  return &files_.emplace_back(std::move(name), std::move(text), base);
}

Location SourceMap::locate(uint32_t pos) const {
  if (pos == 0 || pos >= next_) return {};
  auto after = std::upper_bound(files_.begin(), files_.end(), pos,
                                [](uint32_t p, const SourceFile& f) { return p < f.base(); });
  const SourceFile& file = *std::prev(after);
  uint32_t offset = pos - file.base();
  const auto& starts = file.line_starts();
  size_t line = std::upper_bound(starts.begin(), starts.end(), offset) - starts.begin();
  uint32_t begin = starts[line - 1];
  std::string_view rest = file.text().substr(begin);
  std::string_view text = rest.substr(0, rest.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  auto before = file.text().substr(begin, offset - begin);
  auto is_lead_byte = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  auto column = std::count_if(before.begin(), before.end(), is_lead_byte);
  return {&file, static_cast<uint32_t>(line), static_cast<uint32_t>(column) + 1, text,
          offset - begin};
}

std::string SourceMap::describe(Span span) const {
  Location at = locate(span.lo);
  if (!at.file) return {};
  return at.file->name() + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

}  // namespace ll
