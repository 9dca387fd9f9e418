// A SPIR-V module under construction: a buffer of words per section, ids, and interned types and
// constants. Capabilities and extensions are declared when something that needs them is written.
#pragma once
#include <array>
#include <initializer_list>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "emit_spirv/instruction.h"
#include "emit_spirv/target.h"

namespace ll::spirv {

class ModuleWriter {
 public:
  explicit ModuleWriter(const TargetRow& target);

  const TargetRow& target() const { return target_; }
  SpvId fresh() { return next_++; }

  void require(spv::Capability capability);
  void extension(std::string_view name);
  SpvId glsl();  // the GLSL.std.450 import
  void name(SpvId id, std::string_view text);

  // Instructions, into the section that spirv.def gives.
  void put(spv::Op op, std::initializer_list<uint32_t> operands);
  void put(spv::Op op, std::span<const uint32_t> operands);
  void put_label(SpvId label);
  void put_value(spv::Op op, SpvId type, SpvId result, std::initializer_list<uint32_t> operands);
  void put_value(spv::Op op, SpvId type, SpvId result, std::span<const uint32_t> operands);
  // A variable outside functions. `initial` may be 0.
  SpvId global_variable(spv::StorageClass storage, SpvId pointee, SpvId initial = 0);
  void entry_point(SpvId function, std::string_view name, std::span<const SpvId> interface);

  // Types. Integers have no signedness: instructions say how they read their operands.
  SpvId void_type() { return type(spv::Op::OpTypeVoid, {}); }
  SpvId bool_type() { return type(spv::Op::OpTypeBool, {}); }
  SpvId int_type(unsigned bits);
  SpvId float_type(unsigned bits);
  SpvId vector_type(SpvId element, uint32_t count);
  SpvId array_type(SpvId element, uint32_t count);    // without a layout
  SpvId struct_type(std::span<const SpvId> members);  // a fresh one each time
  SpvId pointer_type(spv::StorageClass storage, SpvId pointee);
  SpvId function_type() { return type(spv::Op::OpTypeFunction, {void_type()}); }

  // Constants. `bits` holds the value in its low part.
  SpvId bool_constant(bool value);
  SpvId int_constant(unsigned bits, uint64_t value);
  SpvId u32(uint32_t value) { return int_constant(32, value); }
  SpvId float_constant(unsigned bits, uint64_t value);
  SpvId composite_constant(SpvId type, std::span<const SpvId> parts);
  SpvId spec_constant(uint32_t spec_id, uint32_t initial);  // a 32-bit integer
  SpvId spec_composite(SpvId type, std::span<const SpvId> parts);

  // The words of function bodies, for what is filled in later.
  Words& functions() { return section(Section::Functions); }
  Words finish();  // the whole module

 private:
  Words& section(Section s) { return sections_[static_cast<unsigned>(s)]; }
  SpvId type(spv::Op op, std::initializer_list<uint32_t> operands);
  SpvId constant(spv::Op op, SpvId type, std::initializer_list<uint32_t> operands);
  SpvId& interned(spv::Op op, std::initializer_list<uint32_t> operands);

  struct Key {
    uint32_t op, count, a, b, c;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& k) const noexcept {
      uint64_t h = uint64_t{k.op} << 32 ^ k.a;
      h = (h ^ h >> 29) * 0x9e3779b97f4a7c15ull ^ (uint64_t{k.b} << 32 | k.c);
      return (h ^ h >> 31) * 0xbf58476d1ce4e5b9ull;
    }
  };

  const TargetRow& target_;
  SpvId next_ = 1;
  SpvId glsl_ = 0;
  std::array<Words, kSectionCount> sections_;
  std::vector<spv::Capability> capabilities_;
  std::vector<std::string_view> extensions_;
  std::unordered_map<Key, SpvId, KeyHash> interned_;
};

}  // namespace ll::spirv
