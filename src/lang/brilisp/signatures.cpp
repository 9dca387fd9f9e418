#include "lang/brilisp/signatures.h"

namespace ll::brilisp {
namespace {

struct SignatureWords {
  Symbol brilisp{"brilisp"}, define_struct{"define-struct"}, define_string{"define-string"},
      define_global{"define-global"}, define_shared{"define-shared"}, addrspace{"addrspace"};
};
const SignatureWords& signature_words() {
  static const SignatureWords w;
  return w;
}

struct PreludeRow {
  const char *name, *type;
  bool is_pointer;
};
// language/host.md §2: each takes one value, prints it and returns it.
constexpr PreludeRow kPrelude[] = {{"print", "int", false},
                                   {"int64_print", "int64", false},
                                   {"fprint", "float", false},
                                   {"dprint", "double", false},
                                   {"ptr_print", "int", true}};

}  // namespace

bool is_define(Symbol head) {
  std::string_view text = head.str();
  return text == "define" || text.starts_with("define-");
}

bool has_attribute(Symbol head, std::string_view word) {
  std::string_view rest = head.str();
  for (size_t dash = rest.find('-'); dash != std::string_view::npos; dash = rest.find('-')) {
    rest.remove_prefix(dash + 1);
    if (rest.substr(0, rest.find('-')) == word) return true;
  }
  return false;
}

std::optional<Prototype> read_prototype(const Sexp& item) {
  auto is_pair = [](const Sexp& x) { return x.size() == 2 && x[0].is_symbol(); };
  if (item.size() == 0 || !is_pair(item[0])) return std::nullopt;
  Prototype p{
      .name = item[0][0].symbol(), .ret = item[0][1], .params = {}, .span = item[0][0].span()};
  for (const Sexp& param : item.items().subspan(1)) {
    if (!is_pair(param)) return std::nullopt;
    p.params.push_back({param[0].symbol(), param[1], param.span()});
  }
  return p;
}

Signatures::Signatures() {
  SexpBuilder b(arena_);
  for (const PreludeRow& row : kPrelude) {
    Sexp type = b.symbol(row.type, {});
    if (row.is_pointer) type = b.list({b.symbol("ptr", {}), type}, {});
    Prototype p{.name = Symbol(row.name), .ret = type, .params = {}, .span = {}};
    p.params.push_back({Symbol("value"), type, {}});
    prelude_.push_back(std::move(p));
    prelude_by_name_[Symbol(row.name)] = &prelude_.back();
  }
}

void Signatures::collect(const Sexp& form) {
  bool is_brilisp = form.head() == signature_words().brilisp;
  for (const Sexp& item : form.items().subspan(form.size() > 0 ? 1 : 0))
    if (is_define(item.head())) collect_item(item, is_brilisp);
}

void Signatures::collect_item(const Sexp& item, bool is_brilisp) {
  const SignatureWords& w = signature_words();
  Symbol head = item.head();
  if (head == w.define_string) return;
  if (head == w.define_struct) return collect_struct(item, is_brilisp);
  if (head == w.define_shared) return collect_shared(item);
  if (item.size() < 2) return;
  if (head == w.define_global) {
    const Sexp& pair = item[1];
    if (pair.size() != 2 || !pair[0].is_symbol()) return;
    GlobalSignature g{
        .name = pair[0].symbol(), .type = pair[1], .space = {}, .span = pair[0].span()};
    if (item.size() > 2 && item[2].head() == w.addrspace) g.has_space = true, g.space = item[2];
    globals_.push_back(g);
    global_by_name_.try_emplace(g.name, &globals_.back());
    return;
  }
  std::optional<Prototype> p = read_prototype(item[1]);
  if (!p) return;
  p->has_body = item.size() > 2;
  p->is_kernel = has_attribute(head, "kernel");
  functions_.push_back(std::move(*p));
  const Prototype*& known = function_by_name_[functions_.back().name];
  if (!known || (!known->has_body && functions_.back().has_body)) known = &functions_.back();
}

void Signatures::collect_struct(const Sexp& item, bool is_brilisp) {
  if (item.size() < 2 || !item[1].is_symbol()) return;
  StructSignature s{.name = item[1].symbol(), .fields = {}, .span = item[1].span()};
  if (is_brilisp) {
    if (item.size() != 3 || !item[2].is_list()) return;
    for (const Sexp& type : item[2].items()) s.fields.push_back({{}, type, type.span()});
  } else {
    for (const Sexp& field : item.items().subspan(2)) {
      if (field.size() != 2 || !field[0].is_symbol()) return;
      s.fields.push_back({field[0].symbol(), field[1], field.span()});
    }
  }
  structures_.push_back(std::move(s));
  struct_by_name_.try_emplace(structures_.back().name, &structures_.back());
}

// (define-shared name [N type]) is a global array in address space 3.
void Signatures::collect_shared(const Sexp& item) {
  if (item.size() != 3 || !item[1].is_symbol() || item[2].size() != 2) return;
  SexpBuilder b(arena_);
  Span at = item[2].span();
  GlobalSignature g{
      .name = item[1].symbol(), .type = {}, .has_space = true, .space = {}, .span = item[1].span()};
  g.type = b.list({b.symbol("arr", at), item[2][0], item[2][1]}, at);
  g.space = b.list({b.symbol("addrspace", at), Sexp::integer(3, at)}, at);
  globals_.push_back(g);
  global_by_name_.try_emplace(g.name, &globals_.back());
}

const Prototype* Signatures::function(Symbol name) const {
  auto found = function_by_name_.find(name);
  return found == function_by_name_.end() ? prelude(name) : found->second;
}

const Prototype* Signatures::prelude(Symbol name) const {
  auto found = prelude_by_name_.find(name);
  return found == prelude_by_name_.end() ? nullptr : found->second;
}

const GlobalSignature* Signatures::global(Symbol name) const {
  auto found = global_by_name_.find(name);
  return found == global_by_name_.end() ? nullptr : found->second;
}

const StructSignature* Signatures::structure(Symbol name) const {
  auto found = struct_by_name_.find(name);
  return found == struct_by_name_.end() ? nullptr : found->second;
}

void Signatures::declare_structs(SourceTypes& types) const {
  for (const StructSignature& s : structures_) types.declare_struct(s.name, s.span);
  SourceMap no_sources;
  Diags ignored(no_sources);
  for (auto& [name, s] : struct_by_name_) {
    std::vector<SourceType> fields;
    for (const Parameter& f : s->fields) fields.push_back(types.parse(f.type, ignored));
    types.set_fields(types.find_struct(name), std::move(fields));
  }
}

}  // namespace ll::brilisp
