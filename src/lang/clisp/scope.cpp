#include "lang/clisp/scope.h"

#include <fmt/format.h>

namespace ll::clisp {
namespace {

VariableId lookup(const std::unordered_map<Symbol, VariableId>& map, Symbol name) {
  auto it = map.find(name);
  return it == map.end() ? VariableId() : it->second;
}

}  // namespace

void Scopes::close() {
  for (size_t mark = marks_.back(); visible_.size() > mark; visible_.pop_back()) {
    auto [variable, shadowed] = visible_.back();
    Symbol name = (*this)[variable].name;
    innermost_[name] = shadowed;
    ended_[name] = variable;
  }
  marks_.pop_back();
}

VariableId Scopes::declare(Variable variable) {
  VariableId id(static_cast<uint32_t>(variables_.size()));
  VariableId& innermost = innermost_[variable.name];
  visible_.push_back({id, innermost});
  innermost = id;
  depths_.push_back(static_cast<uint32_t>(marks_.size()));
  variables_.push_back(std::move(variable));
  return id;
}

VariableId Scopes::find(Symbol name) const { return lookup(innermost_, name); }
VariableId Scopes::find_ended(Symbol name) const { return lookup(ended_, name); }

VariableId Scopes::find_in_scope(Symbol name) const {
  VariableId id = find(name);
  return id && depths_[id.index] == marks_.size() ? id : VariableId();
}

std::vector<Symbol> Scopes::visible_names() const {
  std::vector<Symbol> names;
  for (const Visible& v : visible_) names.push_back((*this)[v.variable].name);
  return names;
}

Symbol UniqueNames::make(Symbol wanted) {
  if (used_.try_emplace(wanted, 0).second) return wanted;
  for (;;) {
    Symbol numbered(fmt::format("{}.{}", wanted.str(), ++used_[wanted]));
    if (used_.try_emplace(numbered, 0).second) return numbered;
  }
}

Symbol UniqueNames::temporary() {
  for (;;) {
    Symbol name(fmt::format("%{}", ++temporaries_));
    if (used_.try_emplace(name, 0).second) return name;
  }
}

}  // namespace ll::clisp
