#include "lang/clisp/forms.h"

#include <unordered_map>

#include "lang/clisp/function.h"

namespace ll::clisp {
namespace {

using F = FunctionLowering;

const Form kForms[] = {
#define STATEMENT(text, handler) \
  {.word = text, .form_class = FormClass::Statement, .statement = &F::handler},
#define EXPRESSION(text, handler) \
  {.word = text, .form_class = FormClass::Expression, .expression = &F::handler},
#define UNARY(text, operand) \
  {.word = text, .form_class = FormClass::Unary, .from = Kind::operand, .to = Kind::operand},
#define BINARY(text, operands, yields) \
  {.word = text,                       \
   .form_class = FormClass::Binary,    \
   .from = Kind::operands,             \
   .to = Kind::operands,               \
   .result = Result::yields},
#define CONVERSION(text, source, target, way) \
  {.word = text,                              \
   .form_class = FormClass::Conversion,       \
   .from = Kind::source,                      \
   .to = Kind::target,                        \
   .direction = Direction::way},
#include "lang/clisp/forms.def"
#undef STATEMENT
#undef EXPRESSION
#undef UNARY
#undef BINARY
#undef CONVERSION
};

}  // namespace

const Form* find_form(Symbol word) {
  static const auto* table = [] {
    auto* map = new std::unordered_map<Symbol, const Form*>;
    for (const Form& form : kForms) map->emplace(Symbol(form.word), &form);
    return map;
  }();
  auto it = table->find(word);
  return it == table->end() ? nullptr : it->second;
}

const std::vector<Symbol>& form_words() {
  static const auto* words = [] {
    auto* list = new std::vector<Symbol>;
    for (const Form& form : kForms) list->push_back(Symbol(form.word));
    return list;
  }();
  return *words;
}

std::string_view kind_plural(Kind kind) {
  switch (kind) {
    case Kind::Integer:
      return "integers";
    case Kind::Float:
      return "floating-point numbers";
    case Kind::Bool:
      return "bool";
    case Kind::Pointer:
      return "pointers";
  }
  return "";
}

}  // namespace ll::clisp
