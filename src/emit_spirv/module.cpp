#include "emit_spirv/module.h"

#include <algorithm>

#include "support/check.h"

namespace ll::spirv {

namespace {
constexpr uint32_t kMagic = 0x07230203;
constexpr uint32_t kVersion15 = 0x00010500;
}  // namespace

ModuleWriter::ModuleWriter(const TargetRow& target) : target_(target) {
  require(spv::Capability::Shader);
  require(spv::Capability::PhysicalStorageBufferAddresses);
  if (target.version < kVersion15) extension("SPV_KHR_physical_storage_buffer");
  put(spv::Op::OpMemoryModel,
      {word(spv::AddressingModel::PhysicalStorageBuffer64), word(spv::MemoryModel::GLSL450)});
}

void ModuleWriter::require(spv::Capability capability) {
  if (std::find(capabilities_.begin(), capabilities_.end(), capability) != capabilities_.end())
    return;
  capabilities_.push_back(capability);
  uint32_t operand = word(capability);
  spirv::put(section(Section::Capabilities), spv::Op::OpCapability, {&operand, 1});
}

void ModuleWriter::extension(std::string_view text) {
  if (std::find(extensions_.begin(), extensions_.end(), text) != extensions_.end()) return;
  extensions_.push_back(text);
  put_string(section(Section::Extensions), spv::Op::OpExtension, {}, text);
}

SpvId ModuleWriter::glsl() {
  if (glsl_ == 0) {
    glsl_ = fresh();
    put_string(section(Section::Imports), spv::Op::OpExtInstImport, {&glsl_, 1}, "GLSL.std.450");
  }
  return glsl_;
}

void ModuleWriter::name(SpvId id, std::string_view text) {
  constexpr size_t kLongest = 1000;  // names are for readers only
  if (!text.empty())
    put_string(section(Section::Names), spv::Op::OpName, {&id, 1}, text.substr(0, kLongest));
}

void ModuleWriter::put(spv::Op op, std::span<const uint32_t> operands) {
  spirv::put(section(info(op).section), op, operands);
}
void ModuleWriter::put(spv::Op op, std::initializer_list<uint32_t> operands) {
  put(op, std::span(operands.begin(), operands.size()));
}

void ModuleWriter::put_label(SpvId label) {
  put_result(section(Section::Functions), spv::Op::OpLabel, label, {});
}

void ModuleWriter::put_value(spv::Op op, SpvId type, SpvId result,
                             std::span<const uint32_t> operands) {
  const InstructionInfo& row = info(op);
  if (row.capability != spv::Capability::Shader) require(row.capability);
  spirv::put_value(section(row.section), op, type, result, operands);
}
void ModuleWriter::put_value(spv::Op op, SpvId type, SpvId result,
                             std::initializer_list<uint32_t> operands) {
  put_value(op, type, result, std::span(operands.begin(), operands.size()));
}

SpvId ModuleWriter::global_variable(spv::StorageClass storage, SpvId pointee, SpvId initial) {
  SpvId type = pointer_type(storage, pointee), id = fresh();
  uint32_t operands[2] = {word(storage), initial};
  spirv::put_value(section(Section::Globals), spv::Op::OpVariable, type, id,
                   {operands, initial != 0 ? 2u : 1u});
  return id;
}

void ModuleWriter::entry_point(SpvId function, std::string_view text,
                               std::span<const SpvId> interface) {
  uint32_t before[2] = {word(spv::ExecutionModel::GLCompute), function};
  put_string(section(Section::EntryPoints), spv::Op::OpEntryPoint, before, text, interface);
}

SpvId& ModuleWriter::interned(spv::Op op, std::initializer_list<uint32_t> operands) {
  LL_CHECK(operands.size() <= 3, "too many operands to intern");
  Key key{static_cast<uint32_t>(op), static_cast<uint32_t>(operands.size()), 0, 0, 0};
  uint32_t* part = &key.a;
  for (uint32_t operand : operands) *part++ = operand;
  return interned_[key];
}

SpvId ModuleWriter::type(spv::Op op, std::initializer_list<uint32_t> operands) {
  SpvId& id = interned(op, operands);
  if (id == 0) {
    id = fresh();
    put_result(section(Section::Globals), op, id, std::span(operands.begin(), operands.size()));
  }
  return id;
}

SpvId ModuleWriter::int_type(unsigned bits) {
  if (bits == 8) require(spv::Capability::Int8);
  if (bits == 16) require(spv::Capability::Int16);
  if (bits == 64) require(spv::Capability::Int64);
  return type(spv::Op::OpTypeInt, {bits, 0});
}

SpvId ModuleWriter::float_type(unsigned bits) {
  if (bits == 64) require(spv::Capability::Float64);
  return type(spv::Op::OpTypeFloat, {bits});
}

SpvId ModuleWriter::vector_type(SpvId element, uint32_t count) {
  return type(spv::Op::OpTypeVector, {element, count});
}

SpvId ModuleWriter::array_type(SpvId element, uint32_t count) {
  SpvId length = u32(count);
  return type(spv::Op::OpTypeArray, {element, length});
}

SpvId ModuleWriter::struct_type(std::span<const SpvId> members) {
  SpvId id = fresh();
  put_result(section(Section::Globals), spv::Op::OpTypeStruct, id, members);
  return id;
}

SpvId ModuleWriter::pointer_type(spv::StorageClass storage, SpvId pointee) {
  return type(spv::Op::OpTypePointer, {word(storage), pointee});
}

SpvId ModuleWriter::constant(spv::Op op, SpvId type, std::initializer_list<uint32_t> operands) {
  uint32_t low = operands.size() > 0 ? operands.begin()[0] : 0;
  uint32_t high = operands.size() > 1 ? operands.begin()[1] : 0;
  SpvId& id = interned(op, {type, low, high});
  if (id == 0) {
    id = fresh();
    spirv::put_value(section(Section::Globals), op, type, id,
                     std::span(operands.begin(), operands.size()));
  }
  return id;
}

SpvId ModuleWriter::bool_constant(bool value) {
  return constant(value ? spv::Op::OpConstantTrue : spv::Op::OpConstantFalse, bool_type(), {});
}

SpvId ModuleWriter::int_constant(unsigned bits, uint64_t value) {
  SpvId of = int_type(bits);
  if (bits == 64)
    return constant(spv::Op::OpConstant, of,
                    {static_cast<uint32_t>(value), static_cast<uint32_t>(value >> 32)});
  if (bits < 32) value &= (uint64_t{1} << bits) - 1;  // unsigned literals: zeros above
  return constant(spv::Op::OpConstant, of, {static_cast<uint32_t>(value)});
}

SpvId ModuleWriter::float_constant(unsigned bits, uint64_t value) {
  SpvId of = float_type(bits);
  if (bits == 64)
    return constant(spv::Op::OpConstant, of,
                    {static_cast<uint32_t>(value), static_cast<uint32_t>(value >> 32)});
  return constant(spv::Op::OpConstant, of, {static_cast<uint32_t>(value)});
}

SpvId ModuleWriter::composite_constant(SpvId type, std::span<const SpvId> parts) {
  SpvId id = fresh();
  spirv::put_value(section(Section::Globals), spv::Op::OpConstantComposite, type, id, parts);
  return id;
}

SpvId ModuleWriter::spec_constant(uint32_t spec_id, uint32_t initial) {
  SpvId type = int_type(32), id = fresh();
  spirv::put_value(section(Section::Globals), spv::Op::OpSpecConstant, type, id, {&initial, 1});
  put(spv::Op::OpDecorate, {id, word(spv::Decoration::SpecId), spec_id});
  return id;
}

SpvId ModuleWriter::spec_composite(SpvId type, std::span<const SpvId> parts) {
  SpvId id = fresh();
  spirv::put_value(section(Section::Globals), spv::Op::OpSpecConstantComposite, type, id, parts);
  return id;
}

Words ModuleWriter::finish() {
  Words out = {kMagic, target_.version, 0, next_, 0};
  for (const Words& s : sections_) out.insert(out.end(), s.begin(), s.end());
  return out;
}

}  // namespace ll::spirv
