#include "emit_x86/object_builder.h"

#include <fmt/format.h>

#include <cstring>

namespace ll::x86 {

namespace {

// Appends `size` bytes (or zeros) at an aligned place and returns its offset.
uint64_t append(Section& s, const uint8_t* bytes, uint64_t size, uint32_t align) {
  uint64_t at = (s.size + align - 1) & ~uint64_t{align - 1};
  s.align = std::max(s.align, align);
  s.size = at + size;
  if (bytes == nullptr) return at;
  s.bytes.resize(s.size);
  if (size > 0) std::memcpy(s.bytes.data() + at, bytes, size);
  return at;
}

}  // namespace

ObjectBuilder::ObjectBuilder(const Module& m, CodeObject& object) : module_(m), object_(object) {
  constants_ = intern(Symbol(".constants"));
  define(constants_, SectionKind::ReadOnly, 0, 0);
  global_symbols_.reserve(m.globals.size());
  for (const Global& g : m.globals) {
    // Globals are no linkable names: a program may call a global like a C function.
    global_symbols_.push_back(static_cast<uint32_t>(object_.symbols.size()));
    object_.symbols.push_back({.name = g.name});
  }
}

uint32_t ObjectBuilder::intern(Symbol name) {
  auto [at, fresh] = by_name_.try_emplace(name, static_cast<uint32_t>(object_.symbols.size()));
  if (fresh) object_.symbols.push_back({.name = name});
  return at->second;
}

uint32_t ObjectBuilder::symbol_of(const Function& f) { return intern(f.link_name); }
uint32_t ObjectBuilder::external(std::string_view name) { return intern(Symbol(name)); }

void ObjectBuilder::define(uint32_t symbol, SectionKind section, uint64_t offset, uint64_t size) {
  ObjectSymbol& s = object_.symbols[symbol];
  s.section = section;
  s.defined = true;
  s.offset = offset;
  s.size = size;
}

int32_t ObjectBuilder::constant(std::span<const uint8_t> bytes, uint32_t align) {
  return static_cast<int32_t>(
      append(object_.section(SectionKind::ReadOnly), bytes.data(), bytes.size(), align));
}

int32_t ObjectBuilder::constant64(uint64_t bits) {
  auto [at, fresh] = constants64_.try_emplace(bits);
  if (fresh) at->second = constant({reinterpret_cast<const uint8_t*>(&bits), 8}, 8);
  return at->second;
}

int32_t ObjectBuilder::constant32(uint32_t bits) {
  auto [at, fresh] = constants32_.try_emplace(bits);
  if (fresh) at->second = constant({reinterpret_cast<const uint8_t*>(&bits), 4}, 4);
  return at->second;
}

// Used for masks only, whose two halves tell them apart by their sum.
int32_t ObjectBuilder::constant128(uint64_t low, uint64_t high) {
  auto [at, fresh] = constants128_.try_emplace(low * 3 + high);
  uint64_t both[2] = {low, high};
  if (fresh) at->second = constant({reinterpret_cast<const uint8_t*>(both), 16}, 16);
  return at->second;
}

int32_t ObjectBuilder::text(std::string_view message) {
  auto [at, fresh] = texts_.try_emplace(Symbol(message));
  if (fresh) {
    std::string ended(message);
    at->second = constant({reinterpret_cast<const uint8_t*>(ended.c_str()), ended.size() + 1}, 1);
  }
  return at->second;
}

bool ObjectBuilder::lay_out_globals(Diags& diags) {
  constexpr uint64_t kMaxData = uint64_t{1} << 30;  // reach of rip-relative addresses
  for (uint32_t i = 0; i < module_.globals.size(); ++i) {
    const Global& g = module_.globals[i];
    if (g.space == Space::Shared) continue;  // became offsets into `shared`
    uint64_t size = module_.types.size(g.type);
    bool has_content = !g.init.empty() || !g.relocs.empty();
    SectionKind kind = !has_content                     ? SectionKind::Zero
                       : g.constant && g.relocs.empty() ? SectionKind::ReadOnly
                                                        : SectionKind::Data;
    Section& section = object_.section(kind);
    if (size > kMaxData || section.size > kMaxData - size) {
      diags.error(Code::E0720, g.span,
                  fmt::format("global '{}' brings the program's data over 1 GiB, which code for "
                              "x86-64 cannot address",
                              g.name.str()));
      return false;
    }
    uint64_t at = append(section, nullptr, size, g.align);
    if (has_content) {
      section.bytes.resize(section.size);
      std::copy_n(g.init.begin(), std::min<uint64_t>(g.init.size(), size),
                  section.bytes.begin() + static_cast<ptrdiff_t>(at));
    }
    define(global_symbols_[i], kind, at, size);
    for (const Reloc& r : g.relocs)
      object_.relocs.push_back(
          {kind, RelocKind::Abs64, at + r.offset, global_symbols_[r.target.index], r.addend});
  }
  return true;
}

}  // namespace ll::x86
