// Operations of the table, conversions, and struct values (docs/language/c-lisp.md).
#include <fmt/format.h>

#include "lang/brilisp/spelling.h"
#include "lang/clisp/function.h"
#include "lang/clisp/layout.h"

namespace ll::clisp {

// "use fadd": the operation of the same meaning for the operand's kind, where there is one.
Operand FunctionLowering::wrong_kind(const Operand& o, const Sexp& x, const Form& form) {
  Diag& d = error(Code::E0420, o.span,
                  fmt::format("the operands of {} must be {}, found {}", form.word,
                              kind_plural(form.from), str(o)));
  std::string other =
      form.word.starts_with('f') ? std::string(form.word.substr(1)) : fmt::format("f{}", form.word);
  const Form* sibling = find_form(Symbol(other));
  if (sibling && sibling->form_class == form.form_class && is(o, sibling->from))
    d.suggest(fmt::format("use {}", other));
  else if (form.form_class == FormClass::Binary && is(o, Kind::Pointer) &&
           form.result == Result::Boolean)
    d.suggest("compare addresses as integers: (ptrtoint … int64)");
  else if (form.from == Kind::Bool && is(o, Kind::Integer))
    d.note({}, fmt::format("{} works on bool only", print(x[0])));
  return failed();
}

Operand FunctionLowering::unary(const Sexp& x, const Form& form) {
  if (x.size() != 2) return wrong_count(x, "exactly 1 operand", Code::E0419);
  Operand a = value(x[1]);
  if (!valid(a)) return failed();
  if (!is(a, form.from)) return wrong_kind(a, x, form);
  return result(type(a), out_.list({x[0], read(a)}, x.span()), x.span());
}

Operand FunctionLowering::binary(const Sexp& x, const Form& form) {
  if (x.size() != 3) return wrong_count(x, "exactly 2 operands", Code::E0419);
  Operand a = value(x[1]), b = value(x[2]);
  if (!valid(a) || !valid(b)) return failed();
  for (const Operand& o : {a, b})
    if (!is(o, form.from)) return wrong_kind(o, x, form);
  if (type(a) != type(b)) {
    Diag& d = error(Code::E0421, x.span(),
                    fmt::format("the operands of {} must have one type, found {} and {}", form.word,
                                str(a), str(b)));
    bool to_first = type(b) < type(a);
    suggest_conversion(d, to_first ? type(b) : type(a), to_first ? type(a) : type(b));
    return failed();
  }
  SourceType t = form.result == Result::Same ? type(a) : SourceTypes::kBool;
  return result(t, out_.list({x[0], read(a), read(b)}, x.span()), x.span());
}

Operand FunctionLowering::conversion(const Sexp& x, const Form& form) {
  if (x.size() != 3) return wrong_count(x, "a value and a type", Code::E0430);
  Operand from = value(x[1]);
  SourceType to = types_.parse(x[2], diags_);
  if (!valid(from) || !to) return failed();
  if (!is(from, form.from)) {
    Diag& d = error(
        Code::E0430, from.span,
        fmt::format("{} converts {}, found {}", form.word, kind_plural(form.from), str(from)));
    if (is(from, Kind::Bool)) d.suggest("turn a bool into a number with (select … 1 0)");
    else suggest_conversion(d, type(from), to);
    return failed();
  }
  if (!is(to, form.to)) {
    Diag& d =
        error(Code::E0430, x[2].span(),
              fmt::format("{} produces {}, not {}", form.word, kind_plural(form.to), str(to)));
    suggest_conversion(d, type(from), to);
    return failed();
  }
  if (type(from) == to) return result(to, out_.operation("id", {read(from)}, x.span()), x.span());
  // Scalar types are numbered by width.
  bool widens = type(from) < to;
  if (form.direction != Direction::Any && widens != (form.direction == Direction::Wider)) {
    Diag& d =
        error(Code::E0430, x.span(),
              fmt::format("{} cannot go from {} to {}: it makes values {}", form.word, str(from),
                          str(to), form.direction == Direction::Wider ? "wider" : "narrower"));
    suggest_conversion(d, type(from), to);
    return failed();
  }
  return result(to, out_.list({x[0], read(from), x[2]}, x.span()), x.span());
}

// --- bitcast -----------------------------------------------------------------------------------

Operand FunctionLowering::bitcast(const Sexp& x, Use) {
  if (x.size() != 3) return wrong_count(x, "a value and a type", Code::E0430);
  Operand from = value(x[1]);
  SourceType to = types_.parse(x[2], diags_);
  if (!valid(from) || !to) return failed();
  if (type(from) == to) return result(to, out_.operation("id", {read(from)}, x.span()), x.span());
  bool from_pointer = is(from, Kind::Pointer), to_pointer = is(to, Kind::Pointer);
  if (from_pointer && to_pointer && types_.space(type(from)) != types_.space(to)) {
    error(
        Code::E0430, x.span(),
        fmt::format("bitcast keeps the address space, cannot go from {} to {}", str(from), str(to)))
        .suggest("use addrspacecast");
    return failed();
  }
  if (value_bits(types_, type(from)) != value_bits(types_, to)) {
    Diag& d = error(Code::E0430, x.span(),
                    fmt::format("bitcast needs types of one size, cannot go from {} to {}",
                                str(from), str(to)));
    if (is(from, Kind::Bool)) d.suggest("turn a bool into a number with (select … 1 0)");
    else suggest_conversion(d, type(from), to);
    return failed();
  }
  if (types_.is_aggregate(type(from)) || types_.is_aggregate(to))
    return bitcast_through_memory(from, to, x);
  // BriLisp keeps pointers and numbers apart.
  std::string_view word = from_pointer == to_pointer ? "bitcast"
                          : from_pointer             ? "ptrtoint"
                                                     : "inttoptr";
  return result(to, out_.operation(word, {read(from), x[2]}, x.span()), x.span());
}

Operand FunctionLowering::bitcast_through_memory(const Operand& from, SourceType to,
                                                 const Sexp& x) {
  Span at = x.span();
  Operand object = result(type(from), out_.operation("id", {read(from)}, at), at);
  SourceType from_pointer = types_.pointer(type(from)), to_pointer = types_.pointer(to);
  Operand address = result(from_pointer, out_.operation("ptr-to", {read(object)}, at), at);
  Operand cast = result(
      to_pointer, out_.operation("bitcast", {read(address), out_.type(to_pointer, at)}, at), at);
  return result(to, out_.operation("load", {read(cast)}, at), at);
}

// --- struct values -----------------------------------------------------------------------------

bool FunctionLowering::is_struct_known(SourceType t, Span at) {
  Symbol name = types_.struct_name(t);
  if (environment_.structure(name)) return true;
  Diag& d = error(Code::E0445, at,
                  fmt::format("the fields of struct '{}' are not known here", name.str()));
  if (std::optional<Span> later = environment_.structs.later(name))
    d.note(*later, "it is defined here, later in the text");
  return false;
}

std::optional<uint32_t> FunctionLowering::field_number(const Sexp& index, SourceType structure) {
  if (!index.is_int()) {
    error(Code::E0431, index.span(),
          fmt::format("the number of a field must be an integer literal, found {}", print(index)));
    return std::nullopt;
  }
  size_t count = types_.fields(structure).size();
  if (index.is_big() || index.integer() < 0 || index.integer() >= static_cast<int64_t>(count)) {
    error(Code::E0431, index.span(),
          fmt::format("{} has no field {}", str(structure), print(index)))
        .note({}, fmt::format("it has {} field{}, counted from 0", count, count == 1 ? "" : "s"));
    return std::nullopt;
  }
  return static_cast<uint32_t>(index.integer());
}

Operand FunctionLowering::extractvalue(const Sexp& x, Use) {
  if (x.size() != 3) return wrong_count(x, "a struct value and the number of a field", Code::E0431);
  Operand s = value(x[1]);
  if (!valid(s)) return failed();
  if (!types_.is_struct(type(s))) {
    Diag& d = error(Code::E0431, s.span,
                    fmt::format("extractvalue needs a struct value, found {}", str(s)));
    if (is(s, Kind::Pointer)) d.suggest("load it first, or use (load (sptradd … field))");
    return failed();
  }
  if (!is_struct_known(type(s), s.span)) return failed();
  std::optional<uint32_t> field = field_number(x[2], type(s));
  if (!field) return failed();
  return result(types_.fields(type(s))[*field],
                out_.operation("extractvalue", {read(s), x[2]}, x.span()), x.span());
}

Operand FunctionLowering::insertvalue(const Sexp& x, Use) {
  if (x.size() != 4)
    return wrong_count(x, "a struct value, a value and the number of a field", Code::E0431);
  Operand s = value(x[1]), v = value(x[2]);
  if (!valid(s) || !valid(v)) return failed();
  if (!types_.is_struct(type(s))) {
    error(Code::E0431, s.span, fmt::format("insertvalue needs a struct value, found {}", str(s)));
    return failed();
  }
  if (!is_struct_known(type(s), s.span)) return failed();
  std::optional<uint32_t> field = field_number(x[3], type(s));
  if (!field) return failed();
  SourceType expected = types_.fields(type(s))[*field];
  if (!expected) return failed();
  if (type(v) != expected) {
    Diag& d =
        error(Code::E0431, v.span,
              fmt::format("field {} of {} is {}, found {}", *field, str(s), str(expected), str(v)));
    suggest_conversion(d, type(v), expected);
    return failed();
  }
  return result(type(s), out_.operation("insertvalue", {read(s), read(v), x[3]}, x.span()),
                x.span());
}

}  // namespace ll::clisp
