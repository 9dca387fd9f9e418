// Puts a code object into memory. One mapping holds text, read-only data and writable data, each
// on pages of its own; it is written while no page is executable, then each part gets its final
// protection. What is further away than 2 GiB is reached through jumps behind the text.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "emit_x86/object.h"

namespace ll::x86 {

namespace {

constexpr size_t kJumpBytes = 16;  // jmp [rip+2]; two bytes; address

size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

struct Layout {
  size_t at[kSectionCount];  // offsets in the mapping
  size_t jumps = 0, text_end = 0, read_only_end = 0, total = 0;
};

Layout lay_out(const CodeObject& object, size_t far_calls, size_t page) {
  Layout l{};
  auto size = [&](SectionKind k) { return object.section(k).size; };
  auto align = [&](SectionKind k) { return size_t{object.section(k).align}; };
  auto place = [&](SectionKind k, size_t from) {
    l.at[static_cast<unsigned>(k)] = round_up(from, align(k));
    return l.at[static_cast<unsigned>(k)] + size(k);
  };
  l.jumps = round_up(place(SectionKind::Text, 0), kJumpBytes);
  l.text_end = round_up(l.jumps + far_calls * kJumpBytes, page);
  l.read_only_end = round_up(place(SectionKind::ReadOnly, l.text_end), page);
  l.total = place(SectionKind::Data, l.read_only_end);
  l.total = round_up(place(SectionKind::Zero, l.total), page);
  return l;
}

void write_jump(uint8_t* to, uint64_t target) {
  static constexpr uint8_t kCode[8] = {0xff, 0x25, 2, 0, 0, 0, 0xcc, 0xcc};
  std::memcpy(to, kCode, 8);
  std::memcpy(to + 8, &target, 8);
}

}  // namespace

LinkedCode::~LinkedCode() {
  if (base_ != nullptr) munmap(base_, size_);
}

void* LinkedCode::find(std::string_view symbol) const {
  auto at = symbols_.find(symbol);
  return at == symbols_.end() ? nullptr : at->second;
}

std::shared_ptr<LinkedCode> link(const CodeObject& object,
                                 const std::function<void*(Symbol)>& resolve, std::string& error) {
  auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  std::vector<bool> referenced(object.symbols.size(), false);
  for (const ObjectReloc& r : object.relocs) referenced[r.symbol] = true;
  std::vector<uint64_t> addresses(object.symbols.size(), 0), jump_of(object.symbols.size(), 0);
  size_t far_calls = 0;
  for (size_t k = 0; k < object.symbols.size(); ++k) {
    const ObjectSymbol& s = object.symbols[k];
    if (s.defined || !referenced[k]) continue;
    addresses[k] = reinterpret_cast<uint64_t>(resolve(s.name));
    if (addresses[k] == 0) {
      error = fmt::format(
          "the program calls '{}', which is not found in the process, the host "
          "prelude or a library",
          s.name.str());
      return nullptr;
    }
    jump_of[k] = far_calls++;
  }
  Layout l = lay_out(object, far_calls, page);
  if (l.total >= size_t{1} << 31) {
    error = "the program's code and data pass 2 GiB";
    return nullptr;
  }
  std::shared_ptr<LinkedCode> linked(new LinkedCode);
  if (l.total == 0) return linked;
  void* base = mmap(nullptr, l.total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) {
    error =
        fmt::format("no memory for {} bytes of code and data: {}", l.total, std::strerror(errno));
    return nullptr;
  }
  linked->base_ = base;
  linked->size_ = l.total;
  auto* bytes = static_cast<uint8_t*>(base);
  for (unsigned k = 0; k < kSectionCount; ++k)
    if (const Section& s = object.sections[k]; !s.bytes.empty())
      std::memcpy(bytes + l.at[k], s.bytes.data(), s.bytes.size());
  for (size_t k = 0; k < object.symbols.size(); ++k) {
    const ObjectSymbol& s = object.symbols[k];
    if (s.defined) {
      uint8_t* at = bytes + l.at[static_cast<unsigned>(s.section)] + s.offset;
      addresses[k] = reinterpret_cast<uint64_t>(at);
      if (s.function) linked->symbols_.emplace(s.name.str(), at);
      else linked->symbols_.try_emplace(s.name.str(), at);
    } else if (referenced[k]) {
      write_jump(bytes + l.jumps + jump_of[k] * kJumpBytes, addresses[k]);
    }
  }
  for (const ObjectReloc& r : object.relocs) {
    uint8_t* at = bytes + l.at[static_cast<unsigned>(r.section)] + r.offset;
    uint64_t target = addresses[r.symbol];
    if (r.kind == RelocKind::Abs64) {
      uint64_t value = target + static_cast<uint64_t>(r.addend);
      std::memcpy(at, &value, 8);
      continue;
    }
    auto distance = [&] {
      return static_cast<int64_t>(target + static_cast<uint64_t>(r.addend) -
                                  reinterpret_cast<uint64_t>(at));
    };
    if (distance() != static_cast<int32_t>(distance()) && !object.symbols[r.symbol].defined)
      target = reinterpret_cast<uint64_t>(bytes + l.jumps + jump_of[r.symbol] * kJumpBytes);
    auto value = static_cast<int32_t>(distance());
    std::memcpy(at, &value, 4);
  }
  // Text begins the mapping, so it is never empty here unless there are no functions at all.
  bool ok = l.text_end == 0 || mprotect(bytes, l.text_end, PROT_READ | PROT_EXEC) == 0;
  size_t read_only = l.read_only_end - l.text_end;
  ok = ok && (read_only == 0 || mprotect(bytes + l.text_end, read_only, PROT_READ) == 0);
  if (!ok) {
    error = fmt::format("the system refuses to make code executable: {}", std::strerror(errno));
    return nullptr;
  }
  return linked;
}

}  // namespace ll::x86
