// A code object: sections, symbols and relocations. It is what encoding makes, what `link` puts
// into memory, and what is written as ELF; so what is debugged ahead of time is what runs.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "support/kernel_desc.h"
#include "support/symbol.h"

namespace ll::x86 {

enum class SectionKind : uint8_t { Text, ReadOnly, Data, Zero };
inline constexpr unsigned kSectionCount = 4;

struct Section {
  std::vector<uint8_t> bytes;  // empty for Zero
  uint64_t size = 0;
  uint32_t align = 16;
};

struct ObjectSymbol {
  Symbol name;
  SectionKind section = SectionKind::Text;
  bool defined = false, exported = false, function = false;
  uint64_t offset = 0, size = 0;
};

enum class RelocKind : uint8_t {
  Rel32,  // S + A - P, 4 bytes
  Abs64,  // S + A, 8 bytes
};

struct ObjectReloc {
  SectionKind section;  // where it is applied
  RelocKind kind;
  uint64_t offset;
  uint32_t symbol;  // index into symbols
  int64_t addend;
};

struct CodeObject {
  Section sections[kSectionCount];
  std::vector<ObjectSymbol> symbols;
  std::vector<ObjectReloc> relocs;
  std::vector<KernelDesc> kernels;  // entry names a symbol
  std::string listing;              // assembly text, when asked for

  Section& section(SectionKind k) { return sections[static_cast<unsigned>(k)]; }
  const Section& section(SectionKind k) const { return sections[static_cast<unsigned>(k)]; }
};

// Code in memory. Pages are never writable and executable together; they are unmapped when the
// last reference goes.
class LinkedCode {
 public:
  ~LinkedCode();
  LinkedCode(const LinkedCode&) = delete;
  void* find(std::string_view symbol) const;  // null when it is not defined here

 private:
  LinkedCode() = default;
  friend std::shared_ptr<LinkedCode> link(const CodeObject&, const std::function<void*(Symbol)>&,
                                          std::string&);
  void* base_ = nullptr;
  size_t size_ = 0;
  std::unordered_map<std::string_view, void*> symbols_;
};

// `resolve` gives the address of an undefined symbol, or null. Null and `error` on failure.
std::shared_ptr<LinkedCode> link(const CodeObject& object,
                                 const std::function<void*(Symbol)>& resolve, std::string& error);

}  // namespace ll::x86
