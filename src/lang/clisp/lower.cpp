// The items of a C-Lisp program (docs/language/c-lisp.md), in textual order.
#include "lang/clisp/lower.h"

#include <fmt/format.h>

#include <unordered_set>

#include "lang/clisp/function.h"
#include "lang/clisp/initializer.h"

namespace ll::clisp {
namespace {

class ProgramLowering {
 public:
  ProgramLowering(const Sexp& form, Context& context, Diags& diags)
      : context_(context),
        types_(context.types),
        diags_(diags),
        build_(context.arena),
        environment_(form, context, diags) {}

  Sexp program(const Sexp& form) {
    items_.push_back(build_.symbol("brilisp", form[0].span()));
    for (const Sexp& item : form.items().subspan(1)) lower_item(item);
    return build_.list(items_, form.span());
  }

 private:
  void lower_item(const Sexp& item) {
    static const Symbol kDefineStruct{"define-struct"}, kDefineGlobal{"define-global"};
    if (!brilisp::is_define(item.head())) {
      diags_.error(Code::E0401, item.span(), "expected a definition at the top level of a program")
          .suggest(
              "definitions are define, define-inline, define-brilisp, define-struct and "
              "define-global");
    } else if (item.head() == kDefineStruct) {
      lower_struct(item);
    } else if (item.head() == kDefineGlobal) {
      lower_global(item);
    } else if (check_attributes(item)) {
      lower_function(item);
    }
  }

  bool check_attributes(const Sexp& item);
  void lower_struct(const Sexp& item);
  void lower_global(const Sexp& item);
  void lower_function(const Sexp& item);
  std::optional<FunctionSignature> signature(const Sexp& prototype, bool has_body);
  bool check_redefinition(const FunctionSignature& f);
  Sexp lower_body(const Sexp& item, const FunctionSignature& f);

