// What a body can see outside of itself: functions, globals and structs. Names of the form at
// work become visible as its items are met in the text; names of other forms, and the host
// prelude's, are there from the start.
#pragma once
#include <optional>
#include <unordered_map>
#include <vector>

#include "lang/clisp/lower.h"

namespace ll::clisp {

using brilisp::SourceType;
using brilisp::SourceTypes;

struct FunctionSignature {
  Symbol name;
  SourceType ret;  // invalid: its prototype is wrong
  std::vector<SourceType> params;
  Span span;  // of the name
  bool has_body = false;
};

struct GlobalVariable {
  SourceType type;  // of the object
  Space space = Space::Generic;
  Span span;
};

struct StructType {
  SourceType type;
  std::vector<Symbol> fields;  // empty names: a BriLisp struct
  Span span;
};

template <class Entity>
class NameSpace {
 public:
  // A name that the form at work will define later.
  void announce(Symbol name, Span span) { later_.try_emplace(name, span); }
  Entity& define(Symbol name, Entity entity) { return known_[name] = std::move(entity); }
  const Entity* find(Symbol name) const {
    auto it = known_.find(name);
    return it == known_.end() ? nullptr : &it->second;
  }
  // Where the form at work defines the name, further on in the text.
  std::optional<Span> later(Symbol name) const {
    auto it = later_.find(name);
    if (known_.contains(name) || it == later_.end()) return std::nullopt;
    return it->second;
  }
  std::vector<Symbol> names() const {
    std::vector<Symbol> names;
    for (auto& [name, entity] : known_) names.push_back(name);
    return names;
  }

 private:
  std::unordered_map<Symbol, Entity> known_;
  std::unordered_map<Symbol, Span> later_;
};

class Environment {
 public:
  Environment(const Sexp& form, Context& context, Diags& diags);

  // Null when the name is not visible here.
  const FunctionSignature* function(Symbol name);
  const GlobalVariable* global(Symbol name);
  const StructType* structure(Symbol name);

  NameSpace<FunctionSignature> functions;
  NameSpace<GlobalVariable> globals;
  NameSpace<StructType> structs;

 private:
  Context& context_;
  Diags silent_;  // other forms report their own errors
};

}  // namespace ll::clisp
