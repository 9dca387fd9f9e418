// Calls: of the module's functions, of C functions, of intrinsics and of the host prelude.
#include <fmt/format.h>

#include <algorithm>

#include "lang/brilisp/body.h"
#include "lang/brilisp/declare.h"

namespace ll::brilisp {
namespace {

struct IntrinsicRow {
  SourceType ret;
  Op op;
  int dimension;
};

const IntrinsicRow* find_intrinsic(Symbol name) {
  static const std::unordered_map<Symbol, IntrinsicRow> rows = {
#define INTRINSIC(name, ret, op, dimension) {Symbol(name), {SourceTypes::ret, Op::op, dimension}},
#include "lang/brilisp/intrinsics.def"
#undef INTRINSIC
  };
  auto found = rows.find(name);
  return found == rows.end() ? nullptr : &found->second;
}

bool matches(const FunctionType& f, std::span<const Value> args) {
  return std::equal(f.params.begin(), f.params.end(), args.begin(), args.end(),
                    [](SourceType param, const Value& arg) { return param == arg.type; });
}

std::string str(const SourceTypes& types, std::span<const SourceType> list) {
  std::string out;
  for (SourceType t : list) out += (out.empty() ? "" : ", ") + types.str(t);
  return "(" + out + ")";
}

}  // namespace

Value BodyLowering::call(const Form& form, const Sexp& x, Destination& dest) {
  if (!operands(form, x, 1, SIZE_MAX)) return {};
  if (!x[1].is_symbol()) {
    diags_.error(Code::E0300, x[1].span(),
                 fmt::format("'call' takes the name of a function, not '{}'", print(x[1])));
    return {};
  }
  Symbol name = x[1].symbol();
  std::vector<Value> args;
  bool ok = true;
  for (const Sexp& a : x.items().subspan(2)) {
    args.push_back(operand(a));
    ok = ok && args.back().ok();
  }
  FunctionEntry* entry = program_.find_function(name);
  Value result;
  if (!(entry && entry->item) && intrinsic(name, x, ok ? args : std::span<const Value>(), result))
    return result;
  if (!entry) entry = declare_prelude(program_, name, diags_);
  if (!entry) return unknown_function(x);
  if (!ok || entry->is_broken) return {};
  return call_function(*entry, x, args, dest);
}

Value BodyLowering::unknown_function(const Sexp& x) {
  Symbol name = x[1].symbol();
  Diag& d =
      diags_.error(Code::E0309, x.span(), fmt::format("call of unknown function '{}'", name.str()));
  suggest(d, name, program_.function_names());
  if (d.help.empty())
    d.suggest(fmt::format("declare a C function with (define (({} T) (arg T) …))", name.str()));
  return {};
}

Value BodyLowering::call_function(FunctionEntry& entry, const Sexp& x, std::span<const Value> args,
                                  Destination& dest) {
  auto f = std::find_if(entry.types.begin(), entry.types.end(),
                        [&](auto& type) { return matches(type, args); });
  if (f == entry.types.end()) {
    std::vector<SourceType> given;
    for (const Value& v : args) given.push_back(v.type);
    const FunctionType& first = entry.types.front();
    Diag& d = given.size() != first.params.size()
                  ? diags_.error(Code::E0318, x.span(),
                                 fmt::format("'{}' takes {} argument{}, not {}", entry.name.str(),
                                             first.params.size(),
                                             first.params.size() == 1 ? "" : "s", given.size()))
                  : diags_.error(Code::E0318, x.span(),
                                 fmt::format("'{}' takes {}, not {}", entry.name.str(),
                                             str(types_, first.params), str(types_, given)));
    for (const FunctionType& type : entry.types)
      if (type.span.valid()) d.note(type.span, "declared here");
    return {};
  }
  if (dest.type == SourceTypes::kVoid || f->ret == dest.type) {
    FuncId callee = entry.definition;
    if (!callee.valid()) callee = f->external;
    if (!callee.valid()) {
      std::vector<TypeId> params;
      for (SourceType t : f->params) params.push_back(program_.ir(t));
      callee = f->external = program_.external(entry.name, program_.ir(f->ret), std::move(params));
      if (f->span.valid()) module().function(callee).span = entry.span;
    }
    return emit_call(callee, f->ret, args, dest);
  }
  diags_
      .error(Code::E0318, x.span(),
             fmt::format("'{}' returns {}, but '{}' is of type {}", entry.name.str(),
                         types_.str(f->ret), dest.name.str(), types_.str(dest.type)))
      .note(f->span, "declared here");
  return {};
}

Value BodyLowering::emit_call(FuncId callee, SourceType ret, std::span<const Value> args,
                              Destination& dest) {
  std::vector<ValueId> operands;
  ValueId result;
  if (types_.is_aggregate(ret)) {
    // The arguments are copied before the callee starts, so the result may overwrite one.
    result = dest.type == ret ? place(dest) : slot(program_.ir(ret));
    if (!result.valid()) return {};
    operands.push_back(result);
  }
  for (const Value& v : args) operands.push_back(v.value);
  ValueId called = b_->call(callee, operands);
  return {ret, result.valid() ? result : called};
}

// `result` has no type after an error.
bool BodyLowering::intrinsic(Symbol name, const Sexp& x, std::span<const Value> args,
                             Value& result) {
  static const Symbol kMemcpy("llvm.memcpy.p0i8.p0i8.i64");
  if (name == kMemcpy) {
    if (args.size() + 2 == x.size()) result = memory_copy(x, args);
    return true;
  }
  if (const IntrinsicRow* row = find_intrinsic(name)) {
    if (x.size() != 2) {
      diags_.error(Code::E0318, x.span(),
                   fmt::format("'{}' takes 0 arguments, not {}", name.str(), x.size() - 2));
      return true;
    }
    result = {row->ret, row->op == Op::Barrier ? b_->barrier() : b_->dim(row->op, row->dimension)};
    return true;
  }
  if (!name.str().starts_with("llvm.")) return false;
  diags_.error(Code::E0322, x.span(),
               fmt::format("the intrinsic '{}' is not supported yet", name.str()));
  return true;
}

// A length known here is an operation of the IR; any other is left to the C library.
Value BodyLowering::memory_copy(const Sexp& x, std::span<const Value> args) {
  SourceType bytes = types_.pointer(SourceTypes::kInt8);
  bool ok = args.size() == 4 && args[0].type == bytes && args[1].type == bytes &&
            types_.is_int(args[2].type) && args[3].type == SourceTypes::kBool;
  if (!ok) {
    diags_.error(
        Code::E0318, x.span(),
        fmt::format("'{}' takes (ptr int8), (ptr int8), an integer, bool", x[1].symbol().str()));
    return {};
  }
  const Sexp& length = x[4];
  if (length.is_int() && !length.is_big() && length.integer() >= 0) {
    if (length.integer() > 0)
      b_->copy(args[0].value, args[1].value, static_cast<uint64_t>(length.integer()), 1);
  } else {
    FuncId memcpy = program_.external(Symbol("memcpy"), kPtr, {kPtr, kPtr, kInt64});
    ValueId n = args[2].type == SourceTypes::kInt64 ? args[2].value
                                                    : b_->convert(Op::SExt, kInt64, args[2].value);
    ValueId values[] = {args[0].value, args[1].value, n};
    b_->call(memcpy, values);
  }
  return {SourceTypes::kVoid, {}};
}

}  // namespace ll::brilisp
