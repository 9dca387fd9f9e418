// Fills a CodeObject: interns symbols and read-only constants, lays out globals.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>

#include "emit_x86/object.h"
#include "ir/ir.h"
#include "support/diag.h"

namespace ll::x86 {

class ObjectBuilder {
 public:
  ObjectBuilder(const Module& m, CodeObject& object);

  CodeObject& object() { return object_; }
  uint32_t symbol_of(const Function& f);
  uint32_t symbol_of(GlobalId g) const { return global_symbols_[g.index]; }
  uint32_t external(std::string_view name);

  // Constants live behind one local symbol; these give the offset from it.
  uint32_t constants() const { return constants_; }
  int32_t constant(std::span<const uint8_t> bytes, uint32_t align);
  int32_t constant64(uint64_t bits);
  int32_t constant32(uint32_t bits);
  int32_t constant128(uint64_t low, uint64_t high);
  int32_t text(std::string_view message);  // ended by a zero byte

  // Every global that has storage. False after a diagnostic.
  bool lay_out_globals(Diags& diags);
  void define(uint32_t symbol, SectionKind section, uint64_t offset, uint64_t size);

 private:
  uint32_t intern(Symbol name);

  const Module& module_;
  CodeObject& object_;
  std::unordered_map<Symbol, uint32_t> by_name_;
  std::vector<uint32_t> global_symbols_;
  std::unordered_map<uint64_t, int32_t> constants64_, constants32_, constants128_;
  std::unordered_map<Symbol, int32_t> texts_;
  uint32_t constants_;
};

}  // namespace ll::x86
