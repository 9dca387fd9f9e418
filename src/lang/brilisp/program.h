// All that is known about a BriLisp program outside of function bodies: the items as written, and
// what they became in the IR module. Filled by declare.cpp, read by the lowering of bodies.
#pragma once
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/ir.h"
#include "lang/brilisp/type.h"
#include "sexp/sexp.h"

namespace ll::brilisp {

// One prototype of a function, in source types. A function may be declared several times.
struct FunctionType {
  SourceType ret;
  std::vector<SourceType> params;
  Span span;          // of the prototype; invalid: built in
  uint32_t form = 0;  // which form of the module it is in
  FuncId external;    // made at the first call
};

struct FunctionEntry {
  Symbol name;
  Span span;  // of the name, where first mentioned
  std::vector<FunctionType> types;
  const Sexp* item = nullptr;  // the definition; null: external
  uint32_t defining_type = 0;  // its index in `types`
  FuncId definition;
  bool is_kernel = false;  // by the attribute word
  bool is_broken = false;  // reported; uses stay silent
};

struct GlobalEntry {
  GlobalId id;
  SourceType type;  // of the object
  Span span;
};

struct Launch {
  FuncId kernel;
  Span span;
};

class Program {
 public:
  Program(Module& m, SourceMap& s) : module(m), sources(s) {}
  Program(const Program&) = delete;

  Module& module;
  SourceMap& sources;
  SourceTypes types;

  // Items as declared, in textual order.
  struct Item {
    const Sexp* form;
    uint32_t number;  // of the form that holds it
  };
  std::vector<Item> struct_items, string_items, global_items, function_items;
  uint32_t form_count = 0;

  std::deque<FunctionEntry> functions;  // by first mention; addresses stay
  std::vector<Launch> launches;
  bool uses_device_forms = false;

  FunctionEntry* find_function(Symbol name);
  FunctionEntry& add_function(Symbol name, Span at);
  const GlobalEntry* find_global(Symbol name) const;
  void add_global(Symbol name, const GlobalEntry& g) { globals_[name] = g; }
  GlobalId find_string(Symbol name) const;  // invalid when there is none
  void add_string(Symbol name, GlobalId id) { strings_[name] = id; }
  std::vector<Symbol> function_names() const;
  std::vector<Symbol> global_names() const;
  std::vector<Symbol> string_names() const;

  // The IR's type; invalid for an array that exceeds the size of any object.
  TypeId ir(SourceType t);
  // A type of values that has a size everywhere: parses, and reports a type that is too large.
  SourceType parse_type(const Sexp& form, Diags& diags);
  SourceType parse_result_type(const Sexp& form, Diags& diags);

  // A zero-terminated constant text; the same text gives the same global.
  GlobalId text(std::string_view bytes);
  // A constant object with these bytes.
  GlobalId constant_object(TypeId type, std::vector<uint8_t> bytes);
  // The external function of this C name and signature, declared in the module at first use.
  FuncId external(Symbol link_name, TypeId ret, std::vector<TypeId> params);
  // A name that no global (function) of the module has: `base`, or base.2, base.3 …
  Symbol fresh_global_name(std::string_view base);
  Symbol fresh_function_name(Symbol base);

 private:
  bool is_representable(SourceType t);
  SourceType check_size(SourceType t, const Sexp& form, Diags& diags);

  std::vector<TypeId> ir_types_;
  std::unordered_map<Symbol, uint32_t> function_by_name_;
  std::unordered_map<Symbol, GlobalEntry> globals_;
  std::unordered_map<Symbol, GlobalId> strings_;
  std::unordered_map<std::string, GlobalId> texts_;
  std::unordered_map<Symbol, std::vector<FuncId>> externals_;  // by C name
  uint32_t next_constant_ = 0;
};

}  // namespace ll::brilisp
