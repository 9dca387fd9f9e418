// Reads the IR's text form (docs/ir.md): structs first, then the names of globals and the heads
// of functions, then what refers to them, so that the order of items in the text is free.
// Function bodies are read by text_read_body.cpp.
#include "ir/text.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>
#include "ir/text_read.h"

namespace ll {
namespace {

constexpr std::string_view kVersion = "1.0";

struct FlagName {
  std::string_view word;
  FuncFlag flag;
};
constexpr FlagName kFlags[] = {
    {"external", kExternal}, {"internal", kInternal}, {"always-inline", kAlwaysInline},
    {"kernel", kKernel},     {"device", kDevice},     {"cpu-kernel", kCpuKernel}};

class ModuleReader {
 public:
  ModuleReader(Module& m, Diags& d) : r_(m, d) {}
  void read(const Sexp& program);

 private:
  struct PendingStruct {
    TypeId id;
    const Sexp* form;
    std::vector<uint32_t> inside;  // structs that contain this one
    uint32_t missing = 0;          // fields' structs not yet defined
  };
  struct PendingGlobal {
    GlobalId id;
    const Sexp* form;
  };
  struct PendingFunction {
    FuncId id;
    const Sexp* form;
    uint32_t first_instruction;
  };

  void sort(const Sexp& item);
  void declare_struct(const Sexp& form);
  void define_structs();
  void depend(const Sexp& field, uint32_t user);
  void define_struct(const PendingStruct& s);
  void declare_global(const Sexp& form);
  void define_global(const PendingGlobal& g);
  bool global_attribute(Global& g, const Sexp& x);
  void initial_bytes(Global& g, const Sexp& x);
  void reference(Global& g, const Sexp& x);
  void declare_function(const Sexp& form);
  void parameters(Function& f, const Sexp& head);
  bool function_attribute(Function& f, const Sexp& x);

