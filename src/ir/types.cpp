#include "ir/types.h"

#include <algorithm>

#include "support/align.h"
#include "support/check.h"

namespace ll {
namespace {

struct ScalarRow {
  TypeKind kind;
  uint8_t bits, bytes;
  const char* text;
};
constexpr ScalarRow kScalars[] = {
    {TypeKind::Void, 0, 0, "void"},    {TypeKind::Bool, 1, 1, "bool"},
    {TypeKind::Int8, 8, 1, "int8"},    {TypeKind::Int16, 16, 2, "int16"},
    {TypeKind::Int32, 32, 4, "int"},   {TypeKind::Int64, 64, 8, "int64"},
    {TypeKind::Float, 32, 4, "float"}, {TypeKind::Double, 64, 8, "double"},
    {TypeKind::Ptr, 64, 8, "ptr"},
};
const ScalarRow& scalar(TypeId t) { return kScalars[std::min(t.index, kPtr.index)]; }

}  // namespace

unsigned bit_width(TypeId t) { return scalar(t).bits; }
unsigned scalar_bytes(TypeId t) { return scalar(t).bytes; }

std::optional<TypeId> Types::array(uint64_t count, TypeId element) {
  uint64_t stride = size(element);
  if (stride != 0 && count > kMaxBytes / stride) return std::nullopt;
  auto& bucket = arrays_[count * 0x9e3779b97f4a7c15ull ^ element.index];
  for (TypeId t : bucket)
    if (row(t).count == count && row(t).element == element) return t;
  TypeId id(kFirstAggregate + static_cast<uint32_t>(rows_.size()));
  rows_.push_back({.kind = TypeKind::Array,
                   .complete = is_complete(element),
                   .align = align(element),
                   .size = count * stride,
                   .count = count,
                   .element = element,
                   .name = {},
                   .fields = {},
                   .offsets = {}});
  bucket.push_back(id);
  return id;
}

TypeId Types::declare_struct(Symbol name) {
  auto [at, fresh] = by_name_.try_emplace(name);
  if (fresh) {
    at->second = TypeId(kFirstAggregate + static_cast<uint32_t>(rows_.size()));
    rows_.push_back(
        {.kind = TypeKind::Struct, .element = {}, .name = name, .fields = {}, .offsets = {}});
    structs_.push_back(at->second);
  }
  return at->second;
}

bool Types::define_struct(TypeId id, std::vector<TypeId> fields) {
  Aggregate& s = rows_[id.index - kFirstAggregate];
  if (s.complete) return false;
  uint64_t at = 0;
  uint32_t alignment = 1;
  std::vector<uint64_t> offsets;
  for (TypeId f : fields) {
    at = round_up(at, align(f));
    offsets.push_back(at);
    at += size(f);
    alignment = std::max(alignment, align(f));
    if (at > kMaxBytes) return false;
  }
  s.complete = true;
  s.align = alignment;
  s.size = round_up(at, alignment);
  s.fields = std::move(fields);
  s.offsets = std::move(offsets);
  return true;
}

std::optional<TypeId> Types::find_struct(Symbol name) const {
  auto at = by_name_.find(name);
  return at == by_name_.end() ? std::nullopt : std::optional(at->second);
}

bool Types::contains(TypeId t) const {
  return t.index < kFirstAggregate + rows_.size() && t.index != kPtr.index + 2;
}
TypeKind Types::kind(TypeId t) const { return is_aggregate(t) ? row(t).kind : scalar(t).kind; }
uint64_t Types::size(TypeId t) const { return is_aggregate(t) ? row(t).size : scalar(t).bytes; }
uint32_t Types::align(TypeId t) const {
  return is_aggregate(t) ? row(t).align : std::max<uint32_t>(scalar(t).bytes, 1);
}
bool Types::is_complete(TypeId t) const { return !is_aggregate(t) || row(t).complete; }

std::string Types::str(TypeId t) const {
  // Arrays of arrays nest as deep as the reader allows; build outside in, without recursion.
  std::string head, tail;
  for (; is_aggregate(t) && row(t).kind == TypeKind::Array; t = row(t).element) {
    head += "(arr " + std::to_string(row(t).count) + " ";
    tail += ")";
  }
  if (is_aggregate(t)) return head + "(struct " + std::string(row(t).name.str()) + ")" + tail;
  if (is_ptr(t) && t != kPtr)
    return head + "(ptr (addrspace " + std::to_string(t.index - kPtr.index) + "))" + tail;
  return head + scalar(t).text + tail;
}

}  // namespace ll
