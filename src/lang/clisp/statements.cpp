// Statements (docs/language/c-lisp.md): scopes, branches and loops.
#include <fmt/format.h>

#include "lang/clisp/function.h"

namespace ll::clisp {

FunctionLowering::FunctionLowering(Context& context, Environment& environment, Diags& diags)
    : context_(context),
      types_(context.types),
      environment_(environment),
      diags_(diags),
      out_(context, names_) {
  // In BriLisp a local may hide a global only partly (`set` of its name stores), and `null` is a
  // constant there: locals of such names get others.
  for (const brilisp::GlobalSignature& g : context.signatures.globals()) names_.reserve(g.name);
  names_.reserve(Symbol("null"));
  scopes_.open();
}

Symbol FunctionLowering::declare_parameter(const Parameter& p) {
  if (VariableId known = scopes_.find_in_scope(p.name)) {
    error(Code::E0410, p.span, fmt::format("two parameters are called '{}'", p.name.str()))
        .note(scopes_[known].span, "the first one is here");
  }
  Symbol lowered = names_.make(p.name);
  scopes_.declare({p.name, lowered, p.type, p.type, p.span});
  return lowered;
}

const std::vector<Sexp>& FunctionLowering::body(Symbol function, SourceType ret,
                                                std::span<const Sexp> list, Span at) {
  ret_ = ret;
  statements(list);
  end_of_body(function, at);
  return out_.instructions();
}

// Falling off the end returns: nothing, 0 from `main`, else an unspecified value.
void FunctionLowering::end_of_body(Symbol function, Span at) {
  static const Symbol kMain{"main"};
  if (out_.is_terminated() || !ret_) return;
  if (ret_ == SourceTypes::kVoid) return out_.ret(at);
  bool is_status = function == kMain && SourceTypes::is_int(ret_);
  Sexp value = is_status ? out_.operation("const", {Sexp::integer(0, at)}, at) : out_.undefined(at);
  out_.ret(out_.define(ret_, value, at), at);
}

void FunctionLowering::statements(std::span<const Sexp> list) {
  for (const Sexp& s : list) statement(s);
}

void FunctionLowering::block(std::span<const Sexp> list) {
  scopes_.open();
  statements(list);
  scopes_.close();
}

void FunctionLowering::statement(const Sexp& s) {
  if (s.is_list()) {
    if (s.size() == 0) return;
    if (s[0].is_list()) return block(s.items());
    const Form* form = find_form(s.head());
    if (form && form->statement) return (this->*form->statement)(s);
    expression(s, Use::Dropped);
    return;
  }
  if (s.is_symbol()) {
    name(s);
    return;
  }
  bool is_empty = (s.is_int() && s.integer() == 0 && !s.is_big()) ||
                  (s.is_bool() && !s.boolean()) || (s.is_float() && s.real() == 0);
  if (!is_empty && !s.is_string())
    error(Code::E0412, s.span(), fmt::format("the literal {} is not a statement", print(s)));
}

void FunctionLowering::declare(const Sexp& s) {
  if (s.size() != 3 || !s[1].is_symbol()) {
    error(Code::E0409, s.span(), "bad declare statement: expected a name and a type")
        .suggest("write (declare name type); the value comes with (set name value)");
    return;
  }
  Symbol name = s[1].symbol();
  SourceType type = types_.parse(s[2], diags_);
  if (VariableId known = scopes_.find_in_scope(name)) {
    error(Code::E0410, s[1].span(), fmt::format("re-declaration of variable '{}'", name.str()))
        .note(scopes_[known].span, "it is declared in the same scope here");
    return;
  }
  Symbol lowered = names_.make(name);
  scopes_.declare({name, lowered, type, type, s[1].span()});
  if (type) out_.assign(lowered, type, out_.undefined(s.span()), s.span());
}

std::optional<Sexp> FunctionLowering::condition(const Sexp& x) {
  Operand c = value(x);
  if (!valid(c)) return std::nullopt;
  if (type(c) == SourceTypes::kBool) return read(c);
  Diag& d =
      error(Code::E0436, x.span(), fmt::format("the condition must be bool, found {}", str(c)));
  if (is(c, Kind::Integer)) d.suggest("compare it: (ne … 0)");
  return std::nullopt;
}

// Errors in a condition do not keep the branches from being checked: the code is dropped anyway.
void FunctionLowering::if_(const Sexp& s) {
  if (s.size() < 3 || s.size() > 4) {
    Diag& d = error(
        Code::E0408, s.span(),
        fmt::format(
            "bad if statement: expected a condition, a statement and at most one else statement, "
            "found {} parts",
            s.size() - 1));
    if (s.size() > 4) d.suggest("put several statements in a block: (if c (stmt …) (stmt …))");
    return;
  }
  uint32_t number = out_.next_label();
  bool has_else = s.size() == 4;
  if (std::optional<Sexp> c = condition(s[1]))
    out_.branch(*c, "then", has_else ? "else" : "endif", number, s[1].span());
  out_.label("then", number, s[2].span());
  statement(s[2]);
  if (has_else) {
    out_.jump("endif", number, s.span());
    out_.label("else", number, s[3].span());
    statement(s[3]);
  }
  out_.label("endif", number, s.span());
}

void FunctionLowering::while_(const Sexp& s) {
  if (s.size() < 3 || !s[2].is_list()) {
    error(Code::E0406, s.span(),
          "bad while statement: expected a condition and a body of statements")
        .suggest("an empty body is written (while c ())");
    return;
  }
  loop(s[1], nullptr, s.items().subspan(2), s.span());
}

void FunctionLowering::for_(const Sexp& s) {
  if (s.size() < 3 || s[1].size() != 3 || !s[2].is_list()) {
    bool is_header_wrong = s.size() > 1 && s[1].size() != 3;
    error(Code::E0407, is_header_wrong ? s[1].span() : s.span(),
          "bad for statement: expected (init cond step) and a body of statements")
        .suggest("an empty body is written (for (init cond step) ())");
    return;
  }
  for (const Sexp& part : {s[1][0], s[1][2]}) {
    const Form* form = find_form(part.head());
    if (!form || !form->statement) continue;
    error(Code::E0407, part.span(),
          fmt::format("the header of a for statement holds expressions, found a {} statement",
                      form->word))
        .suggest("loop variables are declared before the loop");
    return;
  }
  expression(s[1][0], Use::Dropped);
  loop(s[1][1], &s[1][2], s.items().subspan(2), s.span());
}

void FunctionLowering::loop(const Sexp& cond, const Sexp* step, std::span<const Sexp> list,
                            Span at) {
  uint32_t number = out_.next_label();
  out_.label("loop", number, cond.span());
  if (std::optional<Sexp> c = condition(cond)) out_.branch(*c, "body", "done", number, cond.span());
  out_.label("body", number, list[0].span());
  block(list);
  if (step) expression(*step, Use::Dropped);
  out_.jump("loop", number, at);
  out_.label("done", number, at);
}

void FunctionLowering::ret(const Sexp& s) {
  if (s.size() > 2) {
    error(Code::E0411, s.span(),
          fmt::format("bad ret statement: at most one value can be returned, found {}",
                      s.size() - 1));
    return;
  }
  if (s.size() == 1) {
    if (ret_ == SourceTypes::kVoid) return out_.ret(s.span());
    if (ret_) out_.ret(out_.define(ret_, out_.undefined(s.span()), s.span()), s.span());
    return;
  }
  Operand v = expression(s[1]);
  if (!valid(v) || !ret_) return;
  if (ret_ == SourceTypes::kVoid) {
    error(Code::E0437, s[1].span(), "a void function returns no value").suggest("write (ret)");
  } else if (type(v) != ret_) {
    Diag& d =
        error(Code::E0437, s[1].span(),
              fmt::format("the function returns {}, found a value of type {}", str(ret_), str(v)));
    suggest_conversion(d, type(v), ret_);
  } else {
    out_.ret(read(v), s.span());
  }
}

}  // namespace ll::clisp
