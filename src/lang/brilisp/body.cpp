// Functions, variables and operands.
#include "lang/brilisp/body.h"

#include <fmt/format.h>

#include "lang/brilisp/spelling.h"
#include "support/check.h"

namespace ll::brilisp {

void BodyLowering::run(const FunctionEntry& entry) {
  entry_ = &entry;
  f_ = &module().function(entry.definition);
  b_.emplace(module(), *f_);
  variables_.clear();
  labels_.clear();
  slots_.clear();
  is_dropping_ = false;

  b_->at(f_->add_block());
  add_parameters();
  find_labels();
  for (const Sexp& x : entry.item->items().subspan(2)) instruction(x);
  finish();
}

// An aggregate parameter is the address of a copy that belongs to this call: the variable itself.
void BodyLowering::add_parameters() {
  const FunctionType& type = entry_->types[entry_->defining_type];
  const Sexp& prototype = (*entry_->item)[1];
  for (size_t i = 0; i < type.params.size(); ++i) {
    const Sexp& form = prototype[static_cast<uint32_t>(i) + 1];
    Symbol name = form[0].symbol();
    SourceType t = type.params[i];
    bool by_address = types_.is_aggregate(t);
    ValueId param = f_->add_param(f_->entry(), by_address ? kPtr : program_.ir(t), form.span());
    ValueId address = by_address ? param : slot(program_.ir(t), name);
    if (by_address) f_->set_name(param, name);
    else b_->set_span(form.span()), b_->store(address, param);
    variables_.put(name, {t, address, form.span()});
  }
}

void BodyLowering::find_labels() {
  static const Symbol kLabel("label");
  for (const Sexp& x : entry_->item->items().subspan(2)) {
    if (x.head() != kLabel || x.size() < 2 || !x[1].is_symbol()) continue;  // reported when met
    Symbol name = x[1].symbol();
    if (Label* earlier = labels_.find(name)) {
      diags_.error(Code::E0311, x.span(), fmt::format("label '{}' is defined twice", name.str()))
          .note(earlier->span, "first defined here");
      continue;
    }
    Label l{.block = f_->add_block(name), .span = x.span(), .params = {}};
    for (const Sexp& p : x.items().subspan(2)) {
      Destination d{.name = {}, .type = {}, .span = p.span()};
      if (p.size() == 2 && p[0].is_symbol()) {
        d = {p[0].symbol(), program_.parse_type(p[1], diags_), p.span()};
      } else {
        diags_.error(Code::E0300, p.span(),
                     fmt::format("a label's parameter is (name type), not '{}'", print(p)));
      }
      if (d.type && types_.is_aggregate(d.type)) {
        diags_
            .error(Code::E0320, p.span(),
                   fmt::format("a label cannot take a value of type '{}'", types_.str(d.type)))
            .note({}, "arrays and structs are passed in variables");
        d.type = {};
      }
      if (!d.type) l.is_broken = true;
      l.params.push_back(d);
    }
    labels_.put(name, std::move(l));
  }
}

void BodyLowering::instruction(const Sexp& x) {
  static const Symbol kLabel("label");
  if (is_dropping_ && x.head() != kLabel) return;
  if (!x.head()) {
    diags_.error(Code::E0300, x.span(), fmt::format("'{}' is not an instruction", print(x)))
        .note({}, "an instruction is a list that starts with the operation's name");
    return;
  }
  const Form* form = find_form(x.head());
  if (!form) {
    Diag& d = diags_.error(Code::E0307, x.span(),
                           fmt::format("unknown instruction '{}'", x.head().str()));
    suggest(d, x.head(), form_names());
    return;
  }
  if (form->is_value) {
    diags_.error(Code::E0300, x.span(), fmt::format("the value of '{}' is not used", form->text))
        .suggest(form->text == "call"
                     ? "write (set (ignored void) (call …)) to drop it"
                     : fmt::format("write (set (x T) ({} {}))", form->text, form->operands));
    return;
  }
  b_->set_span(x.span());
  Destination none;
  (this->*form->method)(*form, x, none);
}

void BodyLowering::finish() {
  if (!is_dropping_) {
    const Sexp& last = entry_->item->items().back();
    diags_
        .error(Code::E0312, last.span(),
               fmt::format("control runs off the end of '{}'", entry_->name.str()))
        .suggest(f_->ret == kVoid ? "end the function with (ret)"
                                  : "end the function with (ret v)");
  }
  auto& insts = f_->block(f_->entry()).insts;
  insts.insert(insts.begin(), slots_.begin(), slots_.end());
}

ValueId BodyLowering::slot(TypeId object, Symbol name) {
  auto align = static_cast<uint16_t>(std::countr_zero(module().types.align(object)));
  Inst i{.op = Op::Slot, .aux = align, .type = kPtr, .imm = object.index, .span = {}};
  slots_.push_back(f_->add_inst(i, {}));
  if (name) f_->set_name(slots_.back(), name);
  return slots_.back();
}

Value BodyLowering::set(const Form&, const Sexp& x, Destination&) {
  if (x.size() != 3 || x[1].size() != 2 || !x[1][0].is_symbol() || !x[2].head()) {
    diags_.error(Code::E0300, x.span(), fmt::format("malformed instruction '{}'", print(x)))
        .suggest("write (set (name type) (operation operand …))");
    if (x.size() > 1 && x[1].size() > 0 && x[1][0].is_symbol())
      declare_broken({x[1][0].symbol(), {}, x[1].span()});
    return {};
  }
  const Sexp& operation = x[2];
  Destination dest{x[1][0].symbol(), program_.parse_result_type(x[1][1], diags_), x[1].span()};
  const Form* form = find_form(operation.head());
  if (!form) {
    Diag& d = diags_.error(Code::E0307, operation.span(),
                           fmt::format("unknown operation '{}'", operation.head().str()));
    suggest(d, operation.head(), form_names());
  } else if (!form->is_value) {
    diags_.error(Code::E0307, operation.span(), fmt::format("'{}' yields no value", form->text))
        .suggest(
            fmt::format("write ({} {}) as an instruction of its own", form->text, form->operands));
  } else if (dest.type == SourceTypes::kVoid && form->text != "call" && form->text != "asm") {
    diags_.error(
        Code::E0314, dest.span,
        fmt::format("'{}' yields a value: '{}' cannot be void", form->text, dest.name.str()));
    dest.type = {};
  } else if (dest.type) {
    Value v = (this->*form->method)(*form, operation, dest);
    if (dest.type != SourceTypes::kVoid) assign(dest, v);
    return {};
  }
  if (dest.type != SourceTypes::kVoid) declare_broken(dest);
  return {};
}

// The name is known from here on, whatever was wrong with its value.
void BodyLowering::declare_broken(const Destination& dest) {
  if (!variables_.find(dest.name) && program_.find_global(dest.name)) return;
  if (dest.type) place(dest);
  else variables_.put(dest.name, {{}, {}, dest.span});
}

void BodyLowering::assign(Destination dest, Value v) {
  if (!v.ok()) return declare_broken(dest);
  if (v.type != dest.type) {
    diags_.error(Code::E0314, dest.span,
                 fmt::format("'{}' is declared as {}, its value is of type {}", dest.name.str(),
                             types_.str(dest.type), types_.str(v.type)));
    return declare_broken(dest);
  }
  ValueId to = place(dest);
  if (to.valid()) write(to, v.type, v.value);
}

// The address behind a name that is about to be assigned: a variable's slot, made when the name
// is new or had another type so far, or a global. Invalid after an error.
ValueId BodyLowering::place(const Destination& dest) {
  Variable* known = variables_.find(dest.name);
  if (known && known->type == dest.type) return known->address;
  const GlobalEntry* g = known ? nullptr : program_.find_global(dest.name);
  if (!g) {
    ValueId address = slot(program_.ir(dest.type), dest.name);
    variables_.put(dest.name, {dest.type, address, dest.span});
    return address;
  }
  if (g->type == dest.type) return global_address(*g);
  if (g->type)
    diags_
        .error(Code::E0314, dest.span,
               fmt::format("the global '{}' has type {}, not {}", dest.name.str(),
                           types_.str(g->type), types_.str(dest.type)))
        .note(g->span, "defined here");
  return {};
}

void BodyLowering::write(ValueId to, SourceType type, ValueId value) {
  if (!types_.is_aggregate(type)) {
    b_->store(to, value);
    return;
  }
  if (!value.valid() || value == to) return;
  TypeId object = program_.ir(type);
  uint64_t bytes = module().types.size(object);
  if (bytes > 0) b_->copy(to, value, bytes, module().types.align(object));
}

Value BodyLowering::read(SourceType type, ValueId address) {
  return {type, types_.is_aggregate(type) ? address : b_->load(program_.ir(type), address)};
}

ValueId BodyLowering::global_address(const GlobalEntry& g) {
  return f_->leaf(Op::GlobalAddr, ptr_type(module().global(g.id).space), g.id.index);
}

Value BodyLowering::operand(const Sexp& x) {
  switch (x.kind()) {
    case SexpKind::Int:
      return {SourceTypes::kInt, f_->constant(kInt32, x.integer())};
    case SexpKind::Float:
      return {SourceTypes::kFloat, f_->constant_float(kFloat, x.real())};
    case SexpKind::Bool:
      return {SourceTypes::kBool, f_->constant(kBool, x.boolean())};
    case SexpKind::String:
      diags_.error(Code::E0313, x.span(), "a string literal cannot be an operand")
          .suggest("name it with define-string and take its address with string-ref");
      return {};
    case SexpKind::List:
      diags_
          .error(Code::E0313, x.span(),
                 fmt::format("an operand is a name or a literal, not '{}'", print(x)))
          .suggest("assign the inner operation to a variable first");
      return {};
    case SexpKind::Symbol:
      break;
  }
  if (const Variable* v = variables_.find(x.symbol()))
    return v->type ? read(v->type, v->address) : Value{};
  if (const GlobalEntry* g = program_.find_global(x.symbol())) {
    if (!g->type) return {};
    return {types_.pointer(g->type, module().global(g->id).space), global_address(*g)};
  }
  Diag& d =
      diags_.error(Code::E0308, x.span(), fmt::format("unknown variable '{}'", x.symbol().str()));
  if (program_.find_string(x.symbol())) {
    d.suggest(fmt::format("'{0}' is a string constant: take its address with (string-ref {0})",
                          x.symbol().str()));
  } else {
    suggest(d, x.symbol(), variables_.names());
    if (d.help.empty()) suggest(d, x.symbol(), program_.global_names());
  }
  return {};
}

bool BodyLowering::operands(const Form& form, const Sexp& x, size_t least, size_t most) {
  size_t count = x.size() - 1;
  if (count >= least && count <= most) return true;
  std::string expected = least == most   ? fmt::format("{}", least)
                         : count < least ? fmt::format("at least {}", least)
                                         : fmt::format("at most {}", most);
  diags_
      .error(Code::E0315, x.span(),
             fmt::format("'{}' takes {} operand{}, not {}", form.text, expected,
                         expected.ends_with(" 1") || expected == "1" ? "" : "s", count))
      .suggest(fmt::format("write ({}{}{})", form.text, form.operands.empty() ? "" : " ",
                           form.operands));
  return false;
}

bool BodyLowering::all_operands(const Sexp& x, std::span<Value> values) {
  bool ok = true;
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = operand(x[static_cast<uint32_t>(i) + 1]);
    ok = ok && values[i].ok();
  }
  return ok;
}

void BodyLowering::suggest(Diag& d, Symbol wrong, const std::vector<Symbol>& known) {
  constexpr size_t kMaxErrors = 100;
  if (diags_.error_count() <= kMaxErrors) suggest_spelling(d, wrong, known);
}

Value BodyLowering::wrong_type(const Sexp& x, const Value& v, std::string_view expected) {
  if (v.ok())
    diags_.error(
        Code::E0313, x.span(),
        fmt::format("'{}' is of type {}, expected {}", print(x), types_.str(v.type), expected));
  return {};
}

ValueId BodyLowering::extended(const Sexp& x) {
  if (x.is_int() && !x.is_big()) return f_->constant(kInt64, x.integer());
  Value v = operand(x);
  if (!v.ok() || !types_.is_int(v.type)) return wrong_type(x, v, "an integer").value;
  return v.type == SourceTypes::kInt64 ? v.value : b_->convert(Op::SExt, kInt64, v.value);
}

}  // namespace ll::brilisp
