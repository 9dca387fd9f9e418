#include "emit_spirv/instruction.h"

#include <array>

#include "support/check.h"

namespace ll::spirv {
namespace {

constexpr unsigned kOpcodeLimit = 512;  // above every opcode in the table

constexpr std::array<InstructionInfo, kOpcodeLimit> make_table() {
  std::array<InstructionInfo, kOpcodeLimit> table{};
#define INSTRUCTION(name, type, result, section, capability) \
  table[static_cast<unsigned>(spv::Op::Op##name)] = {        \
      #name, true, type != 0, result != 0, Section::section, spv::Capability::capability};
#include "emit_spirv/spirv.def"
#undef INSTRUCTION
  return table;
}
constexpr auto kTable = make_table();

void put_head(Words& out, spv::Op op, size_t words) {
  LL_CHECK(words < 0x10000, "a SPIR-V instruction is too long");
  out.push_back(static_cast<uint32_t>(words) << 16 | static_cast<uint32_t>(op));
}

}  // namespace

const InstructionInfo& info(spv::Op op) { return kTable[static_cast<unsigned>(op)]; }

void put(Words& out, spv::Op op, std::span<const uint32_t> operands) {
  LL_CHECK(info(op).known && !info(op).has_result, info(op).name);
  put_head(out, op, 1 + operands.size());
  out.insert(out.end(), operands.begin(), operands.end());
}

void put_result(Words& out, spv::Op op, SpvId result, std::span<const uint32_t> operands) {
  LL_CHECK(info(op).has_result && !info(op).has_type, info(op).name);
  put_head(out, op, 2 + operands.size());
  out.push_back(result);
  out.insert(out.end(), operands.begin(), operands.end());
}

void put_value(Words& out, spv::Op op, SpvId type, SpvId result,
               std::span<const uint32_t> operands) {
  LL_CHECK(info(op).has_type && type != 0 && result != 0, info(op).name);
  put_head(out, op, 3 + operands.size());
  out.push_back(type);
  out.push_back(result);
  out.insert(out.end(), operands.begin(), operands.end());
}

void put_string(Words& out, spv::Op op, std::span<const uint32_t> before, std::string_view text,
                std::span<const uint32_t> after) {
  size_t text_words = text.size() / 4 + 1;  // a zero byte always ends it
  put_head(out, op, 1 + before.size() + text_words + after.size());
  out.insert(out.end(), before.begin(), before.end());
  size_t first = out.size();
  out.resize(first + text_words, 0);
  for (size_t i = 0; i < text.size(); ++i)
    out[first + i / 4] |= uint32_t{static_cast<uint8_t>(text[i])} << (8 * (i % 4));
  out.insert(out.end(), after.begin(), after.end());
}

}  // namespace ll::spirv
