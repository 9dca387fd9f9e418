#include "lang/brilisp/program.h"

#include <fmt/format.h>

#include <algorithm>

namespace ll::brilisp {
namespace {

template <class Map>
std::vector<Symbol> keys(const Map& map) {
  std::vector<Symbol> names;
  for (auto& [name, value] : map) names.push_back(name);
  return names;
}

}  // namespace

FunctionEntry* Program::find_function(Symbol name) {
  auto found = function_by_name_.find(name);
  return found == function_by_name_.end() ? nullptr : &functions[found->second];
}

FunctionEntry& Program::add_function(Symbol name, Span at) {
  function_by_name_[name] = static_cast<uint32_t>(functions.size());
  functions.push_back({.name = name, .span = at, .types = {}, .definition = {}});
  return functions.back();
}

const GlobalEntry* Program::find_global(Symbol name) const {
  auto found = globals_.find(name);
  return found == globals_.end() ? nullptr : &found->second;
}

GlobalId Program::find_string(Symbol name) const {
  auto found = strings_.find(name);
  return found == strings_.end() ? GlobalId() : found->second;
}

std::vector<Symbol> Program::function_names() const { return keys(function_by_name_); }
std::vector<Symbol> Program::global_names() const { return keys(globals_); }
std::vector<Symbol> Program::string_names() const { return keys(strings_); }

TypeId Program::ir(SourceType t) {
  if (t.index < kPtr.index) return TypeId(t.index);  // the scalars are numbered alike
  if (t.index >= ir_types_.size()) ir_types_.resize(types.size());
  TypeId& known = ir_types_[t.index];
  if (known) return known;
  if (types.is_pointer(t)) return known = ptr_type(types.space(t));
  if (types.is_struct(t)) return known = module.types.declare_struct(types.struct_name(t));
  TypeId element = ir(types.element(t));
  if (!element) return {};
  return ir_types_[t.index] = module.types.array(types.count(t), element).value_or(TypeId());
}

bool Program::is_representable(SourceType t) {
  while (types.is_pointer(t)) t = types.pointee(t);
  return ir(t).valid();
}

SourceType Program::check_size(SourceType t, const Sexp& form, Diags& diags) {
  if (!t || is_representable(t)) return t;
  diags.error(Code::E0302, form.span(), fmt::format("type '{}' is too large", types.str(t)))
      .note({}, "no object may be larger than 1 TiB");
  return {};
}

SourceType Program::parse_type(const Sexp& form, Diags& diags) {
  return check_size(types.parse(form, diags), form, diags);
}

SourceType Program::parse_result_type(const Sexp& form, Diags& diags) {
  return check_size(types.parse_result(form, diags), form, diags);
}

GlobalId Program::text(std::string_view bytes) {
  auto [found, fresh] = texts_.try_emplace(std::string(bytes));
  if (!fresh) return found->second;
  std::vector<uint8_t> init(bytes.begin(), bytes.end());
  init.push_back(0);
  TypeId type = *module.types.array(init.size(), kInt8);
  return found->second = constant_object(type, std::move(init));
}

GlobalId Program::constant_object(TypeId type, std::vector<uint8_t> bytes) {
  Global g;
  g.name = fresh_global_name(fmt::format(".const.{}", next_constant_++));
  g.type = type;
  g.align = module.types.align(type);
  g.constant = true;
  g.init = std::move(bytes);
  return module.add_global(std::move(g));
}

FuncId Program::external(Symbol link_name, TypeId ret, std::vector<TypeId> params) {
  std::vector<FuncId>& known = externals_[link_name];
  for (FuncId id : known) {
    const Function& f = module.function(id);
    if (f.ret == ret && f.params == params) return id;
  }
  FuncId id = module.add_function(fresh_function_name(link_name));
  Function& f = module.function(id);
  f.link_name = link_name;
  f.flags = kExternal;
  f.ret = ret;
  f.params = std::move(params);
  known.push_back(id);
  return id;
}

Symbol Program::fresh_global_name(std::string_view base) {
  Symbol name(base);
  for (int n = 2; module.find_global(name) || globals_.contains(name); ++n)
    name = Symbol(fmt::format("{}.{}", base, n));
  return name;
}

Symbol Program::fresh_function_name(Symbol base) {
  // A program's own function keeps its name, even when it comes into the module later.
  auto taken = [&](Symbol s) {
    if (module.find_function(s)) return true;
    const FunctionEntry* f = find_function(s);
    return f && f->item;
  };
  Symbol name = base;
  for (int n = 2; taken(name); ++n) name = Symbol(fmt::format("{}.{}", base.str(), n));
  return name;
}

}  // namespace ll::brilisp
