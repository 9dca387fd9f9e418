#include "lang/clisp/layout.h"

#include "support/align.h"

#include <algorithm>
#include <unordered_map>

namespace ll::clisp {
namespace {

using brilisp::SourceType;
using brilisp::SourceTypes;

struct Layout {
  uint64_t size = 0, align = 1;  // in bytes
};

class Layouts {
 public:
  explicit Layouts(const SourceTypes& types) : types_(types) {}

  Layout of(SourceType t) {
    switch (types_.kind(t)) {
      case TypeKind::Void:
        return {};
      case TypeKind::Bool:
      case TypeKind::Int8:
        return {1, 1};
      case TypeKind::Int16:
        return {2, 2};
      case TypeKind::Int32:
      case TypeKind::Float:
        return {4, 4};
      case TypeKind::Int64:
      case TypeKind::Double:
      case TypeKind::Ptr:
        return {8, 8};
      case TypeKind::Array: {
        Layout element = of(types_.element(t));
        return {saturate(types_.count(t), element.size), element.align};
      }
      case TypeKind::Struct:
        return structure(t);
    }
    return {};
  }

 private:
  // A struct that contains itself is reported where structs are defined; here it ends the walk.
  Layout structure(SourceType t) {
    auto [it, is_new] = known_.try_emplace(t.index);
    if (!is_new) return it->second;
    Layout whole;
    for (SourceType field : types_.fields(t)) {
      if (!field) continue;
      Layout part = of(field);
      whole.align = std::max(whole.align, part.align);
      whole.size = std::min(round_up(whole.size, part.align) + part.size, kLimit);
    }
    whole.size = round_up(whole.size, whole.align);
    return known_[t.index] = whole;
  }
  static uint64_t saturate(uint64_t count, uint64_t size) {
    return size != 0 && count > kLimit / size ? kLimit : count * size;
  }
  static constexpr uint64_t kLimit = uint64_t{1} << 56;

  const SourceTypes& types_;
  std::unordered_map<uint32_t, Layout> known_;
};

}  // namespace

uint64_t value_bits(const SourceTypes& types, SourceType t) {
  return t == SourceTypes::kBool ? 1 : Layouts(types).of(t).size * 8;
}

}  // namespace ll::clisp
