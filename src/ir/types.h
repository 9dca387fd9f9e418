// IR types. A type is an interned id; equal types have equal ids. Pointers are opaque: what they
// point at is named by the load, the store or the address computation.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "support/ids.h"
#include "support/symbol.h"

namespace ll {

enum class TypeKind : uint8_t {
  Void,
  Bool,
  Int8,
  Int16,
  Int32,
  Int64,
  Float,
  Double,
  Ptr,
  Array,
  Struct
};

// Numbered as the languages number them.
enum class Space : uint8_t { Generic = 0, Global = 1, Shared = 3, Constant = 4, Private = 5 };
inline constexpr uint32_t kSpaceCount = 6;

using TypeId = Id<struct TypeTag>;

inline constexpr TypeId kVoid{0}, kBool{1}, kInt8{2}, kInt16{3}, kInt32{4}, kInt64{5}, kFloat{6},
    kDouble{7}, kPtr{8};  // kPtr is the generic pointer
inline constexpr uint32_t kFirstAggregate = 8 + kSpaceCount;

constexpr TypeId ptr_type(Space s) { return TypeId(kPtr.index + static_cast<uint32_t>(s)); }
constexpr bool is_int(TypeId t) { return t >= kInt8 && t <= kInt64; }
constexpr bool is_int_or_bool(TypeId t) { return t >= kBool && t <= kInt64; }
constexpr bool is_float(TypeId t) { return t == kFloat || t == kDouble; }
constexpr bool is_ptr(TypeId t) { return t.index >= kPtr.index && t.index < kFirstAggregate; }
constexpr bool is_aggregate(TypeId t) { return t.valid() && t.index >= kFirstAggregate; }
constexpr bool is_scalar(TypeId t) { return t.index >= 1 && t.index < kFirstAggregate; }
constexpr Space space_of(TypeId ptr) { return static_cast<Space>(ptr.index - kPtr.index); }
// Value bits of a scalar: bool 1, pointers 64.
unsigned bit_width(TypeId scalar);
// Bytes of a scalar in memory: bool 1, pointers 8.
unsigned scalar_bytes(TypeId scalar);

// Layout follows C on a 64-bit host: fields in order, natural alignment, tail padding.
class Types {
 public:
  static constexpr uint64_t kMaxBytes = uint64_t{1} << 40;  // no object may be larger

  // Nothing when the array would exceed kMaxBytes.
  std::optional<TypeId> array(uint64_t count, TypeId element);
  // A struct is known by name. Declaring makes (or finds) it; defining sets its fields once and
  // returns false when it was defined before or would exceed kMaxBytes.
  TypeId declare_struct(Symbol name);
  bool define_struct(TypeId id, std::vector<TypeId> fields);
  std::optional<TypeId> find_struct(Symbol name) const;

  // Whether an id names a type of this table: false for garbage and for address space 2.
  bool contains(TypeId t) const;
  TypeKind kind(TypeId t) const;
  uint64_t size(TypeId t) const;  // bytes, padded to the alignment
  uint32_t align(TypeId t) const;
  bool is_complete(TypeId t) const;  // false for a declared-only struct

  uint64_t array_count(TypeId t) const { return row(t).count; }
  TypeId array_element(TypeId t) const { return row(t).element; }
  Symbol struct_name(TypeId t) const { return row(t).name; }
  std::span<const TypeId> fields(TypeId t) const { return row(t).fields; }
  uint64_t field_offset(TypeId t, uint32_t field) const { return row(t).offsets[field]; }
  std::span<const TypeId> structs() const { return structs_; }  // in order of declaration

  // As the text form spells it: int, (ptr (addrspace 1)), (arr 4 float), (struct pair).
  std::string str(TypeId t) const;

 private:
  struct Aggregate {
    TypeKind kind;
    bool complete = false;
    uint32_t align = 1;
    uint64_t size = 0, count = 0;
    TypeId element;
    Symbol name;
    std::vector<TypeId> fields;
    std::vector<uint64_t> offsets;
  };
  const Aggregate& row(TypeId t) const { return rows_[t.index - kFirstAggregate]; }

  std::vector<Aggregate> rows_;
  std::vector<TypeId> structs_;
  std::unordered_map<Symbol, TypeId> by_name_;
  std::unordered_map<uint64_t, std::vector<TypeId>> arrays_;  // hash of (count, element)
};

}  // namespace ll
