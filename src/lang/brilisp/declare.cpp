#include "lang/brilisp/declare.h"

#include <fmt/format.h>

#include <algorithm>

#include "lang/brilisp/constant.h"
#include "lang/brilisp/signatures.h"
#include "lang/brilisp/spelling.h"

namespace ll::brilisp {
namespace {

// ---- Structs

// The struct that an object of type t holds by value, if any.
SourceType struct_within(const SourceTypes& types, SourceType t) {
  while (types.is_array(t)) t = types.element(t);
  return types.is_struct(t) ? t : SourceType();
}

// Defines every struct after those it holds by value. Depth-first over a work list, because a
// chain of structs may be as long as the program.
class StructLayout {
 public:
  StructLayout(Program& p, Diags& d) : program_(p), diags_(d), state_(p.types.size(), State::New) {}

  bool define_all() {
    for (Symbol name : program_.types.struct_names()) visit(program_.types.find_struct(name));
    return ok_;
  }

 private:
  enum class State : uint8_t { New, Open, Done };
  struct Frame {
    SourceType type;
    size_t next_field = 0;
  };

  void visit(SourceType root) {
    if (state_[root.index] != State::New) return;
    open(root);
    while (!stack_.empty()) {
      Frame& top = stack_.back();
      auto fields = program_.types.fields(top.type);
      if (top.next_field == fields.size()) {
        define(top.type);
        stack_.pop_back();
        continue;
      }
      SourceType inner = struct_within(program_.types, fields[top.next_field++]);
      if (!inner) continue;
      if (state_[inner.index] == State::New) open(inner);
      else if (state_[inner.index] == State::Open) report_cycle(inner);
    }
  }

  void open(SourceType t) {
    state_[t.index] = State::Open;
    stack_.push_back({t});
  }

  void report_cycle(SourceType t) {
    diags_
        .error(Code::E0304, program_.types.struct_span(t),
               fmt::format("struct '{}' contains itself", program_.types.struct_name(t).str()))
        .suggest("hold a pointer to it instead");
    ok_ = false;
  }

  void define(SourceType t) {
    state_[t.index] = State::Done;
    std::vector<TypeId> fields;
    for (SourceType f : program_.types.fields(t)) fields.push_back(program_.ir(f));
    bool fits = std::all_of(fields.begin(), fields.end(), [](TypeId f) { return f.valid(); });
    if (fits && program_.module.types.define_struct(program_.ir(t), std::move(fields))) return;
    if (ok_)
      diags_
          .error(Code::E0304, program_.types.struct_span(t),
                 fmt::format("struct '{}' is too large", program_.types.struct_name(t).str()))
          .note({}, "no object may be larger than 1 TiB");
    ok_ = false;
  }

  Program& program_;
  Diags& diags_;
  std::vector<State> state_;
  std::vector<Frame> stack_;
  bool ok_ = true;
};

// ---- Globals

// The initialiser of a global whose type is known.
void initialise(Program& program, const Sexp& item, const GlobalEntry& entry, Diags& diags) {
  static const Symbol kConst("const"), kPtrTo("ptr-to"), kAddrspace("addrspace");
  const Sexp& init = item[2];
  if (init.head() == kAddrspace) return;  // part of the declaration
  Global& g = program.module.global(entry.id);
  if (init.size() != 2 || (init.head() != kConst && init.head() != kPtrTo)) {
    diags.error(Code::E0323, init.span(), fmt::format("'{}' is not an initialiser", print(init)))
        .note({}, "an initialiser is (const literal), (ptr-to global) or (addrspace N)");
    return;
  }
  if (init.head() == kConst) {
    std::vector<uint8_t> bytes(program.module.types.size(g.type));
    if (!encode_constant(program, entry.type, init[1], bytes, diags)) return;
    if (std::any_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b != 0; }))
      g.init = std::move(bytes);
    return;
  }
  const GlobalEntry* target = init[1].is_symbol() ? program.find_global(init[1].symbol()) : nullptr;
  if (!target) {
    Diag& d = diags.error(Code::E0324, init[1].span(),
                          fmt::format("'{}' is not a global", print(init[1])));
    if (init[1].is_symbol()) suggest_spelling(d, init[1].symbol(), program.global_names());
    return;
  }
  if (!target->type) return;
  SourceType address = program.types.pointer(target->type, program.module.global(target->id).space);
  if (address != entry.type) {
    diags
        .error(Code::E0323, init.span(),
               fmt::format("the address of '{}' is of type {}, but '{}' is of type {}",
                           init[1].symbol().str(), program.types.str(address), g.name.str(),
                           program.types.str(entry.type)))
        .note(target->span, fmt::format("'{}' is defined here", init[1].symbol().str()));
    return;
  }
  g.init.assign(8, 0);
  g.relocs.push_back({0, target->id, 0});
}

