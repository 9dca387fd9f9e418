#include "lang/brilisp/type.h"

#include <fmt/format.h>

#include "lang/brilisp/spelling.h"

namespace ll::brilisp {
namespace {

struct ScalarRow {
  TypeKind kind;
  std::string_view text;
};
// In the order of the fixed ids.
constexpr ScalarRow kScalars[] = {{TypeKind::Void, "void"},   {TypeKind::Bool, "bool"},
                                  {TypeKind::Int8, "int8"},   {TypeKind::Int16, "int16"},
                                  {TypeKind::Int32, "int"},   {TypeKind::Int64, "int64"},
                                  {TypeKind::Float, "float"}, {TypeKind::Double, "double"}};

struct TypeWords {
  Symbol ptr{"ptr"}, arr{"arr"}, structure{"struct"}, addrspace{"addrspace"};
  std::unordered_map<Symbol, SourceType> scalars;
  TypeWords() {
    for (uint32_t i = 0; i < std::size(kScalars); ++i)
      scalars[Symbol(kScalars[i].text)] = SourceType(i);
    scalars[Symbol("int32")] = SourceTypes::kInt;
  }
};
const TypeWords& type_words() {
  static const TypeWords w;
  return w;
}

SourceType unknown_type(const Sexp& form, Diags& diags) {
  Diag& d = diags.error(Code::E0301, form.span(), fmt::format("'{}' is not a type", print(form)));
  if (form.is_symbol()) {
    std::vector<Symbol> names;
    for (auto& [name, type] : type_words().scalars) names.push_back(name);
    suggest_spelling(d, form.symbol(), names);
  }
  return {};
}

}  // namespace

SourceTypes::SourceTypes() {
  for (const ScalarRow& s : kScalars)
    rows_.push_back({.kind = s.kind, .inner = {}, .name = {}, .span = {}, .fields = {}});
}

SourceType SourceTypes::intern(Row row) {
  uint64_t key =
      (row.number * 2 + (row.kind == TypeKind::Ptr)) * 0x9e3779b97f4a7c15ull ^ row.inner.index;
  auto& bucket = by_shape_[key];
  for (SourceType t : bucket) {
    const Row& r = rows_[t.index];
    if (r.kind == row.kind && r.inner == row.inner && r.number == row.number) return t;
  }
  bucket.push_back(SourceType(static_cast<uint32_t>(rows_.size())));
  rows_.push_back(std::move(row));
  return bucket.back();
}

SourceType SourceTypes::pointer(SourceType pointee, Space space) {
  return intern({.kind = TypeKind::Ptr,
                 .inner = pointee,
                 .number = static_cast<uint64_t>(space),
                 .name = {},
                 .span = {},
                 .fields = {}});
}

SourceType SourceTypes::array(uint64_t count, SourceType element) {
  return intern({.kind = TypeKind::Array,
                 .inner = element,
                 .number = count,
                 .name = {},
                 .span = {},
                 .fields = {}});
}

SourceType SourceTypes::declare_struct(Symbol name, Span at) {
  auto [found, fresh] = structs_.try_emplace(name);
  if (fresh) {
    found->second = SourceType(static_cast<uint32_t>(rows_.size()));
    rows_.push_back(
        {.kind = TypeKind::Struct, .inner = {}, .name = name, .span = at, .fields = {}});
    struct_names_.push_back(name);
  }
  return found->second;
}

void SourceTypes::set_fields(SourceType s, std::vector<SourceType> fields) {
  rows_[s.index].fields = std::move(fields);
}

SourceType SourceTypes::find_struct(Symbol name) const {
  auto found = structs_.find(name);
  return found == structs_.end() ? SourceType() : found->second;
}

SourceType SourceTypes::parse(const Sexp& form, Diags& diags) {
  SourceType t = parse_result(form, diags);
  if (t != kVoid) return t;
  diags.error(Code::E0301, form.span(), "'void' is not the type of a value")
      .note({}, "void stands only as the result of a function or of an unused call");
  return {};
}

SourceType SourceTypes::parse_result(const Sexp& form, Diags& diags) {
  if (form.is_symbol()) {
    auto found = type_words().scalars.find(form.symbol());
    return found == type_words().scalars.end() ? unknown_type(form, diags) : found->second;
  }
  if (form.head() == type_words().ptr) return parse_pointer(form, diags);
  if (form.head() == type_words().arr) return parse_array(form, diags);
  if (form.head() == type_words().structure) return parse_struct(form, diags);
  return unknown_type(form, diags);
}

SourceType SourceTypes::parse_pointer(const Sexp& form, Diags& diags) {
  if (form.size() < 2 || form.size() > 3) {
    diags.error(Code::E0301, form.span(), fmt::format("malformed pointer type '{}'", print(form)))
        .suggest("write (ptr T) or (ptr T (addrspace N))");
    return {};
  }
  if (form[1].is_symbol(Symbol("void"))) {
    diags.error(Code::E0301, form.span(), "a pointer cannot point at void")
        .suggest("use (ptr int8)");
    return {};
  }
  SourceType pointee = parse(form[1], diags);
  std::optional<Space> space = Space::Generic;
  if (form.size() == 3) space = parse_space(form[2], diags);
  return pointee && space ? pointer(pointee, *space) : SourceType();
}

SourceType SourceTypes::parse_array(const Sexp& form, Diags& diags) {
  if (form.size() < 3 || form.size() > 4) {
    diags.error(Code::E0301, form.span(), fmt::format("malformed array type '{}'", print(form)))
        .suggest("write (arr N T) with a number of elements and their type");
    return {};
  }
  SourceType element = parse(form[2], diags);
  // An address space is accepted and means nothing: the object around it decides.
  if (form.size() == 4 && !parse_space(form[3], diags)) return {};
  const Sexp& count = form[1];
  if (!count.is_int()) {
    diags.error(
        Code::E0302, count.span(),
        fmt::format("the size of an array must be an integer literal, not '{}'", print(count)));
    return {};
  }
  bool too_large = count.is_big() ? count.digits().front() != '-'
                                  : count.integer() > static_cast<int64_t>(Types::kMaxBytes);
  if (too_large || count.is_big() || count.integer() < 0) {
    diags
        .error(Code::E0302, count.span(),
               fmt::format("an array cannot have {} elements", print(count)))
        .note({},
              too_large ? "no object may be larger than 1 TiB" : "the size must not be negative");
    return {};
  }
  return element ? array(static_cast<uint64_t>(count.integer()), element) : SourceType();
}

SourceType SourceTypes::parse_struct(const Sexp& form, Diags& diags) {
  if (form.size() != 2 || !form[1].is_symbol()) {
    diags.error(Code::E0301, form.span(), fmt::format("malformed struct type '{}'", print(form)))
        .suggest("write (struct NAME)");
    return {};
  }
  SourceType t = find_struct(form[1].symbol());
  if (!t) {
    Diag& d = diags.error(Code::E0304, form.span(),
                          fmt::format("unknown struct '{}'", form[1].symbol().str()));
    suggest_spelling(d, form[1].symbol(), struct_names_);
  }
  return t;
}

std::string SourceTypes::str(SourceType t) const {
  // Types nest as deep as the reader allows; build outside in, without recursion.
  std::string head, tail;
  for (;; t = rows_[t.index].inner) {
    const Row& r = rows_[t.index];
    if (r.kind == TypeKind::Array) {
      head += fmt::format("(arr {} ", r.number);
      tail.insert(0, ")");
    } else if (r.kind == TypeKind::Ptr) {
      head += "(ptr ";
      tail.insert(0, r.number == 0 ? ")" : fmt::format(" (addrspace {}))", r.number));
    } else if (r.kind == TypeKind::Struct) {
      return fmt::format("{}(struct {}){}", head, r.name.str(), tail);
    } else {
      return fmt::format("{}{}{}", head, kScalars[t.index].text, tail);
    }
  }
}

Sexp SourceTypes::form(SourceType t, SexpBuilder& b, Span at) const {
  const Row& r = rows_[t.index];
  switch (r.kind) {
    case TypeKind::Ptr: {
      Sexp inner = form(r.inner, b, at);
      if (r.number == 0) return b.list({b.symbol("ptr", at), inner}, at);
      Sexp number = Sexp::integer(static_cast<int64_t>(r.number), at);
      Sexp space = b.list({b.symbol("addrspace", at), number}, at);
      return b.list({b.symbol("ptr", at), inner, space}, at);
    }
    case TypeKind::Array:
      return b.list({b.symbol("arr", at), Sexp::integer(static_cast<int64_t>(r.number), at),
                     form(r.inner, b, at)},
                    at);
    case TypeKind::Struct:
      return b.list({b.symbol("struct", at), Sexp::symbol(r.name, at)}, at);
    default:
      return b.symbol(kScalars[t.index].text, at);
  }
}

std::optional<Space> parse_space(const Sexp& form, Diags& diags) {
  if (form.head() != type_words().addrspace || form.size() != 2) {
    diags.error(Code::E0303, form.span(), fmt::format("'{}' is not an address space", print(form)))
        .suggest("write (addrspace N)");
    return std::nullopt;
  }
  const Sexp& n = form[1];
  bool known = n.is_int() && !n.is_big() && n.integer() >= 0 && n.integer() < kSpaceCount &&
               n.integer() != 2;
  if (known) return static_cast<Space>(n.integer());
  diags
      .error(Code::E0303, n.span(),
             fmt::format("'{}' is not the number of an address space", print(n)))
      .note({},
            "address spaces are 0 generic, 1 global, 3 workgroup-shared, 4 constant, 5 private");
  return std::nullopt;
}

}  // namespace ll::brilisp
