#include "support/diag.h"

#include <fmt/format.h>

#include <algorithm>

namespace ll {
namespace {

struct CodeRow {
  std::string_view name, summary;
};
constexpr CodeRow kCodes[] = {
#define CODE(id, summary) {#id, summary},
#include "support/codes.def"
#undef CODE
};

struct Style {
  const char *error, *warning, *note, *bold, *caret, *reset;
};
constexpr Style kPlain{"", "", "", "", "", ""};
constexpr Style kColor{"\x1b[1;31m", "\x1b[1;35m", "\x1b[1;36m",
                       "\x1b[1m",    "\x1b[1;32m", "\x1b[0m"};

// A source line may be enormous (generated text): show at most this many bytes around the span.
constexpr size_t kMaxShown = 160;

// Appends text with tabs as spaces and control characters escaped, so that a hostile source line
// cannot drive the terminal.
void append_shown(std::string& out, std::string_view text) {
  for (char c : text) {
    auto u = static_cast<unsigned char>(c);
    if (c == '\t') out += ' ';
    else if (u < 0x20 || u == 0x7f) out += fmt::format("\\x{:02x}", u);
    else out += c;
  }
}

size_t shown_width(std::string_view text) {
  size_t width = 0;
  for (char c : text) {
    auto u = static_cast<unsigned char>(c);
    if (c != '\t' && (u < 0x20 || u == 0x7f)) width += 4;
    else if ((u & 0xc0) != 0x80) ++width;
  }
  return width;
}

size_t to_boundary(std::string_view text, size_t at) {
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
  return at;
}

void append_snippet(std::string& out, const Location& at, Span span, const Style& style) {
  std::string_view line = at.line_text;
  size_t from = std::min<size_t>(at.line_offset, line.size());
  size_t to = std::min<size_t>(from + std::max<uint32_t>(span.len, 1), line.size());
  size_t begin = from > kMaxShown / 2 && line.size() > kMaxShown ? from - kMaxShown / 2 : 0;
  size_t end = std::min(line.size(), begin + kMaxShown);
  begin = to_boundary(line, begin);
  end = to_boundary(line, end);
  to = to_boundary(line, std::clamp(to, from, end));
  std::string number = std::to_string(at.line);
  out += fmt::format(" {} | ", number);
  append_shown(out, line.substr(begin, end - begin));
  out += fmt::format("\n {} | ", std::string(number.size(), ' '));
  out.append(shown_width(line.substr(begin, from - begin)), ' ');
  out += style.caret;
  out.append(std::max<size_t>(1, shown_width(line.substr(from, to - from))), '^');
  out += style.reset;
  out += '\n';
}

void append_message(std::string& out, Span span, std::string_view label, const char* label_style,
                    std::string_view message, const SourceMap& sources, const Style& style) {
  Location at = sources.locate(span.lo);
  if (at.file) {
    out += style.bold;
    append_shown(out, at.file->name());
    out += fmt::format(":{}:{}: {}", at.line, at.column, style.reset);
  } else {
    out += "llamac: ";
  }
  out += fmt::format("{}{}:{} ", label_style, label, style.reset);
  append_shown(out, message);
  out += '\n';
  if (at.file) append_snippet(out, at, span, style);
}

}  // namespace

std::string_view code_name(Code code) { return kCodes[static_cast<size_t>(code)].name; }
std::string_view code_summary(Code code) { return kCodes[static_cast<size_t>(code)].summary; }

Diag& Diags::error(Code code, Span span, std::string message) {
  ++errors_;
  return add(Severity::Error, code, span, std::move(message));
}

Diag& Diags::warning(Code code, Span span, std::string message) {
  return add(Severity::Warning, code, span, std::move(message));
}

Diag& Diags::add(Severity severity, Code code, Span span, std::string message) {
  if (all_.size() >= kMaxKept) return overflow_ = Diag{severity, code, span, {}, {}, {}};
  return all_.emplace_back(Diag{severity, code, span, std::move(message), {}, {}});
}

std::string render(const Diag& diag, const SourceMap& sources, bool color) {
  const Style& style = color ? kColor : kPlain;
  bool is_error = diag.severity == Severity::Error;
  std::string out;
  append_message(out, diag.span,
                 fmt::format("{}[{}]", is_error ? "error" : "warning", code_name(diag.code)),
                 is_error ? style.error : style.warning, diag.message, sources, style);
  for (const Note& note : diag.notes)
    append_message(out, note.span, "note", style.note, note.message, sources, style);
  if (!diag.help.empty()) {
    out += fmt::format("{}help:{} ", style.note, style.reset);
    append_shown(out, diag.help);
    out += '\n';
  }
  return out;
}

}  // namespace ll