bool declare_global(Program& program, const Sexp& item, Diags& diags) {
  static const Symbol kAddrspace("addrspace");
  if (item.size() < 2 || item.size() > 3 || item[1].size() != 2 || !item[1][0].is_symbol()) {
    Diag& d =
        diags.error(Code::E0300, item.span(), "malformed global")
            .suggest(
                "write (define-global (name type)) or (define-global (name type) initialiser)");
    if (item.size() > 3)
      d.note(item[3].span(), "a global has one initialiser or address space, not both");
    return false;
  }
  const Sexp& pair = item[1];
  Symbol name = pair[0].symbol();
  if (const GlobalEntry* earlier = program.find_global(name)) {
    diags.error(Code::E0305, pair.span(), fmt::format("global '{}' is defined twice", name.str()))
        .note(earlier->span, "first defined here");
    return false;
  }
  GlobalEntry entry{.id = {}, .type = program.parse_type(pair[1], diags), .span = pair.span()};
  std::optional<Space> space = Space::Generic;
  if (item.size() == 3 && item[2].head() == kAddrspace) space = parse_space(item[2], diags);
  if (space == Space::Private) {
    diags.error(Code::E0303, item[2].span(), "a global cannot live in private memory")
        .note({}, "address space 5 belongs to one work-item; use alloc in a function");
    space = std::nullopt;
  }
  if (!space) entry.type = {};
  if (entry.type) {
    Global g;
    g.name = name;
    g.type = program.ir(entry.type);
    g.space = *space;
    g.align =
        std::max<uint32_t>(program.module.types.align(g.type), *space == Space::Shared ? 16 : 1);
    g.span = pair.span();
    entry.id = program.module.add_global(std::move(g));
  }
  program.add_global(name, entry);
  return entry.type.valid();
}

// ---- Functions

constexpr std::string_view kAttributeWords[] = {"inline", "kernel", "brilisp"};

void warn_unknown_words(const Sexp& item, Diags& diags) {
  std::string_view rest = item.head().str();
  for (size_t dash = rest.find('-'); dash != std::string_view::npos; dash = rest.find('-')) {
    rest.remove_prefix(dash + 1);
    std::string_view word = rest.substr(0, rest.find('-'));
    if (std::find(std::begin(kAttributeWords), std::end(kAttributeWords), word) ==
        std::end(kAttributeWords))
      diags
          .warning(Code::W0325, item[0].span(),
                   fmt::format("unknown attribute word '{}' in '{}'", word, item.head().str()))
          .note({}, "the words are inline, kernel and brilisp");
  }
}

