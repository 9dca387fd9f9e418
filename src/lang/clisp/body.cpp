#include "lang/clisp/body.h"

#include <fmt/format.h>

namespace ll::clisp {

Sexp BodyWriter::operation(std::string_view word, std::initializer_list<Sexp> operands, Span at) {
  std::vector<Sexp> items{symbol(word, at)};
  items.insert(items.end(), operands);
  return list(items, at);
}

Sexp BodyWriter::define(SourceType t, const Sexp& op, Span at) {
  Symbol name = names_.temporary();
  assign(name, t, op, at);
  return Sexp::symbol(name, at);
}

void BodyWriter::assign(Symbol name, SourceType t, const Sexp& op, Span at) {
  Sexp destination = list({Sexp::symbol(name, at), type(t, at)}, at);
  instruction(list({symbol("set", at), destination, op}, at));
}

bool BodyWriter::retarget(const Sexp& temporary, Symbol name) {
  if (instructions_.empty() || !temporary.is_symbol()) return false;
  Sexp& last = instructions_.back();
  if (last.size() != 3 || last[1].head() != temporary.symbol()) return false;
  const Sexp& old = last[1];
  Sexp destination = list({Sexp::symbol(name, old.span()), old[1]}, old.span());
  last = list({last[0], destination, last[2]}, last.span());
  return true;
}

// BriLisp drops what stands between a terminator and the next label unseen, with the variables
// that it would make known. A label keeps code behind a `ret` in the program.
void BodyWriter::instruction(const Sexp& x) {
  if (terminated_) label("unreachable", next_label(), x.span());
  instructions_.push_back(x);
}

Sexp BodyWriter::label_name(std::string_view word, uint32_t number, Span at) {
  return symbol(fmt::format("{}.{}", word, number), at);
}

void BodyWriter::label(std::string_view word, uint32_t number, Span at) {
  terminated_ = false;
  instructions_.push_back(operation("label", {label_name(word, number, at)}, at));
}

void BodyWriter::terminate(const Sexp& x) {
  instruction(x);
  terminated_ = true;
}

void BodyWriter::jump(std::string_view word, uint32_t number, Span at) {
  if (!terminated_) terminate(operation("jmp", {label_name(word, number, at)}, at));
}

void BodyWriter::branch(const Sexp& condition, std::string_view yes, std::string_view no,
                        uint32_t number, Span at) {
  terminate(
      operation("br", {condition, label_name(yes, number, at), label_name(no, number, at)}, at));
}

void BodyWriter::ret(Span at) { terminate(operation("ret", {}, at)); }
void BodyWriter::ret(const Sexp& value, Span at) { terminate(operation("ret", {value}, at)); }

}  // namespace ll::clisp
