#include "sexp/sexp.h"

#include <bit>
#include <vector>

namespace ll {

Sexp Sexp::list(std::span<const Sexp> items, Span span) {
  Sexp x;
  x.kind_ = SexpKind::List;
  x.count_ = static_cast<uint32_t>(items.size());
  x.span_ = span;
  x.items_ = items.data();
  return x;
}

Sexp Sexp::symbol(Symbol s, Span span) {
  Sexp x;
  x.kind_ = SexpKind::Symbol;
  x.count_ = s.id();
  x.span_ = span;
  return x;
}

Sexp Sexp::integer(int64_t value, Span span) {
  Sexp x;
  x.kind_ = SexpKind::Int;
  x.span_ = span;
  x.integer_ = value;
  return x;
}

Sexp Sexp::big_integer(uint64_t modulo, std::string_view digits, Span span) {
  Sexp x = integer(static_cast<int64_t>(modulo), span);
  x.big_ = true;
  x.count_ = Symbol(digits).id();
  return x;
}

Sexp Sexp::real(double value, Span span) {
  Sexp x;
  x.kind_ = SexpKind::Float;
  x.span_ = span;
  x.real_ = value;
  return x;
}

Sexp Sexp::boolean(bool value, Span span) {
  Sexp x = integer(value, span);
  x.kind_ = SexpKind::Bool;
  return x;
}

Sexp Sexp::string(std::string_view bytes, Span span) {
  Sexp x;
  x.kind_ = SexpKind::String;
  x.count_ = static_cast<uint32_t>(bytes.size());
  x.span_ = span;
  x.chars_ = bytes.data();
  return x;
}

std::optional<std::string_view> string_literal(const Sexp& x) {
  static const Symbol kString("string");
  if (x.is_string()) return x.string();
  if (x.size() != 2 || x.head() != kString) return std::nullopt;
  if (x[1].is_string()) return x[1].string();
  if (x[1].is_symbol()) return x[1].symbol().str();
  return std::nullopt;
}

namespace {

bool equal_leaf(const Sexp& a, const Sexp& b) {
  switch (a.kind()) {
    case SexpKind::List:
      return a.size() == b.size();
    case SexpKind::Symbol:
      return a.symbol() == b.symbol();
    case SexpKind::Int:
      return a.integer() == b.integer() && a.is_big() == b.is_big() &&
             (!a.is_big() || a.digits() == b.digits());
    case SexpKind::Float:
      return std::bit_cast<uint64_t>(a.real()) == std::bit_cast<uint64_t>(b.real()) ||
             a.real() == b.real();
    case SexpKind::Bool:
      return a.boolean() == b.boolean();
    case SexpKind::String:
      return a.string() == b.string();
  }
  return false;
}

}  // namespace

bool equal(const Sexp& a, const Sexp& b) {
  std::vector<std::pair<const Sexp*, const Sexp*>> todo{{&a, &b}};
  while (!todo.empty()) {
    auto [x, y] = todo.back();
    todo.pop_back();
    if (x->kind() != y->kind() || !equal_leaf(*x, *y)) return false;
    for (uint32_t i = 0; i < x->size(); ++i) todo.emplace_back(&(*x)[i], &(*y)[i]);
  }
  return true;
}

}  // namespace ll
