// The words of the language (forms.def) as a table that bodies are dispatched through.
#pragma once
#include <vector>

#include "sexp/sexp.h"

namespace ll::clisp {

class FunctionLowering;
struct Operand;
struct Form;

enum class FormClass : uint8_t { Statement, Expression, Unary, Binary, Conversion };
enum class Kind : uint8_t { Integer, Float, Bool, Pointer };
enum class Result : uint8_t { Same, Boolean };
enum class Direction : uint8_t { Any, Wider, Narrower };
// Whether somebody looks at an expression's value.
enum class Use : uint8_t { Value, Dropped };

using StatementHandler = void (FunctionLowering::*)(const Sexp&);
using ExpressionHandler = Operand (FunctionLowering::*)(const Sexp&, Use);

struct Form {
  std::string_view word = {};
  FormClass form_class = FormClass::Statement;
  StatementHandler statement = nullptr;
  ExpressionHandler expression = nullptr;
  Kind from = Kind::Integer, to = Kind::Integer;  // of operands; of a conversion's result
  Result result = Result::Same;
  Direction direction = Direction::Any;
};

// Null when the word is none of the language.
const Form* find_form(Symbol word);
const std::vector<Symbol>& form_words();
// "integers", as in "add takes integers".
std::string_view kind_plural(Kind kind);

}  // namespace ll::clisp