  Context& context_;
  SourceTypes& types_;
  Diags& diags_;
  SexpBuilder build_;
  Environment environment_;
  std::vector<Sexp> items_;  // of the brilisp form so far
};

// define, then words between dashes: inline, brilisp, kernel.
bool ProgramLowering::check_attributes(const Sexp& item) {
  std::string_view words = item.head().str().substr(std::string_view("define").size());
  while (!words.empty()) {
    words.remove_prefix(1);
    std::string_view word = words.substr(0, words.find('-'));
    if (word != "inline" && word != "brilisp" && word != "kernel") {
      diags_
          .error(Code::E0402, item[0].span(), fmt::format("unknown function attribute '{}'", word))
          .suggest(word == "string" ? "string literals are expressions: \"text\""
                                    : "the attributes are inline and brilisp");
      return false;
    }
    words.remove_prefix(word.size());
  }
  return true;
}

// --- structs and globals -----------------------------------------------------------------------

// (define-struct name (field type) …)  ->  (define-struct name (type …))
void ProgramLowering::lower_struct(const Sexp& item) {
  if (item.size() < 2 || !item[1].is_symbol()) {
    diags_.error(Code::E0442, item.span(), "bad struct definition: expected a name and fields")
        .suggest("write (define-struct name (field type) …)");
    return;
  }
  Symbol name = item[1].symbol();
  StructType structure{types_.find_struct(name), {}, item[1].span()};
  std::vector<Sexp> types;
  std::unordered_set<Symbol> names;
  for (const Sexp& field : item.items().subspan(2)) {
    if (field.size() != 2 || !field[0].is_symbol()) {
      diags_
          .error(Code::E0442, field.span(),
                 fmt::format("bad field {} of struct '{}'", print(field), name.str()))
          .suggest("a field is written (name type)");
      return;
    }
    if (!names.insert(field[0].symbol()).second)
      diags_.error(
          Code::E0442, field[0].span(),
          fmt::format("struct '{}' has two fields '{}'", name.str(), field[0].symbol().str()));
    types_.parse(field[1], diags_);
    types.push_back(field[1]);
    structure.fields.push_back(field[0].symbol());
  }
  if (const StructType* known = environment_.structs.find(name)) {
    diags_
        .error(Code::E0440, item[1].span(), fmt::format("struct '{}' is defined twice", name.str()))
        .note(known->span, "the first definition is here");
    return;
  }
  environment_.structs.define(name, std::move(structure));
  Sexp fields = build_.list(types, item.span());
  items_.push_back(build_.list({item[0], item[1], fields}, item.span()));
}

void ProgramLowering::lower_global(const Sexp& item) {
  if (item.size() < 2 || item.size() > 3 || item[1].size() != 2 || !item[1][0].is_symbol()) {
    diags_
        .error(Code::E0404, item.span(),
               "bad global definition: expected (name type) and at most "
               "one initialiser")
        .suggest("write (define-global (name type) (const 1))");
    return;
  }
  Symbol name = item[1][0].symbol();
  GlobalVariable global{types_.parse(item[1][1], diags_), Space::Generic, item[1][0].span()};
  if (global.type && item.size() == 3) {
    std::optional<Space> space =
        check_initializer(item[2], global.type, environment_, types_, diags_);
    if (space) global.space = *space;
  }
  if (const GlobalVariable* known = environment_.globals.find(name)) {
    diags_
        .error(Code::E0440, item[1][0].span(),
               fmt::format("global '{}' is defined twice", name.str()))
        .note(known->span, "the first definition is here");
    return;
  }
  environment_.globals.define(name, global);
  items_.push_back(item);
}

// --- functions ---------------------------------------------------------------------------------

std::optional<FunctionSignature> ProgramLowering::signature(const Sexp& prototype, bool has_body) {
  auto is_pair = [](const Sexp& x) { return x.size() == 2 && x[0].is_symbol(); };
  const Sexp* bad = prototype.size() == 0 ? &prototype : nullptr;
  for (const Sexp& part : prototype.items())
    if (!bad && !is_pair(part)) bad = &part;
  if (bad) {
    diags_
        .error(Code::E0403, bad->span(),
               fmt::format("bad function prototype: {} is not a name and a type", print(*bad)))
        .suggest("write (define ((name type) (argument type) …) …)");
    return std::nullopt;
  }
  FunctionSignature f{prototype[0][0].symbol(),
                      types_.parse_result(prototype[0][1], diags_),
                      {},
                      prototype[0][0].span(),
                      has_body};
  for (const Sexp& param : prototype.items().subspan(1)) {
    f.params.push_back(types_.parse(param[1], diags_));
    if (!f.params.back()) f.ret = {};
  }
  return f;
}

bool ProgramLowering::check_redefinition(const FunctionSignature& f) {
  const FunctionSignature* known = environment_.functions.find(f.name);
  if (!known || !known->has_body || !f.has_body || known->span == f.span) return true;
  diags_.error(Code::E0440, f.span, fmt::format("function '{}' is defined twice", f.name.str()))
      .note(known->span, "the first definition is here");
  return false;
}

void ProgramLowering::lower_function(const Sexp& item) {
  if (item.size() < 2) {
    diags_.error(Code::E0403, item.span(), "bad function prototype: there is none")
        .suggest("write (define ((name type) (argument type) …) …)");
    return;
  }
  bool has_body = item.size() > 2;
  std::optional<FunctionSignature> f = signature(item[1], has_body);
  if (!f) return;
  bool is_first = check_redefinition(*f);
  if (is_first) {
    // A definition stays known when a declaration follows it.
    FunctionSignature visible = *f;
    if (const FunctionSignature* known = environment_.functions.find(f->name);
        known && known->has_body)
      visible.has_body = true, visible.span = known->span;
    environment_.functions.define(f->name, std::move(visible));
  }
  Sexp lowered = has_body ? lower_body(item, *f) : item;
  if (is_first) items_.push_back(lowered);
}

Sexp ProgramLowering::lower_body(const Sexp& item, const FunctionSignature& f) {
  if (brilisp::has_attribute(item.head(), "brilisp")) return item;
  FunctionLowering function(context_, environment_, diags_);
  std::vector<Sexp> prototype{item[1][0]};
  for (size_t i = 0; i < f.params.size(); ++i) {
    const Sexp& param = item[1][i + 1];
    Symbol name = function.declare_parameter({param[0].symbol(), f.params[i], param[0].span()});
    prototype.push_back(build_.list({Sexp::symbol(name, param[0].span()), param[1]}, param.span()));
  }
  const std::vector<Sexp>& body =
      function.body(f.name, f.ret, item.items().subspan(2), item.span());
  std::vector<Sexp> parts{item[0], build_.list(prototype, item[1].span())};
  parts.insert(parts.end(), body.begin(), body.end());
  items_.insert(items_.end(), function.strings().begin(), function.strings().end());
  return build_.list(parts, item.span());
}

}  // namespace

std::optional<Sexp> lower(const Sexp& form, Context& context, Diags& diags) {
  static const Symbol kHead{"c-lisp"};
  if (form.head() != kHead) {
    diags.error(Code::E0400, form.span(), "not a C-Lisp program: expected (c-lisp definition …)");
    return std::nullopt;
  }
  size_t before = diags.error_count();
  Sexp lowered = ProgramLowering(form, context, diags).program(form);
  if (diags.error_count() != before) return std::nullopt;
  return lowered;
}

}  // namespace ll::clisp