std::optional<FunctionType> function_type(Program& program, const Sexp& prototype, Diags& diags) {
  FunctionType type{.ret = program.parse_result_type(prototype[0][1], diags),
                    .params = {},
                    .span = prototype.span(),
                    .external = {}};
  bool ok = type.ret.valid();
  std::unordered_map<Symbol, Span> seen;
  for (const Sexp& param : prototype.items().subspan(1)) {
    type.params.push_back(program.parse_type(param[1], diags));
    ok = ok && type.params.back().valid();
    auto [earlier, fresh] = seen.try_emplace(param[0].symbol(), param.span());
    if (fresh) continue;
    diags
        .error(Code::E0305, param.span(),
               fmt::format("argument '{}' is declared twice", param[0].symbol().str()))
        .note(earlier->second, "first declared here");
    ok = false;
  }
  return ok ? std::optional(std::move(type)) : std::nullopt;
}

// Whether two prototypes are one to the linker: equal but for what pointers point at.
bool same_in_ir(Program& program, const FunctionType& a, const FunctionType& b) {
  return program.ir(a.ret) == program.ir(b.ret) &&
         std::equal(a.params.begin(), a.params.end(), b.params.begin(), b.params.end(),
                    [&](SourceType x, SourceType y) { return program.ir(x) == program.ir(y); });
}

// Adds the prototype `type` to a function that is known already, or reports why it does not fit.
void redeclare(Program& program, FunctionEntry& entry, FunctionType type, const Sexp* body, Span at,
               Diags& diags) {
  if (body && entry.item) {
    diags.error(Code::E0305, at, fmt::format("function '{}' is defined twice", entry.name.str()))
        .note(entry.span, "first defined here");
    return;
  }
  for (const FunctionType& earlier : entry.types) {
    // A definition in the module must be what every declaration says. Two declarations of a C
    // function may differ in types, and between forms in their number: C has variadic functions.
    bool is_external = !body && !entry.item;
    bool fits = is_external
                    ? earlier.params.size() == type.params.size() || earlier.form != type.form
                    : same_in_ir(program, earlier, type);
    if (fits) continue;
    diags
        .error(
            Code::E0306, at,
            fmt::format("this declaration of '{}' differs from an earlier one", entry.name.str()))
        .note(earlier.span, "declared here");
    entry.is_broken = true;
    return;
  }
  auto same = std::find_if(entry.types.begin(), entry.types.end(), [&](const FunctionType& t) {
    return t.ret == type.ret && t.params == type.params;
  });
  auto index = static_cast<uint32_t>(same - entry.types.begin());
  if (same == entry.types.end()) entry.types.push_back(std::move(type));
  if (body) entry.item = body, entry.defining_type = index, entry.span = at;
}

void declare_function(Program& program, const Program::Item& item, Diags& diags) {
  const Sexp& form = *item.form;
  warn_unknown_words(form, diags);
  std::optional<Prototype> prototype = form.size() > 1 ? read_prototype(form[1]) : std::nullopt;
  if (!prototype) {
    diags
        .error(Code::E0300, form.size() > 1 ? form[1].span() : form.span(),
               "malformed function prototype")
        .suggest("write ((name result-type) (argument type) …)");
    return;
  }
  Symbol name = prototype->name;
  if (const GlobalEntry* g = program.find_global(name)) {
    diags
        .error(Code::E0305, form[1].span(),
               fmt::format("'{}' is a global and a function", name.str()))
        .note(g->span, "the global is defined here");
    return;
  }
  const Sexp* body = form.size() > 2 ? &form : nullptr;
  FunctionEntry* entry = program.find_function(name);
  std::optional<FunctionType> type = function_type(program, form[1], diags);
  bool is_new = entry == nullptr;
  if (is_new) entry = &program.add_function(name, form[1][0][0].span());
  if (type) {
    type->form = item.number;
    redeclare(program, *entry, std::move(*type), body, form[1][0][0].span(), diags);
  } else {
    entry->is_broken = true;
  }
  entry->is_kernel = entry->is_kernel || (body && has_attribute(form.head(), "kernel"));
}

