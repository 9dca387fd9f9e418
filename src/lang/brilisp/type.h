// Source types: what BriLisp and the languages above it know about a value. Pointers name their
// pointee here; the IR's pointers are opaque, and `Program::ir` (program.h) maps one to the other.
// Types are interned: two types are equal exactly when their ids are. `int` and `int32` are one
// type.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "ir/types.h"
#include "sexp/sexp.h"
#include "support/diag.h"
#include "support/ids.h"

namespace ll::brilisp {

using SourceType = Id<struct SourceTypeTag>;

class SourceTypes {
 public:
  // The scalars but pointers have fixed ids, in the order of TypeKind.
  static constexpr SourceType kVoid{0}, kBool{1}, kInt8{2}, kInt16{3}, kInt{4}, kInt64{5},
      kFloat{6}, kDouble{7};

  SourceTypes();

  SourceType pointer(SourceType pointee, Space space = Space::Generic);
  SourceType array(uint64_t count, SourceType element);

  // Structs are known by name. Every name must be declared before a type that mentions it is
  // parsed; fields follow when all names are known. `at` is the place of the definition.
  SourceType declare_struct(Symbol name, Span at);
  void set_fields(SourceType s, std::vector<SourceType> fields);
  SourceType find_struct(Symbol name) const;  // invalid when undeclared
  const std::vector<Symbol>& struct_names() const { return struct_names_; }

  // The type that a form spells. Reports and returns an invalid id for a malformed or unknown
  // one. `parse` takes types of values; `parse_result` takes `void` as well.
  SourceType parse(const Sexp& form, Diags& diags);
  SourceType parse_result(const Sexp& form, Diags& diags);

  TypeKind kind(SourceType t) const { return rows_[t.index].kind; }
  bool is_pointer(SourceType t) const { return kind(t) == TypeKind::Ptr; }
  bool is_array(SourceType t) const { return kind(t) == TypeKind::Array; }
  bool is_struct(SourceType t) const { return kind(t) == TypeKind::Struct; }
  bool is_aggregate(SourceType t) const { return is_array(t) || is_struct(t); }
  static bool is_int(SourceType t) { return t >= kInt8 && t <= kInt64; }
  static bool is_int_or_bool(SourceType t) { return t >= kBool && t <= kInt64; }
  static bool is_float(SourceType t) { return t == kFloat || t == kDouble; }

  SourceType pointee(SourceType t) const { return rows_[t.index].inner; }  // of a pointer
  Space space(SourceType t) const { return static_cast<Space>(rows_[t.index].number); }
  SourceType element(SourceType t) const { return rows_[t.index].inner; }  // of an array
  uint64_t count(SourceType t) const { return rows_[t.index].number; }
  Symbol struct_name(SourceType t) const { return rows_[t.index].name; }
  Span struct_span(SourceType t) const { return rows_[t.index].span; }
  std::span<const SourceType> fields(SourceType t) const { return rows_[t.index].fields; }

  // As a program spells it: int, (ptr float (addrspace 1)), (arr 4 int), (struct pair).
  std::string str(SourceType t) const;
  // The same as a form. `at` becomes the span of every part.
  Sexp form(SourceType t, SexpBuilder& builder, Span at) const;

  size_t size() const { return rows_.size(); }  // ids are 0 … size() - 1

 private:
  struct Row {
    TypeKind kind;
    SourceType inner;     // pointee or element
    uint64_t number = 0;  // space or count
    Symbol name;          // of a struct
    Span span;
    std::vector<SourceType> fields;
  };
  SourceType intern(Row row);
  SourceType parse_pointer(const Sexp& form, Diags& diags);
  SourceType parse_array(const Sexp& form, Diags& diags);
  SourceType parse_struct(const Sexp& form, Diags& diags);

  std::vector<Row> rows_;
  std::unordered_map<uint64_t, std::vector<SourceType>> by_shape_;  // pointers and arrays
  std::unordered_map<Symbol, SourceType> structs_;
  std::vector<Symbol> struct_names_;
};

// The number of an `(addrspace N)` form. Reports and returns nothing when it is malformed or no
// known space.
std::optional<Space> parse_space(const Sexp& form, Diags& diags);

}  // namespace ll::brilisp
