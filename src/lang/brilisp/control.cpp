// Labels, jumps and returns. A label's parameters are the parameters of its block, stored into
// their variables at its start.
#include <fmt/format.h>

#include "lang/brilisp/body.h"

namespace ll::brilisp {

Value BodyLowering::label(const Form& form, const Sexp& x, Destination&) {
  if (x.size() < 2 || !x[1].is_symbol()) {
    diags_.error(Code::E0300, x.span(), fmt::format("malformed label '{}'", print(x)))
        .suggest(fmt::format("write (label {})", form.operands));
    return {};
  }
  const Label& l = *labels_.find(x[1].symbol());
  if (l.span != x.span()) return {};  // a second one; reported
  if (!is_dropping_) {
    if (l.params.empty()) {
      b_->jmp(l.block);
    } else {
      diags_
          .error(Code::E0320, x.span(),
                 fmt::format("control falls into label '{}', which takes {} argument{}",
                             x[1].symbol().str(), l.params.size(), l.params.size() == 1 ? "" : "s"))
          .suggest(fmt::format("write (jmp {} …) before it", x[1].symbol().str()));
    }
  }
  is_dropping_ = false;
  b_->at(l.block);
  if (l.is_broken) {
    for (const Destination& p : l.params)
      if (p.name) declare_broken(p);
    return {};
  }
  std::vector<ValueId> values;
  for (const Destination& p : l.params)
    values.push_back(f_->add_param(l.block, program_.ir(p.type), p.span));
  for (size_t i = 0; i < values.size(); ++i) assign(l.params[i], {l.params[i].type, values[i]});
  return {};
}

bool BodyLowering::edge(const Sexp& x, bool is_list_form, Edge& edge) {
  const Sexp& target = is_list_form ? x[0] : x;
  if (!target.is_symbol()) {
    diags_.error(Code::E0300, target.span(),
                 fmt::format("a jump goes to a label's name, not to '{}'", print(target)));
    return false;
  }
  const Label* l = labels_.find(target.symbol());
  if (!l) {
    Diag& d = diags_.error(
        Code::E0310, target.span(),
        fmt::format("'{}' has no label '{}'", entry_->name.str(), target.symbol().str()));
    suggest(d, target.symbol(), labels_.names());
    return false;
  }
  std::span<const Sexp> args = is_list_form ? x.items().subspan(1) : std::span<const Sexp>();
  return edge_arguments(*l, target.symbol(), args, x.span(), edge);
}

bool BodyLowering::edge_arguments(const Label& to, Symbol name, std::span<const Sexp> args, Span at,
                                  Edge& edge) {
  if (args.size() != to.params.size()) {
    diags_
        .error(Code::E0320, at,
               fmt::format("label '{}' takes {} argument{}, not {}", name.str(), to.params.size(),
                           to.params.size() == 1 ? "" : "s", args.size()))
        .note(to.span, "defined here");
    return false;
  }
  std::vector<ValueId> values;
  bool ok = !to.is_broken;
  for (size_t i = 0; i < args.size(); ++i) {
    Value v = operand(args[i]);
    if (v.ok() && to.params[i].type && v.type != to.params[i].type) {
      diags_
          .error(Code::E0320, args[i].span(),
                 fmt::format("'{}' is of type {}, but label '{}' takes {} here", print(args[i]),
                             types_.str(v.type), name.str(), types_.str(to.params[i].type)))
          .note(to.params[i].span, "declared here");
      ok = false;
    }
    ok = ok && v.ok();
    values.push_back(v.value);
  }
  if (ok) edge = f_->make_edge(to.block, values);
  return ok;
}

Value BodyLowering::jmp(const Form& form, const Sexp& x, Destination&) {
  is_dropping_ = true;
  if (!operands(form, x, 1, SIZE_MAX)) return {};
  Sexp target = Sexp::list(x.items().subspan(1), x.span());
  Edge to;
  if (edge(target, true, to))
    b_->add({.op = Op::Jmp, .imm = f_->add_edges({&to, 1}), .span = {}},
            std::span<const ValueId>());
  return {};
}

Value BodyLowering::br(const Form& form, const Sexp& x, Destination&) {
  is_dropping_ = true;
  if (!operands(form, x, 3)) return {};
  Value c = operand(x[1]);
  if (c.type != SourceTypes::kBool) c = wrong_type(x[1], c, "bool");
  Edge to[2];
  bool ok = c.ok();
  for (uint32_t i = 0; i < 2; ++i) ok = edge(x[i + 2], x[i + 2].size() > 0, to[i]) && ok;
  if (ok)
    b_->add({.op = Op::Br, .imm = f_->add_edges(to), .span = {}},
            std::span<const ValueId>(&c.value, 1));
  return {};
}

Value BodyLowering::ret(const Form& form, const Sexp& x, Destination&) {
  is_dropping_ = true;
  if (!operands(form, x, 0, 1)) return {};
  const FunctionType& type = entry_->types[entry_->defining_type];
  if (x.size() == 1) {
    if (type.ret == SourceTypes::kVoid) b_->ret();
    else
      diags_.error(Code::E0319, x.span(),
                   fmt::format("'{}' returns {}, but this returns nothing", entry_->name.str(),
                               types_.str(type.ret)));
    return {};
  }
  Value v = operand(x[1]);
  if (!v.ok()) return {};
  if (v.type == type.ret) b_->ret(v.value);
  else if (type.ret == SourceTypes::kVoid)
    diags_
        .error(Code::E0319, x.span(),
               fmt::format("'{}' is void and cannot return a value", entry_->name.str()))
        .suggest("write (ret)");
  else
    diags_.error(Code::E0319, x.span(),
                 fmt::format("'{}' returns {}, but '{}' is of type {}", entry_->name.str(),
                             types_.str(type.ret), print(x[1]), types_.str(v.type)));
  return {};
}

Value BodyLowering::nop(const Form& form, const Sexp& x, Destination&) {
  operands(form, x, 0);
  return {};
}

}  // namespace ll::brilisp
