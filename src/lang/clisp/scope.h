// The local variables of one function (docs/language/c-lisp.md). Scopes nest; a name means the
// innermost variable that is declared so far. Opening, closing and looking up cost O(1) per
// variable.
#pragma once
#include <optional>
#include <unordered_map>
#include <vector>

#include "lang/brilisp/type.h"
#include "support/source.h"
#include "support/symbol.h"

namespace ll::clisp {

using VariableId = Id<struct VariableTag>;

struct Variable {
  Symbol name;     // in the source
  Symbol lowered;  // in BriLisp: unique in the function
  brilisp::SourceType declared;
  // What it holds from here on in the text. It differs from `declared` at most in the address
  // space of a pointer that was assigned.
  brilisp::SourceType type;
  Span span;  // of the declaration
};

class Scopes {
 public:
  void open() { marks_.push_back(visible_.size()); }
  void close();

  VariableId declare(Variable variable);
  VariableId find(Symbol name) const;  // invalid when not visible
  // The variable of this name that the innermost scope declares already; invalid when none.
  VariableId find_in_scope(Symbol name) const;
  // A variable of this name whose scope has ended; invalid when there was none.
  VariableId find_ended(Symbol name) const;
  std::vector<Symbol> visible_names() const;

  Variable& operator[](VariableId id) { return variables_[id.index]; }
  const Variable& operator[](VariableId id) const { return variables_[id.index]; }

 private:
  struct Visible {
    VariableId variable, shadowed;
  };
  std::vector<Variable> variables_;
  std::vector<Visible> visible_;  // of all open scopes, outermost first
  std::vector<size_t> marks_;     // where each scope begins in visible_
  std::unordered_map<Symbol, VariableId> innermost_, ended_;
  std::vector<uint32_t> depths_;  // number of the scope, by variable
};

// Makes names that are unique in one function: the wanted one, else with a number behind it.
class UniqueNames {
 public:
  void reserve(Symbol name) { used_.try_emplace(name, 0); }
  Symbol make(Symbol wanted);
  Symbol temporary();  // %1, %2, …

 private:
  std::unordered_map<Symbol, uint32_t> used_;  // last number tried for a base
  uint32_t temporaries_ = 0;
};

}  // namespace ll::clisp
