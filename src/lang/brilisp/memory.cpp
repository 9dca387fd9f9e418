// Memory and struct values.
#include <fmt/format.h>

#include <limits>

#include "lang/brilisp/body.h"

namespace ll::brilisp {

// Storage of a size known here, made where nothing can come twice, is a slot: promotable, and
// free. Everything else is allocated when control reaches it.
Value BodyLowering::alloc(const Form& form, const Sexp& x, Destination& dest) {
  if (!operands(form, x, 1)) return {};
  if (!types_.is_pointer(dest.type) || types_.space(dest.type) != Space::Generic) {
    diags_.error(Code::E0314, dest.span,
                 fmt::format("'alloc' yields a pointer (ptr T), but '{}' is of type {}",
                             dest.name.str(), types_.str(dest.type)));
    return {};
  }
  TypeId object = program_.ir(types_.pointee(dest.type));
  const Sexp& count = x[1];
  if (count.is_int() && (count.is_big() || count.integer() < 0)) {
    diags_.error(Code::E0313, count.span(),
                 fmt::format("cannot allocate {} elements", print(count)));
    return {};
  }
  if (count.is_int() && count.integer() > 0 && b_->block() == f_->entry())
    if (auto whole = module().types.array(static_cast<uint64_t>(count.integer()), object))
      return {dest.type, slot(*whole)};
  ValueId n;
  if (count.is_int()) n = f_->constant(kInt64, count.integer());
  else {
    Value v = operand(count);
    if (!v.ok() || !types_.is_int(v.type)) return wrong_type(count, v, "an integer");
    n = v.value;
  }
  return {dest.type, b_->alloc(object, n)};
}

Value BodyLowering::load(const Form& form, const Sexp& x, Destination&) {
  if (!operands(form, x, 1)) return {};
  Value p = operand(x[1]);
  if (!p.ok() || !types_.is_pointer(p.type)) return wrong_type(x[1], p, "a pointer");
  return read(types_.pointee(p.type), p.value);
}

Value BodyLowering::store(const Form& form, const Sexp& x, Destination&) {
  Value v[2];
  if (!operands(form, x, 2) || !all_operands(x, v)) return {};
  if (!types_.is_pointer(v[0].type)) return wrong_type(x[1], v[0], "a pointer");
  SourceType pointee = types_.pointee(v[0].type);
  if (v[1].type != pointee) {
    Diag& d = diags_.error(Code::E0313, x.span(),
                           fmt::format("cannot store {} through '{}' of type {}",
                                       types_.str(v[1].type), print(x[1]), types_.str(v[0].type)));
    if (x[2].is_int() || x[2].is_float())
      d.suggest(fmt::format("write (set (v {}) (const {})) and store v", types_.str(pointee),
                            print(x[2])));
    return {};
  }
  write(v[0].value, pointee, v[1].value);
  return {};
}

ValueId BodyLowering::materialise(const Address& a) {
  if (a.offset >= std::numeric_limits<int32_t>::min() &&
      a.offset <= std::numeric_limits<int32_t>::max())
    return b_->ptradd(a.base, static_cast<int32_t>(a.offset));
  return b_->ptradd(a.base, f_->constant(kInt64, a.offset), 1);
}

// Moves by `index` objects of `stride` bytes.
bool BodyLowering::step(Address& a, const Sexp& index, uint64_t stride) {
  if (index.is_int()) {
    if (index.is_big()) {
      diags_.error(Code::E0313, index.span(),
                   fmt::format("index {} is out of range", print(index)));
      return false;
    }
    a.offset = static_cast<int64_t>(static_cast<uint64_t>(a.offset) +
                                    static_cast<uint64_t>(index.integer()) * stride);
    return true;
  }
  Value i = operand(index);
  if (!i.ok() || !types_.is_int(i.type)) return wrong_type(index, i, "an integer").ok();
  if (stride == 0) return true;
  if (stride <= std::numeric_limits<uint32_t>::max()) {
    a.base = b_->ptradd(a.base, i.value, static_cast<uint32_t>(stride));
    return true;
  }
  ValueId wide = i.type == SourceTypes::kInt64 ? i.value : b_->convert(Op::SExt, kInt64, i.value);
  ValueId bytes = b_->binary(Op::Mul, wide, f_->constant(kInt64, static_cast<int64_t>(stride)));
  a.base = b_->ptradd(a.base, bytes, 1);
  return true;
}

// From an aggregate to the part that `index` names.
bool BodyLowering::step_into(Address& a, SourceType& type, const Sexp& index, const Sexp& whole) {
  if (types_.is_array(type)) {
    type = types_.element(type);
    return step(a, index, size_of(type));
  }
  if (!types_.is_struct(type)) {
    diags_.error(
        Code::E0313, index.span(),
        fmt::format("'{}' steps into {}, which has no parts", print(whole), types_.str(type)));
    return false;
  }
  uint32_t field;
  if (!field_index(index, type, field)) return false;
  a.offset += static_cast<int64_t>(module().types.field_offset(program_.ir(type), field));
  type = types_.fields(type)[field];
  return true;
}

bool BodyLowering::field_index(const Sexp& x, SourceType structure, uint32_t& field) {
  size_t count = types_.fields(structure).size();
  if (!x.is_int()) {
    diags_.error(Code::E0313, x.span(),
                 fmt::format("a field's number is an integer literal, not '{}'", print(x)));
    return false;
  }
  if (x.is_big() || x.integer() < 0 || static_cast<uint64_t>(x.integer()) >= count) {
    diags_
        .error(Code::E0313, x.span(),
               fmt::format("{} has no field {}", types_.str(structure), print(x)))
        .note(types_.struct_span(structure),
              fmt::format("it has {} field{}, numbered from 0", count, count == 1 ? "" : "s"));
    return false;
  }
  field = static_cast<uint32_t>(x.integer());
  return true;
}

Value BodyLowering::ptradd(const Form& form, const Sexp& x, Destination&) {
  if (!operands(form, x, 2, SIZE_MAX)) return {};
  Value p = operand(x[1]);
  if (!p.ok() || !types_.is_pointer(p.type)) return wrong_type(x[1], p, "a pointer");
  SourceType type = types_.pointee(p.type);
  Address a{p.value};
  bool ok = step(a, x[2], size_of(type));
  for (uint32_t i = 3; ok && i < x.size(); ++i) ok = step_into(a, type, x[i], x);
  if (!ok) return {};
  return {types_.pointer(type, types_.space(p.type)), materialise(a)};
}

Value BodyLowering::ptr_to(const Form& form, const Sexp& x, Destination&) {
  if (!operands(form, x, 1)) return {};
  if (!x[1].is_symbol()) {
    diags_.error(Code::E0313, x[1].span(),
                 fmt::format("'ptr-to' takes the name of a variable, not '{}'", print(x[1])));
    return {};
  }
  Symbol name = x[1].symbol();
  if (const Variable* v = variables_.find(name))
    return v->type ? Value{types_.pointer(v->type), v->address} : Value{};
  if (program_.find_global(name)) {
    diags_
        .error(Code::E0313, x.span(),
               fmt::format("'{}' is a global, not a local variable", name.str()))
        .suggest(fmt::format("the name '{}' alone is its address", name.str()));
    return {};
  }
  Diag& d =
      diags_.error(Code::E0308, x[1].span(), fmt::format("unknown variable '{}'", name.str()));
  suggest(d, name, variables_.names());
  return {};
}

Value BodyLowering::string_ref(const Form& form, const Sexp& x, Destination&) {
  if (!operands(form, x, 1)) return {};
  GlobalId id = x[1].is_symbol() ? program_.find_string(x[1].symbol()) : GlobalId();
  if (id.valid())
    return {types_.pointer(SourceTypes::kInt8), f_->leaf(Op::GlobalAddr, kPtr, id.index)};
  Diag& d = diags_.error(Code::E0324, x[1].span(),
                         fmt::format("'{}' is not the name of a string constant", print(x[1])));
  if (x[1].is_string()) d.suggest("name the text with define-string");
  if (x[1].is_symbol()) suggest(d, x[1].symbol(), program_.string_names());
  return {};
}

Value BodyLowering::extract(const Form& form, const Sexp& x, Destination& dest) {
  if (!operands(form, x, 2)) return {};
  Value s = operand(x[1]);
  if (!s.ok() || !types_.is_struct(s.type)) return wrong_type(x[1], s, "a struct");
  uint32_t field;
  if (!field_index(x[2], s.type, field)) return {};
  dest.type = types_.fields(s.type)[field];  // the written type is ignored
  Address a{s.value, static_cast<int64_t>(module().types.field_offset(program_.ir(s.type), field))};
  return read(dest.type, materialise(a));
}

Value BodyLowering::insert(const Form& form, const Sexp& x, Destination& dest) {
  if (!operands(form, x, 3)) return {};
  Value s = operand(x[1]), v = operand(x[2]);
  if (!s.ok() || !types_.is_struct(s.type)) return wrong_type(x[1], s, "a struct");
  uint32_t field;
  if (!field_index(x[3], s.type, field) || !v.ok()) return {};
  SourceType part = types_.fields(s.type)[field];
  if (v.type != part) {
    diags_.error(
        Code::E0313, x.span(),
        fmt::format("field {} of {} is of type {}, but '{}' is of type {}", field,
                    types_.str(s.type), types_.str(part), print(x[2]), types_.str(v.type)));
    return {};
  }
  dest.type = s.type;  // the written type is ignored
  ValueId to = place(dest);
  if (!to.valid()) return {};
  write(to, s.type, s.value);
  Address a{to, static_cast<int64_t>(module().types.field_offset(program_.ir(s.type), field))};
  write(materialise(a), part, v.value);
  return {s.type, to};
}

}  // namespace ll::brilisp
