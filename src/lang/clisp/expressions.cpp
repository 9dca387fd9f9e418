// Expressions (docs/language/c-lisp.md): leaves, assignment, calls, and what all handlers share.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lang/brilisp/spelling.h"
#include "lang/clisp/function.h"
#include "support/check.h"

namespace ll::clisp {

Operand FunctionLowering::expression(const Sexp& x, Use use) {
  if (!x.is_list()) return literal(x);
  const Form* form = x.size() > 0 ? find_form(x.head()) : nullptr;
  if (!form) return unknown_form(x);
  switch (form->form_class) {
    case FormClass::Statement:
      error(Code::E0412, x.span(), fmt::format("bad expression: {} is a statement", form->word));
      return failed();
    case FormClass::Expression:
      return (this->*form->expression)(x, use);
    case FormClass::Unary:
      return unary(x, *form);
    case FormClass::Binary:
      return binary(x, *form);
    case FormClass::Conversion:
      return conversion(x, *form);
  }
  LL_UNREACHABLE("form class");
}

Operand FunctionLowering::value(const Sexp& x) {
  Operand v = expression(x);
  if (!valid(v) || type(v) != SourceTypes::kVoid) return v;
  error(Code::E0420, x.span(), fmt::format("{} has no value", print(x[0])))
      .note({}, "its type is void: it can only be a statement");
  return failed();
}

std::vector<Operand> FunctionLowering::values(std::span<const Sexp> list) {
  std::vector<Operand> operands;
  operands.reserve(list.size());
  for (const Sexp& x : list) operands.push_back(value(x));
  return operands;
}

bool FunctionLowering::all_valid(std::span<const Operand> operands) {
  for (const Operand& o : operands)
    if (!valid(o)) return false;
  return true;
}

Sexp FunctionLowering::read(const Operand& o) {
  return o.variable ? Sexp::symbol(scopes_[o.variable].lowered, o.span) : o.value;
}

Operand FunctionLowering::result(SourceType t, const Sexp& operation, Span at) {
  if (!t) return failed();  // a struct's field of a wrong type
  return {t, out_.define(t, operation, at), {}, at};
}

Operand FunctionLowering::snapshot(const Operand& o) {
  return o.variable ? result(type(o), out_.operation("id", {read(o)}, o.span), o.span) : o;
}

bool FunctionLowering::is(SourceType t, Kind kind) const {
  switch (kind) {
    case Kind::Integer:
      return SourceTypes::is_int(t);
    case Kind::Float:
      return SourceTypes::is_float(t);
    case Kind::Bool:
      return t == SourceTypes::kBool;
    case Kind::Pointer:
      return types_.is_pointer(t);
  }
  return false;
}

bool FunctionLowering::is(const Operand& o, Kind kind) const { return is(type(o), kind); }

Operand FunctionLowering::literal(const Sexp& x) {
  switch (x.kind()) {
    case SexpKind::Int:
      return {SourceTypes::kInt,
              Sexp::integer(static_cast<int32_t>(x.integer()), x.span()),
              {},
              x.span()};
    case SexpKind::Float:
      return {SourceTypes::kFloat, x, {}, x.span()};
    case SexpKind::Bool:
      return {SourceTypes::kBool, x, {}, x.span()};
    case SexpKind::String:
      return string_literal(x);
    case SexpKind::Symbol:
      return name(x);
    case SexpKind::List:
      break;
  }
  LL_UNREACHABLE("a list is no literal");
}

Operand FunctionLowering::string_literal(const Sexp& x) {
  auto [it, is_new] = context_.strings.try_emplace(std::string(x.string()));
  if (is_new) {
    it->second = Symbol(fmt::format("string.{}", context_.strings.size()));
    strings_.push_back(
        out_.operation("define-string", {Sexp::symbol(it->second, x.span()), x}, x.span()));
  }
  SourceType type = types_.pointer(SourceTypes::kInt8);
  return result(type, out_.operation("string-ref", {Sexp::symbol(it->second, x.span())}, x.span()),
                x.span());
}

Operand FunctionLowering::malformed_string(const Sexp& x, Use) {
  error(Code::E0435, x.span(), "invalid string literal: expected (string \"text\")");
  return failed();
}

Operand FunctionLowering::name(const Sexp& x) {
  if (VariableId id = scopes_.find(x.symbol()))
    return scopes_[id].type ? Operand{{}, {}, id, x.span()} : failed();
  const GlobalVariable* g = environment_.global(x.symbol());
  if (!g) return unknown_variable(x);
  return g->type ? result(g->type, out_.operation("load", {x}, x.span()), x.span()) : failed();
}

Operand FunctionLowering::unknown_variable(const Sexp& x) {
  Symbol name = x.symbol();
  if (std::optional<Span> later = environment_.globals.later(name)) {
    error(Code::E0445, x.span(),
          fmt::format("global '{}' is used before its definition", name.str()))
        .note(*later, "it is defined here");
    return failed();
  }
  if (VariableId ended = scopes_.find_ended(name)) {
    error(Code::E0415, x.span(), fmt::format("undeclared variable '{}'", name.str()))
        .note(scopes_[ended].span, "the scope of this declaration has ended");
    return failed();
  }
  Diag& d = error(Code::E0414, x.span(), fmt::format("undeclared variable '{}'", name.str()));
  std::vector<Symbol> known = scopes_.visible_names(), globals = environment_.globals.names();
  known.insert(known.end(), globals.begin(), globals.end());
  brilisp::suggest_spelling(d, name, known);
  if (d.help.empty() && environment_.function(name))
    d.suggest(fmt::format("there is a function of this name: (call {} …)", name.str()));
  return failed();
}

Operand FunctionLowering::unknown_form(const Sexp& x) {
  Symbol head = x.head();
  if (!head) {
    error(Code::E0412, x.span(), fmt::format("bad expression {}", print(x)));
    return failed();
  }
  Diag& d = error(Code::E0412, x.span(),
                  fmt::format("bad expression: unknown operation '{}'", head.str()));
  static const std::string_view kKernelForms[] = {"tid.", "bid.", "bdim.", "gdim.", "__sync"};
  for (std::string_view form : kKernelForms)
    if (head.str().starts_with(form))
      d.suggest(
          "this form is known only inside define-kernel of cuda-lisp; elsewhere call the "
          "intrinsic by its name");
  if (d.help.empty() && environment_.function(head))
    d.suggest(fmt::format("to call the function, write (call {} …)", head.str()));
  if (d.help.empty()) brilisp::suggest_spelling(d, head, form_words());
  return failed();
}

Operand FunctionLowering::wrong_count(const Sexp& x, std::string_view expected, Code code) {
  error(code, x.span(),
        fmt::format("bad {} expression: expected {}, found {} operand{}", print(x[0]), expected,
                    x.size() - 1, x.size() == 2 ? "" : "s"));
  return failed();
}

bool FunctionLowering::require_integer(const Operand& o, std::string_view what, Code code) {
  if (is(o, Kind::Integer)) return true;
  Diag& d = error(code, o.span, fmt::format("{} must be an integer, found {}", what, str(o)));
  suggest_conversion(d, type(o), SourceTypes::kInt);
  return false;
}

// The conversion that leads from one type to another, as a fix.
void FunctionLowering::suggest_conversion(Diag& d, SourceType from, SourceType to) const {
  std::string_view op;
  if (is(from, Kind::Integer) && is(to, Kind::Integer)) op = from < to ? "sext" : "trunc";
  else if (is(from, Kind::Float) && is(to, Kind::Float)) op = from < to ? "fpext" : "fptrunc";
  else if (is(from, Kind::Integer) && is(to, Kind::Float)) op = "sitofp";
  else if (is(from, Kind::Float) && is(to, Kind::Integer)) op = "fptosi";
  else if (is(from, Kind::Bool) && to == SourceTypes::kInt)
    return void(d.suggest("(select … 1 0)"));
  else if (is(from, Kind::Integer) && is(to, Kind::Bool)) return void(d.suggest("(ne … 0)"));
  else if (types_.is_pointer(from) && types_.is_pointer(to))
    op = types_.space(from) == types_.space(to) ? "bitcast" : "addrspacecast";
  if (!op.empty() && from != to) d.suggest(fmt::format("convert it: ({} … {})", op, str(to)));
}

// --- set ---------------------------------------------------------------------------------------

Operand FunctionLowering::set(const Sexp& x, Use use) {
  if (x.size() != 3 || !x[1].is_symbol()) {
    error(Code::E0413, x.span(), "bad set expression: expected a variable's name and one value")
        .suggest("write (set name value); memory is written with (store pointer value)");
    return failed();
  }
  Operand v = value(x[2]);
  if (VariableId id = scopes_.find(x[1].symbol())) {
    if (!valid(v) || !scopes_[id].declared) return failed();
    return set_local(x, id, v, use);
  }
  const GlobalVariable* g = environment_.global(x[1].symbol());
  if (!g) return unknown_variable(x[1]);
  if (!valid(v) || !g->type) return failed();
  return set_global(x, *g, v, use);
}

Operand FunctionLowering::set_local(const Sexp& x, VariableId id, Operand v, Use use) {
  Variable& variable = scopes_[id];
  SourceType from = type(v), to = variable.declared;
  bool differs_in_space = types_.is_pointer(from) && types_.is_pointer(to) &&
                          types_.pointee(from) == types_.pointee(to);
  if (from != to && !differs_in_space) {
    Diag& d = error(
        Code::E0438, x[2].span(),
        fmt::format("'{}' is {}, cannot be set to {}", variable.name.str(), str(to), str(from)));
    d.note(variable.span, "it is declared here");
    suggest_conversion(d, from, to);
    return failed();
  }
  bool keeps_type = from == variable.type;
  variable.type = from;
  if (use == Use::Value) v = snapshot(v);
  else if (keeps_type && !v.variable && out_.retarget(v.value, variable.lowered))
    return nothing(x.span());
  bool is_name = read(v).is_symbol();
  out_.assign(variable.lowered, from,
              out_.operation(is_name ? "id" : "const", {read(v)}, x[2].span()), x.span());
  return v;
}

Operand FunctionLowering::set_global(const Sexp& x, const GlobalVariable& g, Operand v, Use use) {
  if (type(v) != g.type) {
    Diag& d = error(Code::E0438, x[2].span(),
                    fmt::format("global '{}' is {}, cannot be set to {}", x[1].symbol().str(),
                                str(g.type), str(v)));
    d.note(g.span, "it is defined here");
    suggest_conversion(d, type(v), g.type);
    return failed();
  }
  if (use == Use::Value) v = snapshot(v);
  out_.instruction(out_.operation("store", {x[1], read(v)}, x.span()));
  return v;
}

// --- calls and select --------------------------------------------------------------------------

Operand FunctionLowering::call(const Sexp& x, Use use) {
  if (x.size() < 2 || !x[1].is_symbol()) {
    error(Code::E0443, x.span(), "bad call expression: expected the name of a function")
        .suggest("write (call name argument …)");
    return failed();
  }
  std::vector<Operand> args = values(x.items().subspan(2));
  Symbol name = x[1].symbol();
  const FunctionSignature* f = environment_.function(name);
  if (!f) {
    std::optional<Span> later = environment_.functions.later(name);
    Diag& d = later
                  ? error(Code::E0445, x[1].span(),
                          fmt::format("function '{}' is called before its declaration", name.str()))
                  : error(Code::E0416, x[1].span(),
                          fmt::format("call to undeclared function '{}'", name.str()));
    if (later)
      d.note(*later, "it is defined here")
          .suggest(fmt::format("declare it earlier: (define (({} …) …))", name.str()));
    else brilisp::suggest_spelling(d, name, environment_.functions.names());
    return failed();
  }
  if (!f->ret) return failed();
  if (args.size() != f->params.size()) {
    std::vector<std::string> expected;
    for (SourceType t : f->params) expected.push_back(str(t));
    error(Code::E0417, x.span(),
          fmt::format("'{}' takes {} argument{} ({}), received {}", name.str(), expected.size(),
                      expected.size() == 1 ? "" : "s", fmt::join(expected, ", "), args.size()))
        .note(f->span, "it is declared here");
    return failed();
  }
  bool fits = all_valid(args);
  for (size_t i = 0; i < args.size(); ++i) {
    if (!valid(args[i]) || type(args[i]) == f->params[i]) continue;
    Diag& d = error(Code::E0418, args[i].span,
                    fmt::format("argument {} of '{}' must be {}, found {}", i + 1, name.str(),
                                str(f->params[i]), str(args[i])));
    d.note(f->span, "it is declared here");
    suggest_conversion(d, type(args[i]), f->params[i]);
    fits = false;
  }
  if (!fits) return failed();
  std::vector<Sexp> items{x[0], x[1]};
  for (const Operand& arg : args) items.push_back(read(arg));
  Sexp operation = out_.list(items, x.span());
  if (use == Use::Value && f->ret != SourceTypes::kVoid) return result(f->ret, operation, x.span());
  out_.assign(Symbol("_"), SourceTypes::kVoid, operation, x.span());
  return nothing(x.span());
}

Operand FunctionLowering::select(const Sexp& x, Use) {
  if (x.size() != 4) return wrong_count(x, "a condition and two values", Code::E0432);
  std::vector<Operand> v = values(x.items().subspan(1));
  if (!all_valid(v)) return failed();
  if (type(v[0]) != SourceTypes::kBool) {
    error(Code::E0432, v[0].span,
          fmt::format("the condition of select must be bool, found {}", str(v[0])));
    return failed();
  }
  if (type(v[1]) != type(v[2])) {
    Diag& d = error(Code::E0432, x.span(),
                    fmt::format("the values of select must have one type, found {} and {}",
                                str(v[1]), str(v[2])));
    suggest_conversion(d, type(v[2]), type(v[1]));
    return failed();
  }
  return result(type(v[1]),
                out_.operation("select", {read(v[0]), read(v[1]), read(v[2])}, x.span()), x.span());
}

Operand FunctionLowering::inline_assembly(const Sexp& x, Use) {
  if (x.size() < 4 || !x[2].is_string() || !x[3].is_string()) {
    error(Code::E0434, x.span(),
          "bad asm expression: expected a type, a template text, a constraint text and arguments");
  } else {
    error(Code::E0434, x.span(), "inline assembly is not supported yet");
  }
  return failed();
}

}  // namespace ll::clisp
