#include "lang/clisp/environment.h"

namespace ll::clisp {

using brilisp::Prototype;

Environment::Environment(const Sexp& form, Context& context, Diags& diags)
    : context_(context), silent_(diags.sources()) {
  static const Symbol kDefineStruct{"define-struct"}, kDefineGlobal{"define-global"};
  for (const Sexp& item : form.items().subspan(1)) {
    if (item.size() < 2 || !brilisp::is_define(item.head())) continue;
    if (item.head() == kDefineStruct) {
      if (item[1].is_symbol()) structs.announce(item[1].symbol(), item[1].span());
    } else if (item.head() == kDefineGlobal) {
      if (item[1].head()) globals.announce(item[1].head(), item[1][0].span());
    } else if (item[1].size() > 0 && item[1][0].head()) {
      functions.announce(item[1][0].head(), item[1][0][0].span());
    }
  }
}

const FunctionSignature* Environment::function(Symbol name) {
  if (auto* known = functions.find(name)) return known;
  if (functions.later(name)) return nullptr;
  const Prototype* p = context_.signatures.function(name);
  if (!p) return nullptr;
  FunctionSignature f{name, context_.types.parse_result(p->ret, silent_), {}, p->span, p->has_body};
  for (const brilisp::Parameter& param : p->params) {
    f.params.push_back(context_.types.parse(param.type, silent_));
    if (!f.params.back()) f.ret = {};
  }
  return &functions.define(name, std::move(f));
}

const GlobalVariable* Environment::global(Symbol name) {
  if (auto* known = globals.find(name)) return known;
  if (globals.later(name)) return nullptr;
  const brilisp::GlobalSignature* g = context_.signatures.global(name);
  if (!g) return nullptr;
  GlobalVariable variable{context_.types.parse(g->type, silent_), Space::Generic, g->span};
  if (g->has_space) {
    if (auto space = brilisp::parse_space(g->space, silent_)) variable.space = *space;
  }
  return &globals.define(name, variable);
}

const StructType* Environment::structure(Symbol name) {
  if (auto* known = structs.find(name)) return known;
  if (structs.later(name)) return nullptr;
  const brilisp::StructSignature* s = context_.signatures.structure(name);
  if (!s) return nullptr;
  StructType structure{context_.types.find_struct(name), {}, s->span};
  for (const brilisp::Parameter& field : s->fields) structure.fields.push_back(field.name);
  return &structs.define(name, std::move(structure));
}

}  // namespace ll::clisp
