// Encoding of single instructions: one function per shape of operands. A module is made of words;
// an instruction is (word count << 16 | opcode), then its operands ("Physical Layout").
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <spirv/unified1/spirv.hpp11>

namespace ll::spirv {

using SpvId = uint32_t;  // 0 is no id
using Words = std::vector<uint32_t>;

// An enumerant as an operand.
template <class Enum>
constexpr uint32_t word(Enum e) {
  return static_cast<uint32_t>(e);
}

enum class Section : uint8_t {
  Capabilities,
  Extensions,
  Imports,
  Model,
  EntryPoints,
  Modes,
  Names,
  Decorations,
  Globals,
  Functions
};
inline constexpr unsigned kSectionCount = 10;

struct InstructionInfo {
  std::string_view name;
  bool known = false, has_type = false, has_result = false;
  Section section = Section::Functions;
  spv::Capability capability = spv::Capability::Shader;
};
// The row of spirv.def; `known` is false for an opcode that has none.
const InstructionInfo& info(spv::Op op);

// No result: decorations, stores, branches.
void put(Words& out, spv::Op op, std::span<const uint32_t> operands);
// A result without a type: types, labels, imports.
void put_result(Words& out, spv::Op op, SpvId result, std::span<const uint32_t> operands);
// A value.
void put_value(Words& out, spv::Op op, SpvId type, SpvId result,
               std::span<const uint32_t> operands);
// Operands, a literal string, operands: names, imports, entry points.
void put_string(Words& out, spv::Op op, std::span<const uint32_t> before, std::string_view text,
                std::span<const uint32_t> after = {});

}  // namespace ll::spirv
