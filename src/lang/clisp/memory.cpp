// Memory and addresses (docs/language/c-lisp.md).
#include <fmt/format.h>

#include <algorithm>

#include "lang/brilisp/spelling.h"
#include "lang/clisp/function.h"

namespace ll::clisp {

Operand FunctionLowering::alloc(const Sexp& x, Use) {
  if (x.size() != 3) return wrong_count(x, "a type and a number of elements", Code::E0429);
  SourceType element = types_.parse(x[1], diags_);
  Operand count = value(x[2]);
  if (!element || !valid(count)) return failed();
  if (!require_integer(count, "the number of elements", Code::E0429)) return failed();
  return result(types_.pointer(element), out_.operation("alloc", {read(count)}, x.span()),
                x.span());
}

Operand FunctionLowering::load(const Sexp& x, Use) {
  if (x.size() != 2) return wrong_count(x, "one pointer", Code::E0426);
  Operand p = value(x[1]);
  if (!valid(p)) return failed();
  if (!is(p, Kind::Pointer)) {
    error(Code::E0426, p.span, fmt::format("cannot load from {}: a pointer is needed", str(p)));
    return failed();
  }
  return result(types_.pointee(type(p)), out_.operation("load", {read(p)}, x.span()), x.span());
}

Operand FunctionLowering::store(const Sexp& x, Use use) {
  if (x.size() != 3) return wrong_count(x, "a pointer and a value", Code::E0427);
  Operand p = value(x[1]), v = value(x[2]);
  if (!valid(p) || !valid(v)) return failed();
  if (!is(p, Kind::Pointer)) {
    Diag& d =
        error(Code::E0427, p.span, fmt::format("cannot store to {}: a pointer is needed", str(p)));
    if (p.variable) d.suggest("to assign the variable use (set name value)");
    return failed();
  }
  if (types_.pointee(type(p)) != type(v)) {
    Diag& d = error(Code::E0428, v.span, fmt::format("cannot store {} to {}", str(v), str(p)));
    suggest_conversion(d, type(v), types_.pointee(type(p)));
    return failed();
  }
  if (use == Use::Value) v = snapshot(v);
  out_.instruction(out_.operation("store", {read(p), read(v)}, x.span()));
  return v;
}

// The pointer is read after its offset is evaluated.
Operand FunctionLowering::ptradd(const Sexp& x, Use) {
  if (x.size() != 3) return wrong_count(x, "a pointer's name and an offset", Code::E0422);
  if (!x[1].is_symbol()) {
    error(Code::E0423, x[1].span(),
          fmt::format("ptradd needs the name of a pointer variable, found {}", print(x[1])))
        .suggest("assign the pointer to a variable first");
    return failed();
  }
  Operand offset = value(x[2]), p = value(x[1]);
  if (!valid(offset) || !valid(p)) return failed();
  if (!is(p, Kind::Pointer)) {
    Diag& d = error(Code::E0422, p.span,
                    fmt::format("ptradd needs a pointer, '{}' is {}", x[1].symbol().str(), str(p)));
    if (types_.is_array(type(p))) d.suggest("use aptradd for the elements of an array");
    return failed();
  }
  if (!require_integer(offset, "the offset", Code::E0422)) return failed();
  return result(type(p), out_.operation("ptradd", {read(p), read(offset)}, x.span()), x.span());
}

Operand FunctionLowering::aptradd(const Sexp& x, Use) {
  if (x.size() != 3) return wrong_count(x, "an array's name and an index", Code::E0422);
  if (!x[1].is_symbol()) {
    error(Code::E0423, x[1].span(),
          fmt::format("aptradd needs the name of an array variable, found {}", print(x[1])));
    return failed();
  }
  VariableId local = scopes_.find(x[1].symbol());
  const GlobalVariable* global = local ? nullptr : environment_.global(x[1].symbol());
  Operand index = value(x[2]);
  if (!local && !global) return unknown_variable(x[1]);
  SourceType t = local ? scopes_[local].type : global->type;
  if (!t || !valid(index)) return failed();
  if (!types_.is_array(t)) {
    Diag& d = error(Code::E0424, x[1].span(),
                    fmt::format("'{}' is {}, not an array", x[1].symbol().str(), str(t)));
    if (types_.is_pointer(t)) d.suggest("use ptradd for pointers");
    return failed();
  }
  if (!require_integer(index, "the index", Code::E0422)) return failed();

  // The address of the whole array, as a generic pointer; then one step into it.
  Span at = x[1].span();
  SourceType whole = types_.pointer(t);
  Sexp array = local ? Sexp::symbol(scopes_[local].lowered, at) : x[1];
  if (local) array = out_.define(whole, out_.operation("ptr-to", {array}, at), at);
  else if (global->space != Space::Generic)
    array =
        out_.define(whole, out_.operation("addrspacecast", {array, out_.type(whole, at)}, at), at);
  Sexp operation = out_.operation("ptradd", {array, Sexp::integer(0, at), read(index)}, x.span());
  return result(types_.pointer(types_.element(t)), operation, x.span());
}

Operand FunctionLowering::sptradd(const Sexp& x, Use) {
  if (x.size() != 3 || !x[2].is_symbol()) {
    error(Code::E0425, x.span(),
          "bad sptradd expression: expected a struct pointer and the name of a field");
    return failed();
  }
  Operand s = value(x[1]);
  if (!valid(s)) return failed();
  if (!is(s, Kind::Pointer) || !types_.is_struct(types_.pointee(type(s)))) {
    Diag& d = error(Code::E0425, s.span,
                    fmt::format("sptradd needs a pointer to a struct, found {}", str(s)));
    if (types_.is_struct(type(s)))
      d.suggest("use extractvalue for a struct value, or (ptr-to name)");
    return failed();
  }
  SourceType structure = types_.pointee(type(s));
  if (!is_struct_known(structure, s.span)) return failed();
  const StructType* known = environment_.structure(types_.struct_name(structure));
  Symbol name = x[2].symbol();
  // A struct that two forms define differently is reported elsewhere.
  size_t count = std::min(known->fields.size(), types_.fields(structure).size());
  for (uint32_t i = 0; i < count; ++i) {
    if (known->fields[i] != name) continue;
    SourceType field = types_.fields(structure)[i];
    if (!field) return failed();
    Span at = x[2].span();
    Sexp operation =
        out_.operation("ptradd", {read(s), Sexp::integer(0, at), Sexp::integer(i, at)}, x.span());
    return result(types_.pointer(field, types_.space(type(s))), operation, x.span());
  }
  Diag& d = error(Code::E0425, x[2].span(),
                  fmt::format("{} has no field '{}'", str(structure), name.str()));
  d.note(known->span, "the struct is defined here");
  brilisp::suggest_spelling(d, name, known->fields);
  return failed();
}

Operand FunctionLowering::ptr_to(const Sexp& x, Use) {
  if (x.size() != 2 || !x[1].is_symbol()) {
    error(Code::E0433, x.span(), "bad ptr-to expression: expected the name of one local variable");
    return failed();
  }
  VariableId id = scopes_.find(x[1].symbol());
  if (!id) {
    if (!environment_.global(x[1].symbol())) return unknown_variable(x[1]);
    error(Code::E0433, x[1].span(),
          fmt::format("ptr-to takes local variables, '{}' is a global", x[1].symbol().str()))
        .suggest("define a global that points at it: (define-global (p (ptr …)) (ptr-to name))");
    return failed();
  }
  const Variable& variable = scopes_[id];
  if (!variable.type) return failed();
  Sexp lowered = Sexp::symbol(variable.lowered, x[1].span());
  return result(types_.pointer(variable.type), out_.operation("ptr-to", {lowered}, x.span()),
                x.span());
}

}  // namespace ll::clisp