  TextReader r_;
  std::vector<const Sexp*> global_forms_, function_forms_;
  std::vector<PendingStruct> structs_;
  std::unordered_map<Symbol, uint32_t> struct_index_;
  std::vector<PendingGlobal> globals_;
  std::vector<PendingFunction> functions_;
};

void ModuleReader::read(const Sexp& program) {
  if (!program[1][1].is_string() || program[1][1].string() != kVersion)
    r_.malformed(program[1][1].span(),
                 fmt::format("this version of the IR is not known; it must be \"{}\"", kVersion));
  for (const Sexp& item : program.items().subspan(2)) sort(item);
  define_structs();
  for (const Sexp* form : global_forms_) declare_global(*form);
  for (const Sexp* form : function_forms_) declare_function(*form);
  for (const PendingGlobal& g : globals_) define_global(g);
  for (const PendingFunction& f : functions_)
    read_body(r_, r_.module.function(f.id), *f.form, f.first_instruction);
}

void ModuleReader::sort(const Sexp& item) {
  std::string_view head = item.head().str();
  if (head == "define-struct") return declare_struct(item);
  if (head == "define-global") return global_forms_.push_back(&item);
  if (head == "define") return function_forms_.push_back(&item);
  r_.malformed(item.span(), "expected (define-struct …), (define-global …) or (define …)");
}

// Structs

void ModuleReader::declare_struct(const Sexp& form) {
  bool shaped = form.size() == 2 || (form.size() == 3 && form[2].is_list());
  if (!shaped || !form[1].is_symbol() || form[1].symbol().empty()) {
    r_.malformed(form.span(), "a struct is written (define-struct NAME (TYPE …))");
    return;
  }
  Symbol name = form[1].symbol();
  if (!struct_index_.try_emplace(name, static_cast<uint32_t>(structs_.size())).second) {
    r_.duplicate(form[1].span(), fmt::format("struct '{}' is defined twice", name.str()));
    return;
  }
  TypeId id = r_.module.types.declare_struct(name);
  structs_.push_back({id, form.size() == 3 ? &form : nullptr, {}, 0});
}

// Notes that `user` needs every struct named in a field's type.
void ModuleReader::depend(const Sexp& field, uint32_t user) {
  if (is_pair(field, "struct") && field[1].is_symbol()) {
    auto at = struct_index_.find(field[1].symbol());
    if (at == struct_index_.end() || !structs_[at->second].form) return;
    structs_[at->second].inside.push_back(user);
    ++structs_[user].missing;
    return;
  }
  for (const Sexp& part : field.items()) depend(part, user);
}

// A struct's size must be known before that of what contains it: inner ones first (Kahn). What
// is never reached contains itself.
void ModuleReader::define_structs() {
  std::vector<uint32_t> ready;
  for (uint32_t i = 0; i < structs_.size(); ++i) {
    if (structs_[i].form) depend((*structs_[i].form)[2], i);
  }
  for (uint32_t i = 0; i < structs_.size(); ++i)
    if (structs_[i].missing == 0) ready.push_back(i);
  for (size_t next = 0; next < ready.size(); ++next) {
    const PendingStruct& s = structs_[ready[next]];
    if (s.form) define_struct(s);
    for (uint32_t user : s.inside)
      if (--structs_[user].missing == 0) ready.push_back(user);
  }
  for (const PendingStruct& s : structs_)
    if (s.missing != 0)
      r_.malformed((*s.form)[1].span(),
                   fmt::format("struct '{}' contains itself", (*s.form)[1].symbol().str()));
}

void ModuleReader::define_struct(const PendingStruct& s) {
  std::vector<TypeId> fields;
  bool good = true;
  for (const Sexp& field : (*s.form)[2].items()) {
    fields.push_back(r_.object_type(field));
    good &= fields.back().valid();
  }
  if (good && !r_.module.types.define_struct(s.id, std::move(fields)))
    r_.out_of_range(s.form->span(), "the struct is too large");
}

// Globals

void ModuleReader::declare_global(const Sexp& form) {
  if (form.size() < 2 || form[1].size() != 2) {
    r_.malformed(form.span(), "a global is written (define-global (NAME TYPE) ATTRIBUTE …)");
    return;
  }
  Symbol name = r_.name(form[1][0], "the name of a global");
  TypeId type = r_.object_type(form[1][1]);
  if (name.empty() || !type.valid()) return;
  if (r_.module.find_global(name).valid()) {
    r_.duplicate(form[1][0].span(), fmt::format("global '{}' is defined twice", name.str()));
    return;
  }
  Global g;
  g.name = name;
  g.type = type;
  g.align = r_.module.types.align(type);
  g.span = form[1][0].span();
  for (const Sexp& x : form.items().subspan(2)) {
    // References need the names of all globals; define_global reads them.
    if (x.head().str() != "ref" && !global_attribute(g, x))
      r_.malformed(x.span(),
                   "expected (align N), (addrspace N), (constant), (bytes \"HEX\") or "
                   "(ref OFFSET GLOBAL ADDEND)");
  }
  globals_.push_back({r_.module.add_global(std::move(g)), &form});
}

bool ModuleReader::global_attribute(Global& g, const Sexp& x) {
  std::string_view head = x.head().str();
  if (head == "align") {
    if (auto log2 = r_.align_log2(x)) g.align = 1u << *log2;
  } else if (head == "addrspace") {
    auto space = r_.attribute(x, 0, kSpaceCount - 1);
    if (!space) return true;
    g.space = static_cast<Space>(*space);
    if (!r_.module.types.contains(ptr_type(g.space)))
      r_.out_of_range(x.span(), fmt::format("there is no address space {}", *space));
  } else if (head == "constant" && x.size() == 1) {
    g.constant = true;
  } else if (head == "bytes") {
    initial_bytes(g, x);
  } else {
    return false;
  }
  return true;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void ModuleReader::initial_bytes(Global& g, const Sexp& x) {
  if (x.size() != 2 || !x[1].is_string() || x[1].string().size() % 2 != 0) {
    r_.malformed(x.span(), "initial bytes are written (bytes \"HEX\"), two digits a byte");
    return;
  }
  std::string_view digits = x[1].string();
  g.init.resize(digits.size() / 2);
  for (size_t i = 0; i < g.init.size(); ++i) {
    int high = hex_digit(digits[2 * i]), low = hex_digit(digits[2 * i + 1]);
    if (high < 0 || low < 0) {
      r_.malformed(x[1].span(), fmt::format("byte {} is not two hexadecimal digits", i));
      return;
    }
    g.init[i] = static_cast<uint8_t>(high << 4 | low);
  }
}

void ModuleReader::define_global(const PendingGlobal& g) {
  for (const Sexp& x : g.form->items().subspan(2))
    if (x.head().str() == "ref") reference(r_.module.global(g.id), x);
}

void ModuleReader::reference(Global& g, const Sexp& x) {
  if (x.size() != 3 && x.size() != 4) {
    r_.malformed(x.span(), "an address is written (ref OFFSET GLOBAL ADDEND)");
    return;
  }
  using Limit = std::numeric_limits<int64_t>;
  auto offset = r_.integer(x[1], 0, Limit::max(), "the offset of a reference");
  Symbol name = r_.name(x[2], "the name of a global");
  std::optional<int64_t> addend = 0;
  if (x.size() == 4) addend = r_.integer(x[3], Limit::min(), Limit::max(), "an addend");
  if (!offset || name.empty() || !addend) return;
  GlobalId target = r_.module.find_global(name);
  if (!target.valid()) {
    r_.unknown(x[2].span(), fmt::format("there is no global '{}'", name.str()));
    return;
  }
  g.relocs.push_back({static_cast<uint64_t>(*offset), target, *addend});
}

// Functions

void ModuleReader::declare_function(const Sexp& form) {
  if (form.size() < 2 || form[1].size() == 0 || form[1][0].size() != 2) {
    r_.malformed(form.span(), "a function is written (define ((NAME TYPE) (PARAMETER TYPE) …) …)");
    return;
  }
  const Sexp& head = form[1];
  Symbol name = r_.name(head[0][0], "the name of a function");
  if (name.empty()) return;
  if (r_.module.find_function(name).valid()) {
    r_.duplicate(head[0][0].span(), fmt::format("function '{}' is defined twice", name.str()));
    return;
  }
  FuncId id = r_.module.add_function(name);
  Function& f = r_.module.function(id);
  f.span = head[0][0].span();
  TypeId ret = r_.type(head[0][1]);
  if (ret.valid()) f.ret = ret == kVoid ? ret : r_.object_type(head[0][1]);
  parameters(f, head);

  uint32_t next = 2;
  while (next < form.size() && function_attribute(f, form[next])) ++next;
  if (next < form.size()) {
    if (f.is(kExternal))
      r_.malformed(form[next].span(),
                   fmt::format("'{}' is external and cannot have a body", name.str()));
    functions_.push_back({id, &form, next});
  } else if (!f.is(kExternal)) {
    r_.malformed(form.span(), fmt::format("'{}' has no body", name.str()))
        .suggest("mark what is defined elsewhere with (attributes external)");
  }
}

void ModuleReader::parameters(Function& f, const Sexp& head) {
  for (const Sexp& p : head.items().subspan(1)) {
    TypeId type;
    if (p.size() == 2) {
      type = r_.object_type(p[1]);
    } else {
      r_.malformed(p.span(), "a parameter is written (NAME TYPE)");
    }
    // After a complaint any type does: the count stays right for later messages.
    f.params.push_back(type.valid() ? type : kInt32);
  }
}

// False when x is not an attribute, so that the body begins there.
bool ModuleReader::function_attribute(Function& f, const Sexp& x) {
  std::string_view head = x.head().str();
  constexpr int64_t kMost = std::numeric_limits<uint32_t>::max();
  if (head == "attributes") {
    for (const Sexp& word : x.items().subspan(1)) {
      auto at = std::find_if(std::begin(kFlags), std::end(kFlags), [&](const FlagName& row) {
        return word.is_symbol() && row.word == word.symbol().str();
      });
      if (at != std::end(kFlags)) {
        f.flags |= at->flag;
      } else {
        r_.malformed(word.span(), "there is no such attribute");
      }
    }
  } else if (head == "link") {
    if (x.size() == 2 && x[1].is_string() && !x[1].string().empty()) {
      f.link_name = Symbol(x[1].string());
    } else {
      r_.malformed(x.span(), "a symbol of the linker is written (link \"NAME\")");
    }
  } else if (head == "shared-bytes") {
    if (auto n = r_.attribute(x, 0, kMost)) f.shared_bytes = static_cast<uint32_t>(*n);
  } else if (head == "context-bytes") {
    if (auto n = r_.attribute(x, 0, kMost)) f.context_bytes = static_cast<uint32_t>(*n);
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool is_ir_text(const Sexp& program) {
  return program.size() >= 2 && program.head().str() == "brilisp" &&
         is_pair(program[1], "ir-version");
}

std::unique_ptr<Module> read_module(const Sexp& program, Diags& diags) {
  size_t errors_before = diags.error_count();
  if (!is_ir_text(program)) {
    diags.error(Code::E0200, program.span(),
                "IR text begins with (brilisp (ir-version \"1.0\") …)");
    return nullptr;
  }
  auto module = std::make_unique<Module>(diags.sources());
  ModuleReader(*module, diags).read(program);
  return diags.error_count() == errors_before ? std::move(module) : nullptr;
}

}  // namespace ll