void add_to_module(Program& program, FunctionEntry& entry) {
  const FunctionType& type = entry.types[entry.defining_type];
  entry.definition = program.module.add_function(entry.name);
  Function& f = program.module.function(entry.definition);
  f.span = entry.span;
  f.ret = program.ir(type.ret);
  for (SourceType t : type.params) f.params.push_back(program.ir(t));
  if (has_attribute(entry.item->head(), "inline")) f.flags |= kAlwaysInline;
  if (entry.is_kernel) f.flags |= kKernel;
}

}  // namespace

bool declare_structs(Program& program, Diags& diags) {
  size_t errors = diags.error_count();
  std::vector<const Sexp*> forms;
  for (const Program::Item& item : program.struct_items) {
    const Sexp& form = *item.form;
    if (form.size() != 3 || !form[1].is_symbol() || !form[2].is_list()) {
      diags.error(Code::E0300, form.span(), "malformed struct")
          .suggest("write (define-struct name (type …))");
      continue;
    }
    if (SourceType known = program.types.find_struct(form[1].symbol())) {
      diags
          .error(Code::E0305, form.span(),
                 fmt::format("struct '{}' is defined twice", form[1].symbol().str()))
          .note(program.types.struct_span(known), "first defined here");
      continue;
    }
    program.types.declare_struct(form[1].symbol(), form.span());
    forms.push_back(&form);
  }
  for (const Sexp* form : forms) {
    std::vector<SourceType> fields;
    for (const Sexp& field : (*form)[2].items())
      fields.push_back(program.types.parse(field, diags));
    program.types.set_fields(program.types.find_struct((*form)[1].symbol()), std::move(fields));
  }
  if (diags.error_count() != errors) return false;
  return StructLayout(program, diags).define_all();
}

bool declare_strings(Program& program, Diags& diags) {
  size_t errors = diags.error_count();
  std::unordered_map<Symbol, Span> seen;
  for (const Program::Item& item : program.string_items) {
    const Sexp& form = *item.form;
    if (form.size() != 3 || !form[1].is_symbol() || !form[2].is_string()) {
      diags.error(Code::E0300, form.span(), "malformed string constant")
          .suggest("write (define-string name \"text\")");
      continue;
    }
    auto [earlier, fresh] = seen.try_emplace(form[1].symbol(), form.span());
    if (fresh) {
      program.add_string(form[1].symbol(), program.text(form[2].string()));
    } else {
      diags
          .error(Code::E0305, form.span(),
                 fmt::format("string constant '{}' is defined twice", form[1].symbol().str()))
          .note(earlier->second, "first defined here");
    }
  }
  return diags.error_count() == errors;
}

bool declare_globals(Program& program, Diags& diags) {
  size_t errors = diags.error_count();
  std::vector<const Sexp*> initialised;
  for (const Program::Item& item : program.global_items)
    if (declare_global(program, *item.form, diags) && item.form->size() == 3)
      initialised.push_back(item.form);
  for (const Sexp* form : initialised)
    initialise(program, *form, *program.find_global((*form)[1][0].symbol()), diags);
  return diags.error_count() == errors;
}

bool declare_functions(Program& program, Diags& diags) {
  size_t errors = diags.error_count();
  for (const Program::Item& item : program.function_items) declare_function(program, item, diags);
  for (FunctionEntry& entry : program.functions)
    if (entry.item && !entry.is_broken) add_to_module(program, entry);
  return diags.error_count() == errors;
}

FunctionEntry* declare_prelude(Program& program, Symbol name, Diags& diags) {
  static const Signatures kPrelude;
  const Prototype* p = kPrelude.prelude(name);
  if (!p) return nullptr;
  FunctionEntry& entry = program.add_function(name, {});
  FunctionType type{
      .ret = program.types.parse(p->ret, diags), .params = {}, .span = {}, .external = {}};
  for (const Parameter& param : p->params)
    type.params.push_back(program.types.parse(param.type, diags));
  entry.types.push_back(std::move(type));
  return &entry;
}

}  // namespace ll::brilisp
