// Arithmetic, comparisons, conversions and selection.
#include <fmt/format.h>

#include "lang/brilisp/body.h"
#include "lang/brilisp/constant.h"
#include "support/check.h"

namespace ll::brilisp {
namespace {

std::string_view describe(OperandKind kind) {
  switch (kind) {
    case OperandKind::Int:
      return "an integer or bool";
    case OperandKind::Float:
      return "float or double";
    case OperandKind::Ordered:
      return "an integer, bool or pointer";
    case OperandKind::None:
      break;
  }
  LL_UNREACHABLE("a form without an operand kind");
}

}  // namespace

bool BodyLowering::accepts(OperandKind kind, SourceType t) const {
  switch (kind) {
    case OperandKind::Int:
      return types_.is_int_or_bool(t);
    case OperandKind::Float:
      return types_.is_float(t);
    case OperandKind::Ordered:
      return types_.is_int_or_bool(t) || types_.is_pointer(t);
    case OperandKind::None:
      return true;
  }
  LL_UNREACHABLE("operand kind");
}

// Reads operands that must all be of one type of the form's kind.
bool BodyLowering::same_operands(const Form& form, const Sexp& x, std::span<Value> values) {
  if (!operands(form, x, values.size()) || !all_operands(x, values)) return false;
  for (uint32_t i = 0; i < values.size(); ++i) {
    if (accepts(form.kind, values[i].type)) continue;
    diags_.error(Code::E0313, x[i + 1].span(),
                 fmt::format("'{}' is of type {}, but '{}' takes {}", print(x[i + 1]),
                             types_.str(values[i].type), form.text, describe(form.kind)));
    return false;
  }
  for (uint32_t i = 1; i < values.size(); ++i) {
    if (values[i].type == values[0].type) continue;
    Diag& d = diags_.error(Code::E0313, x.span(),
                           fmt::format("the operands of '{}' differ in type: {} and {}", form.text,
                                       types_.str(values[0].type), types_.str(values[i].type)));
    for (uint32_t k : {uint32_t{0}, i})
      if (x[k + 1].is_int() || x[k + 1].is_float())
        d.suggest(fmt::format(
            "a literal operand is always {}: write (set (k {}) (const {})) and use k",
            types_.str(values[k].type), types_.str(values[k == 0 ? i : 0].type), print(x[k + 1])));
    return false;
  }
  return true;
}

Value BodyLowering::binary(const Form& form, const Sexp& x, Destination&) {
  Value v[2];
  if (!same_operands(form, x, v)) return {};
  return {v[0].type, b_->binary(form.op, v[0].value, v[1].value)};
}

Value BodyLowering::unary(const Form& form, const Sexp& x, Destination&) {
  Value v[1];
  if (!same_operands(form, x, v)) return {};
  return {v[0].type, b_->unary(form.op, v[0].value)};
}

Value BodyLowering::fma(const Form& form, const Sexp& x, Destination&) {
  Value v[3];
  if (!same_operands(form, x, v)) return {};
  return {v[0].type, b_->fma(v[0].value, v[1].value, v[2].value)};
}

Value BodyLowering::compare(const Form& form, const Sexp& x, Destination&) {
  Value v[2];
  if (!same_operands(form, x, v)) return {};
  return {SourceTypes::kBool, b_->binary(form.op, v[0].value, v[1].value)};
}

// The written type is ignored and may be missing; the variable's type decides.
Value BodyLowering::convert(const Form& form, const Sexp& x, Destination& dest) {
  if (!operands(form, x, 1, 2)) return {};
  Value v = operand(x[1]);
  if (!v.ok() || v.type == dest.type) return v;
  SourceType from = v.type, to = dest.type;
  unsigned from_bits = 0, to_bits = 0;
  if (!types_.is_aggregate(from)) from_bits = bit_width(program_.ir(from));
  if (!types_.is_aggregate(to)) to_bits = bit_width(program_.ir(to));
  bool ints = types_.is_int_or_bool(from) && types_.is_int_or_bool(to);
  bool pointers = types_.is_pointer(from) && types_.is_pointer(to);

  switch (info(form.op).rule) {
    case TypeRule::Narrow:
      if (ints && from_bits > to_bits) return {to, b_->convert(form.op, program_.ir(to), v.value)};
      break;
    case TypeRule::Widen:
      if (ints && from_bits < to_bits) return {to, b_->convert(form.op, program_.ir(to), v.value)};
      break;
    case TypeRule::FloatWiden:
      if (from == SourceTypes::kFloat && to == SourceTypes::kDouble)
        return {to, b_->convert(form.op, kDouble, v.value)};
      break;
    case TypeRule::FloatNarrow:
      if (from == SourceTypes::kDouble && to == SourceTypes::kFloat)
        return {to, b_->convert(form.op, kFloat, v.value)};
      break;
    case TypeRule::IntToFloat:
      if (!types_.is_int_or_bool(from) || !types_.is_float(to)) break;
      // The IR converts integers; a bool becomes one first: #t is -1 signed, 1 unsigned.
      if (from == SourceTypes::kBool)
        v.value = b_->convert(form.op == Op::SIToFP ? Op::SExt : Op::ZExt, kInt32, v.value);
      return {to, b_->convert(form.op, program_.ir(to), v.value)};
    case TypeRule::FloatToInt:
      if (types_.is_float(from) && types_.is_int(to))
        return {to, b_->convert(form.op, program_.ir(to), v.value)};
      break;
    case TypeRule::PtrToInt:
      if (types_.is_pointer(from) && types_.is_int(to))
        return {to, b_->convert(form.op, program_.ir(to), v.value)};
      break;
    case TypeRule::IntToPtr:
      if (types_.is_int(from) && types_.is_pointer(to))
        return {to, b_->convert(form.op, program_.ir(to), v.value)};
      break;
    case TypeRule::Bits:
      if (pointers && types_.space(from) == types_.space(to)) return {to, v.value};
      if (from_bits == to_bits && from_bits > 1 && !types_.is_pointer(from) &&
          !types_.is_pointer(to))
        return {to, b_->convert(form.op, program_.ir(to), v.value)};
      break;
    case TypeRule::SpaceCast:
      if (pointers && types_.space(from) != types_.space(to))
        return {to, b_->convert(form.op, program_.ir(to), v.value)};
      break;
    default:
      LL_UNREACHABLE("not a conversion");
  }
  Diag& d = diags_.error(
      Code::E0316, x.span(),
      fmt::format("'{}' cannot convert {} to {}", form.text, types_.str(from), types_.str(to)));
  d.note({}, fmt::format("'{}' converts: {}", form.text, form.meaning));
  if (pointers)
    d.suggest(types_.space(from) == types_.space(to) ? "use bitcast" : "use addrspacecast");
  return {};
}

Value BodyLowering::constant(const Form& form, const Sexp& x, Destination& dest) {
  if (!operands(form, x, 1)) return {};
  SourceType t = dest.type;
  if (is_undefined(types_, t, x[1]))
    return {t, types_.is_aggregate(t) ? ValueId() : f_->undef(program_.ir(t))};
  if (!types_.is_aggregate(t)) {
    std::optional<int64_t> bits = constant_bits(types_, t, x[1], diags_);
    if (!bits) return {};
    return {t, f_->constant(program_.ir(t), *bits)};
  }
  TypeId object = program_.ir(t);
  std::vector<uint8_t> bytes(module().types.size(object));
  if (!encode_constant(program_, t, x[1], bytes, diags_)) return {};
  GlobalId g = program_.constant_object(object, std::move(bytes));
  return {t, f_->leaf(Op::GlobalAddr, kPtr, g.index)};
}

Value BodyLowering::copy(const Form& form, const Sexp& x, Destination&) {
  if (!operands(form, x, 1)) return {};
  return operand(x[1]);
}

Value BodyLowering::select(const Form& form, const Sexp& x, Destination&) {
  Value v[3];
  if (!operands(form, x, 3) || !all_operands(x, v)) return {};
  if (v[0].type != SourceTypes::kBool) return wrong_type(x[1], v[0], "bool");
  if (v[1].type != v[2].type) {
    diags_.error(Code::E0313, x.span(),
                 fmt::format("'select' chooses between two types: {} and {}", types_.str(v[1].type),
                             types_.str(v[2].type)));
    return {};
  }
  return {v[1].type,
          b_->select(v[0].value, v[1].value, v[2].value)};  // of aggregates, the addresses
}

Value BodyLowering::not_supported(const Form& form, const Sexp& x, Destination&) {
  diags_.error(Code::E0322, x.span(), fmt::format("'{}' is not supported yet", form.text));
  return {};
}

}  // namespace ll::brilisp
