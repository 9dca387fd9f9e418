// The reader: one pass over the text with an explicit stack of open lists, so depth costs memory
// of ours and not of the machine stack. Items of open lists wait on one pending stack; closing a
// list moves its items into the arena side by side.
#include <fmt/format.h>

#include <cstring>
#include <vector>

#include "sexp/number.h"
#include "sexp/sexp.h"

namespace ll {
namespace {

// The offset of the first byte that is not UTF-8 text, or the size of the text.
size_t valid_prefix(std::string_view text) {
  size_t i = 0;
  auto trail = [&](size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
  };
  while (i < text.size()) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c == 0) return i;
    if (c < 0x80) ++i;
    else if (c >= 0xc2 && c < 0xe0 && trail(i + 1)) i += 2;
    else if (c >= 0xe0 && c < 0xf0 && trail(i + 1) && trail(i + 2)) i += 3;
    else if (c >= 0xf0 && c < 0xf5 && trail(i + 1) && trail(i + 2) && trail(i + 3)) i += 4;
    else return i;
  }
  return i;
}

void append_utf8(std::string& out, uint32_t c) {
  auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) return put(0xc0 | c >> 6), put(0x80 | (c & 63));
  if (c < 0x10000) return put(0xe0 | c >> 12), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
  put(0xf0 | c >> 18), put(0x80 | (c >> 12 & 63)), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool ends_token(char c) {
  return is_blank(c) || c == '(' || c == ')' || c == '[' || c == ']' || c == '"' || c == ';';
}

class Reader {
 public:
  Reader(const SourceFile& file, Arena& arena, Diags& diags)
      : file_(file),
        arena_(arena),
        diags_(diags),
        whole_(file.text()),
        text_(whole_.substr(0, valid_prefix(whole_))) {}

  const Sexp* read() {
    while (!failed_ && !done_) {
      skip_blank();
      if (failed_) break;
      if (at_ == text_.size()) {
        at_end();
        break;
      }
      read_one();
    }
    if (failed_) return nullptr;
    warn_about_rest();
    Sexp* root = static_cast<Sexp*>(arena_.allocate(sizeof(Sexp), alignof(Sexp)));
    return new (root) Sexp(pending_.back());
  }

 private:
  enum class Open : uint8_t { Round, Square, Prefix, Skip };
  struct Frame {
    Open kind;
    uint32_t begin;  // offset of the opener
    uint32_t first;  // of its items in pending_
    Symbol prefix;   // quote, quasiquote, …
  };

  void fail(Code code, size_t begin, size_t len, std::string message) {
    if (!failed_) diags_.error(code, file_.span(begin, len), std::move(message));
    failed_ = true;
  }

