// What the forms of one module know about each other before any of them is lowered: prototypes,
// globals and structs look alike in BriLisp, C-Lisp and cuda-lisp, so one pass over all forms
// collects them. A front end asks here for names that its own form does not hold.
//
// Types stay forms (parse them with SourceTypes). Items that are malformed are left out without
// a word: the lowering of their own form reports them.
#pragma once
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "lang/brilisp/type.h"
#include "sexp/sexp.h"

namespace ll::brilisp {

struct Parameter {
  Symbol name;  // empty in a struct of BriLisp
  Sexp type;
  Span span;
};

struct Prototype {
  Symbol name;
  Sexp ret;
  std::vector<Parameter> params;
  Span span;  // of the name
  bool has_body = false;
  bool is_kernel = false;
};

struct GlobalSignature {
  Symbol name;
  Sexp type;  // of the object, not of its address
  bool has_space = false;
  Sexp space;  // the (addrspace N) form
  Span span;
};

struct StructSignature {
  Symbol name;
  std::vector<Parameter> fields;  // names are empty in BriLisp
  Span span;
};

class Signatures {
 public:
  Signatures();  // knows the host prelude

  // Adds the items of a (brilisp …), (c-lisp …) or (cuda-lisp …) form.
  void collect(const Sexp& form);

  // A definition is preferred over declarations, else the first declaration, else the host
  // prelude's (print, fprint, …). Null for an unknown name.
  const Prototype* function(Symbol name) const;
  const GlobalSignature* global(Symbol name) const;
  const StructSignature* structure(Symbol name) const;
  // Prototypes of the host prelude alone (language/host.md §2).
  const Prototype* prelude(Symbol name) const;

  // Declares every struct name and then sets all field types, so that types can be parsed.
  // Malformed field types are left to the struct's own form.
  void declare_structs(SourceTypes& types) const;

  const std::deque<Prototype>& functions() const { return functions_; }
  const std::deque<GlobalSignature>& globals() const { return globals_; }
  const std::deque<StructSignature>& structures() const { return structures_; }

 private:
  void collect_item(const Sexp& item, bool is_brilisp);
  void collect_struct(const Sexp& item, bool is_brilisp);
  void collect_shared(const Sexp& item);

  Arena arena_;
  std::deque<Prototype> functions_, prelude_;  // deques: addresses stay
  std::deque<GlobalSignature> globals_;
  std::deque<StructSignature> structures_;
  std::unordered_map<Symbol, const Prototype*> function_by_name_, prelude_by_name_;
  std::unordered_map<Symbol, const GlobalSignature*> global_by_name_;
  std::unordered_map<Symbol, const StructSignature*> struct_by_name_;
};

// A prototype item ((name ret) (arg type) …); nothing when it is malformed.
std::optional<Prototype> read_prototype(const Sexp& item);
// Whether an item's head is `define` or starts with `define-`, and has `word` between its dashes.
bool is_define(Symbol head);
bool has_attribute(Symbol head, std::string_view word);

}  // namespace ll::brilisp
