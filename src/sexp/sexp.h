// S-expressions: the text that all languages share.
//
// `read` turns the first datum of a source file into a tree of `Sexp` nodes in an arena, each
// with its span. A list's items lie side by side in memory, so walking a program is walking
// arrays. Reading, printing and walking never recurse on the input: depth is bounded by
// kMaxDepth with a diagnostic, so that consumers may recurse.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "support/arena.h"
#include "support/diag.h"
#include "support/source.h"
#include "support/symbol.h"

namespace ll {

enum class SexpKind : uint8_t { List, Symbol, Int, Float, Bool, String };

// Nesting of lists that the reader accepts. Consumers that recurse on lists rely on it.
inline constexpr uint32_t kMaxDepth = 1000;
// Longest number and longest symbol, in bytes.
inline constexpr uint32_t kMaxNumber = 4096, kMaxSymbol = 1 << 16;

class Sexp {
 public:
  SexpKind kind() const { return kind_; }
  Span span() const { return span_; }

  bool is_list() const { return kind_ == SexpKind::List; }
  bool is_symbol() const { return kind_ == SexpKind::Symbol; }
  bool is_symbol(Symbol s) const { return is_symbol() && symbol() == s; }
  bool is_int() const { return kind_ == SexpKind::Int; }
  bool is_float() const { return kind_ == SexpKind::Float; }
  bool is_bool() const { return kind_ == SexpKind::Bool; }
  bool is_string() const { return kind_ == SexpKind::String; }

  // Lists. `size` is 0 and `items` empty for everything else, so patterns need no kind test.
  uint32_t size() const { return is_list() ? count_ : 0; }
  std::span<const Sexp> items() const { return {is_list() ? items_ : nullptr, size()}; }
  const Sexp& operator[](uint32_t i) const { return items_[i]; }
  // The symbol at the head of a list; the empty symbol when there is none.
  Symbol head() const {
    return size() > 0 && items_[0].is_symbol() ? items_[0].symbol() : Symbol();
  }

  Symbol symbol() const { return Symbol::from_id(count_); }
  double real() const { return real_; }
  bool boolean() const { return integer_ != 0; }
  std::string_view string() const { return {chars_, count_}; }  // unescaped bytes

  // Integers have any number of digits: the value modulo 2^64, and whether that is all of it
  // (as a signed 64-bit number). `digits` is the text of a big one.
  int64_t integer() const { return integer_; }
  bool is_big() const { return big_; }
  std::string_view digits() const { return Symbol::from_id(count_).str(); }

  static Sexp list(std::span<const Sexp> items, Span span);  // items must outlive it
  static Sexp symbol(Symbol s, Span span);
  static Sexp integer(int64_t value, Span span);
  static Sexp big_integer(uint64_t modulo, std::string_view digits, Span span);
  static Sexp real(double value, Span span);
  static Sexp boolean(bool value, Span span);
  static Sexp string(std::string_view bytes, Span span);  // bytes must outlive it

 private:
  SexpKind kind_ = SexpKind::List;
  bool big_ = false;
  uint32_t count_ = 0;  // items, bytes or symbol id
  Span span_;
  union {
    const Sexp* items_ = nullptr;
    int64_t integer_;
    double real_;
    const char* chars_;
  };
};
static_assert(sizeof(Sexp) == 24 && std::is_trivially_copyable_v<Sexp>);

// Reads the first datum of `file` (docs/language/sexp.md). Null after an error, which is in
// `diags`. Text behind the first datum is not looked at, except for a warning.
const Sexp* read(const SourceFile& file, Arena& arena, Diags& diags);

// The bytes of a string literal: a string, or the list (string x) with a string or symbol x.
std::optional<std::string_view> string_literal(const Sexp& x);

// One line of text that reads back to an equal datum.
std::string print(const Sexp& x);
// The same over several lines of at most `width` columns, two spaces per level.
std::string print_pretty(const Sexp& x, unsigned width = 100);

// Equal kind and content; spans do not count, numbers of one kind compare by value.
bool equal(const Sexp& a, const Sexp& b);

// The JSON form: lists are arrays, symbols strings, strings ["string", text], the symbol null is
// null. `file` holds one JSON value; every node of the result carries the whole file's span.
std::string to_json(const Sexp& x);
const Sexp* from_json(const SourceFile& file, Arena& arena, Diags& diags);

// Makes lists in an arena; what a language uses to write the level below it.
class SexpBuilder {
 public:
  explicit SexpBuilder(Arena& arena) : arena_(arena) {}
  Sexp list(std::span<const Sexp> items, Span span) { return Sexp::list(arena_.copy(items), span); }
  Sexp list(std::initializer_list<Sexp> items, Span span) {
    return list(std::span<const Sexp>(items.begin(), items.size()), span);
  }
  Sexp symbol(std::string_view text, Span span) { return Sexp::symbol(Symbol(text), span); }
  Sexp string(std::string_view bytes, Span span) { return Sexp::string(arena_.copy(bytes), span); }
  Arena& arena() { return arena_; }

 private:
  Arena& arena_;
};

}  // namespace ll
