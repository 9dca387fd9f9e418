// Writes the BriLisp instructions of one function body. Values that have no name in the source
// get temporaries (%1, %2, …), each assigned once.
#pragma once
#include <initializer_list>
#include <vector>

#include "lang/clisp/environment.h"
#include "lang/clisp/scope.h"

namespace ll::clisp {

class BodyWriter {
 public:
  BodyWriter(Context& context, UniqueNames& names)
      : types_(context.types), build_(context.arena), names_(names) {}

  Sexp symbol(std::string_view text, Span at) { return build_.symbol(text, at); }
  Sexp list(std::span<const Sexp> items, Span at) { return build_.list(items, at); }
  Sexp list(std::initializer_list<Sexp> items, Span at) { return build_.list(items, at); }
  Sexp type(SourceType t, Span at) { return types_.form(t, build_, at); }
  // (word operand …)
  Sexp operation(std::string_view word, std::initializer_list<Sexp> operands, Span at);
  Sexp undefined(Span at) { return operation("const", {symbol("null", at)}, at); }

  // (set (%n type) operation); the temporary's name.
  Sexp define(SourceType type, const Sexp& operation, Span at);
  // (set (name type) operation)
  void assign(Symbol name, SourceType type, const Sexp& operation, Span at);
  // Lets the instruction that made `temporary` assign `name` instead, when it is the last one.
  // Nobody else may know the temporary.
  bool retarget(const Sexp& temporary, Symbol name);
  void instruction(const Sexp& x);

  // Labels. A number belongs to one statement: (label loop.3).
  uint32_t next_label() { return ++labels_; }
  void label(std::string_view word, uint32_t number, Span at);
  void jump(std::string_view word, uint32_t number, Span at);
  void branch(const Sexp& condition, std::string_view yes, std::string_view no, uint32_t number,
              Span at);
  void ret(Span at);
  void ret(const Sexp& value, Span at);
  bool is_terminated() const { return terminated_; }

  const std::vector<Sexp>& instructions() const { return instructions_; }

 private:
  Sexp label_name(std::string_view word, uint32_t number, Span at);
  void terminate(const Sexp& x);

  SourceTypes& types_;
  SexpBuilder build_;
  UniqueNames& names_;
  std::vector<Sexp> instructions_;
  uint32_t labels_ = 0;
  bool terminated_ = false;
};

}  // namespace ll::clisp