  // Blank space and comments. `#;` is a frame, since a whole datum follows.
  void skip_blank() {
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (is_blank(c)) ++at_;
      else if (c == ';') skip_line();
      else if (c == '#' && peek(1) == '|') skip_block();
      else if (c == '#' && peek(1) == '!') skip_hash_bang();
      else return;
      if (failed_) return;
    }
  }

  char peek(size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void skip_line() {
    const void* end = std::memchr(text_.data() + at_, '\n', text_.size() - at_);
    at_ =
        end ? static_cast<size_t>(static_cast<const char*>(end) - text_.data()) + 1 : text_.size();
  }

  void skip_block() {
    size_t begin = at_, depth = 0;
    do {
      if (at_ + 1 >= text_.size())
        return fail_open(Code::E0104, begin, 2, "this block comment is not closed");
      if (text_[at_] == '#' && text_[at_ + 1] == '|') ++depth, at_ += 2;
      else if (text_[at_] == '|' && text_[at_ + 1] == '#') --depth, at_ += 2;
      else ++at_;
    } while (depth > 0);
  }

  void skip_hash_bang() {
    for (std::string_view directive : {"#!fold-case", "#!no-fold-case"})
      if (text_.substr(at_).starts_with(directive)) {
        at_ += directive.size();
        return;
      }
    size_t end = text_.find("!#", at_ + 2);
    if (end == std::string_view::npos)
      return fail_open(Code::E0104, at_, 2, "this #! comment is not closed");
    at_ = end + 2;
  }

  // Something is still open where the readable text ends: say so, or that the rest is no text.
  void fail_open(Code code, size_t begin, size_t len, std::string message) {
    if (text_.size() < whole_.size()) return fail_encoding();
    fail(code, begin, len, std::move(message));
  }

  void fail_encoding() {
    bool nul = whole_[text_.size()] == '\0';
    fail(Code::E0110, text_.size(), 1,
         nul ? "a NUL byte: this is not a text file" : "this byte is not UTF-8 text");
  }

  void at_end() {
    if (text_.size() < whole_.size()) return fail_encoding();
    if (frames_.empty())
      return fail(Code::E0100, 0, 0, "the file holds no program: there is no datum in it");
    const Frame& f = frames_.back();
    if (f.kind == Open::Prefix || f.kind == Open::Skip)
      return fail(Code::E0101, f.begin, 1, "nothing follows this mark");
    fail(Code::E0101, f.begin, 1, "this list is not closed");
  }

  void read_one() {
    char c = text_[at_];
    switch (c) {
      case '(':
        return open(Open::Round);
      case '[':
        return open(Open::Square);
      case ')':
        return close(Open::Round);
      case ']':
        return close(Open::Square);
      case '"':
        return read_string();
      case '\'':
        return open_prefix("quote", 1);
      case '`':
        return open_prefix("quasiquote", 1);
      case ',':
        return peek(1) == '@' ? open_prefix("unquote-splicing", 2) : open_prefix("unquote", 1);
      case '#':
        return read_hash();
      default:
        return read_token();
    }
  }

  void push(Frame f) {
    if (frames_.size() >= kMaxDepth)
      return fail(Code::E0109, f.begin, 1,
                  fmt::format("lists are nested deeper than {} levels", kMaxDepth));
    frames_.push_back(f);
  }

  void open(Open kind) {
    push({kind, static_cast<uint32_t>(at_), static_cast<uint32_t>(pending_.size()), {}});
    ++at_;
  }

  void open_prefix(std::string_view name, size_t len) {
    push({Open::Prefix, static_cast<uint32_t>(at_), static_cast<uint32_t>(pending_.size()),
          Symbol(name)});
    at_ += len;
  }

  void close(Open kind) {
    char closer = kind == Open::Round ? ')' : ']';
    if (frames_.empty())
      return fail(Code::E0102, at_, 1, fmt::format("this '{}' closes nothing", closer));
    Frame f = frames_.back();
    if (f.kind == Open::Prefix || f.kind == Open::Skip)
      return fail(Code::E0101, f.begin, 1, "nothing follows this mark");
    if (f.kind != kind) {
      char opener = f.kind == Open::Round ? '(' : '[';
      fail(Code::E0103, at_, 1, fmt::format("'{}' cannot close '{}'", closer, opener));
      return;
    }
    ++at_;
    frames_.pop_back();
    auto items = arena_.copy(std::span<const Sexp>(pending_).subspan(f.first));
    pending_.resize(f.first);
    complete(Sexp::list(items, file_.span(f.begin, at_ - f.begin)));
  }

  // A datum is there: it may be what a quote mark or `#;` has been waiting for.
  void complete(Sexp x) {
    while (!frames_.empty()) {
      Frame f = frames_.back();
      if (f.kind == Open::Skip) {
        frames_.pop_back();
        return;
      }
      if (f.kind != Open::Prefix) break;
      frames_.pop_back();
      Sexp pair[2] = {Sexp::symbol(f.prefix, file_.span(f.begin, 1)), x};
      x = Sexp::list(arena_.copy(std::span<const Sexp>(pair)), file_.span(f.begin, at_ - f.begin));
    }
    pending_.push_back(x);
    done_ = frames_.empty();
  }

  void read_hash() {
    char next = peek(1);
    if (next == ';') {
      push({Open::Skip, static_cast<uint32_t>(at_), static_cast<uint32_t>(pending_.size()), {}});
      at_ += 2;
      return;
    }
    if (next == '{') return read_braced_symbol();
    if (next == '(') return fail(Code::E0108, at_, 2, "vectors have no meaning here");
    if (next == '\\') return fail(Code::E0108, at_, 2, "characters have no meaning here");
    if (next == ':') return fail(Code::E0108, at_, 2, "keywords have no meaning here");
    read_token();
  }

  void read_braced_symbol() {
    size_t begin = at_, end = text_.find("}#", at_ + 2);
    if (end == std::string_view::npos)
      return fail_open(Code::E0104, begin, 2, "this symbol is not closed by '}#'");
    at_ = end + 2;
    add_symbol(text_.substr(begin + 2, end - begin - 2), begin);
  }

  void add_symbol(std::string_view name, size_t begin) {
    if (name.size() > kMaxSymbol)
      return fail(Code::E0112, begin, 32,
                  fmt::format("a symbol of {} bytes; {} are allowed", name.size(), kMaxSymbol));
    complete(Sexp::symbol(Symbol(name), file_.span(begin, at_ - begin)));
  }

  void read_token() {
    size_t begin = at_;
    while (at_ < text_.size() && !ends_token(text_[at_])) ++at_;
    std::string_view token = text_.substr(begin, at_ - begin);
    Span span = file_.span(begin, token.size());
    if (token == ".") return fail(Code::E0108, begin, 1, "a dotted pair has no meaning here");
    if (at_ == text_.size() && text_.size() < whole_.size()) return fail_encoding();
    if (token[0] == '#' && add_constant(token, span)) return;
    auto number = parse_number(token, span);
    if (auto* bad = std::get_if<BadNumber>(&number))
      return fail(Code::E0107, begin, std::min<size_t>(token.size(), 32), std::string(bad->why));
    if (auto* x = std::get_if<Sexp>(&number)) return complete(*x);
    if (token[0] == '#')
      return fail(Code::E0106, begin, std::min<size_t>(token.size(), 32),
                  fmt::format("unknown '{}'", token.substr(0, 32)));
    add_symbol(token, begin);
  }

  bool add_constant(std::string_view token, Span span) {
    if (token == "#t" || token == "#true") return complete(Sexp::boolean(true, span)), true;
    if (token == "#f" || token == "#false") return complete(Sexp::boolean(false, span)), true;
    if (token == "#nil") return complete(Sexp::list({}, span)), true;
    return false;
  }

  void read_string() {
    size_t begin = at_++;
    std::string bytes;
    for (;;) {
      size_t plain = at_;
      while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') ++at_;
      bytes.append(text_.substr(plain, at_ - plain));
      if (at_ == text_.size()) return fail_open(Code::E0104, begin, 1, "this string is not closed");
      if (text_[at_] == '"') break;
      if (!read_escape(bytes)) return;
    }
    ++at_;
    complete(Sexp::string(arena_.copy(bytes), file_.span(begin, at_ - begin)));
  }

  bool read_escape(std::string& bytes) {
    static constexpr std::string_view kFrom = "ntrabfv0\\\"", kTo("\n\t\r\a\b\f\v\0\\\"", 10);
    char c = peek(1);
    if (size_t i = kFrom.find(c); c != '\0' && i != std::string_view::npos) {
      bytes += kTo[i];
      at_ += 2;
      return true;
    }
    if (c == '\n') return at_ += 2, true;
    size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 6 : 0;
    uint32_t code = 0;
    for (size_t i = 0; i < digits; ++i) {
      char d = peek(2 + i);
      int v = d >= '0' && d <= '9'                     ? d - '0'
              : (d | 0x20) >= 'a' && (d | 0x20) <= 'f' ? (d | 0x20) - 'a' + 10
                                                       : -1;
      if (v < 0) {
        fail(Code::E0105, at_, 2 + i,
             fmt::format("'\\{}' takes exactly {} hexadecimal digits", c, digits));
        return false;
      }
      code = code * 16 + static_cast<uint32_t>(v);
    }
    if (digits == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      fail(Code::E0105, at_, 2 + digits,
           digits ? "this is not a character code" : "unknown escape in a string");
      return false;
    }
    append_utf8(bytes, code);
    at_ += 2 + digits;
    return true;
  }

  void warn_about_rest() {
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (is_blank(c)) ++at_;
      else if (c == ';') skip_line();
      else break;
    }
    if (at_ < text_.size() && text_[at_] != '#')
      diags_.warning(Code::W0111, file_.span(at_, 1), "text behind the program is ignored");
  }

  const SourceFile& file_;
  Arena& arena_;
  Diags& diags_;
  std::string_view whole_, text_;  // text_ is the readable prefix
  size_t at_ = 0;
  bool failed_ = false, done_ = false;
  std::vector<Frame> frames_;
  std::vector<Sexp> pending_;
};

}  // namespace

const Sexp* read(const SourceFile& file, Arena& arena, Diags& diags) {
  return Reader(file, arena, diags).read();
}

}  // namespace ll
