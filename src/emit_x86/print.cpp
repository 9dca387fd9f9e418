// Machine IR as text: the listing of `--emit asm`, and what dumps and test failures show.
#include <fmt/format.h>

#include "emit_x86/mir.h"
#include "emit_x86/object.h"

namespace ll::x86 {

namespace {

constexpr const char* kNames64[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                    "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
constexpr const char* kNames32[] = {"eax", "ecx", "edx",  "ebx",  "esp",  "ebp",  "esi",  "edi",
                                    "r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"};
constexpr const char* kNames16[] = {"ax",  "cx",  "dx",   "bx",   "sp",   "bp",   "si",   "di",
                                    "r8w", "r9w", "r10w", "r11w", "r12w", "r13w", "r14w", "r15w"};
constexpr const char* kNames8[] = {"al",  "cl",  "dl",   "bl",   "spl",  "bpl",  "sil",  "dil",
                                   "r8b", "r9b", "r10b", "r11b", "r12b", "r13b", "r14b", "r15b"};
constexpr const char* kConds[] = {"o",  "no", "b",  "ae", "e",  "ne", "be", "a",  "s",
                                  "ns", "p",  "np", "l",  "ge", "le", "g",  "eq", "neq"};

std::string reg_name(Reg r, unsigned bytes) {
  if (r.is_virt()) return fmt::format("v{}", r.vreg());
  if (bank_of_phys(r) == Bank::Xmm) return fmt::format("xmm{}", r.code());
  switch (bytes) {
    case 1:
      return kNames8[r.code()];
    case 2:
      return kNames16[r.code()];
    case 4:
      return kNames32[r.code()];
    default:
      return kNames64[r.code()];
  }
}

std::string symbol_name(uint32_t symbol, const CodeObject* object) {
  if (!object) return fmt::format("symbol{}", symbol);
  return std::string(object->symbols[symbol].name.str());
}

std::string memory(const MInst& i, const CodeObject* names) {
  unsigned bytes = i.op == Opcode::lea ? 0 : memory_bytes(i);
  const char* size = bytes == 1    ? "byte "
                     : bytes == 2  ? "word "
                     : bytes == 4  ? "dword "
                     : bytes == 8  ? "qword "
                     : bytes == 16 ? "xmmword "
                                   : "";
  uint32_t object = i.r[i.mem].id;
  std::string base = i.base == MemBase::Base       ? reg_name(i.r[i.mem], 8)
                     : i.base == MemBase::Frame    ? fmt::format("frame{}", object)
                     : i.base == MemBase::Incoming ? "incoming"
                     : i.base == MemBase::Outgoing ? "outgoing"
                     : i.base == MemBase::Dynamic
                         ? "dynamic"
                         : fmt::format("rip + {}", symbol_name(object, names));
  std::string index =
      i.index.valid() ? fmt::format(" + {}*{}", reg_name(i.index, 8), 1 << i.scale) : "";
  std::string disp = i.disp == 0 ? ""
                                 : fmt::format(" {} {}", i.disp < 0 ? '-' : '+',
                                               i.disp < 0 ? -int64_t{i.disp} : i.disp);
  return fmt::format("{}[{}{}{}]", size, base, index, disp);
}

std::string mnemonic(const MInst& i) {
  std::string text(info(i.op).text);
  if (text.back() == '*') text.replace(text.size() - 1, 1, kConds[i.aux]);
  return text;
}

// Bytes of a general operand: extensions have two widths.
unsigned operand_bytes(const MInst& i, unsigned k) {
  if (k > 0) return i.op == Opcode::shl || i.op == Opcode::shr || i.op == Opcode::sar ? 1 : i.width;
  switch (i.op) {
    case Opcode::movzx:
    case Opcode::zero:
      return 4;
    case Opcode::movsx:
      return i.aux;
    case Opcode::movsxd:
    case Opcode::lea:
      return 8;
    default:
      return i.width;
  }
}

std::string mask_names(uint32_t bits) {
  std::string out;
  for (uint32_t n = 0; n < kPhysRegs; ++n)
    if (bits >> n & 1) out += (out.empty() ? "" : " ") + reg_name(Reg(n), 8);
  return out;
}

}  // namespace

std::string print_inst(const MInst& i, const CodeObject* object) {
  std::string out = mnemonic(i);
  switch (i.op) {
    case Opcode::jmp:
      return fmt::format("{} .{}", out, i.imm);
    case Opcode::jcc:
      return fmt::format("{} .{} else .{}", out, static_cast<uint32_t>(i.imm), i.imm >> 32);
    case Opcode::trap:
    case Opcode::trap_if:
      return fmt::format("{} message{}", out, i.imm);
    case Opcode::call:
      return fmt::format("call {} ({}) -> ({})", symbol_name(static_cast<uint32_t>(i.disp), object),
                         mask_names(i.uses_mask()), mask_names(i.defs_mask()));
    case Opcode::entry:
      return fmt::format("entry ({})", mask_names(i.defs_mask()));
    case Opcode::ret:
      return fmt::format("ret ({})", mask_names(i.uses_mask()));
    default:
      break;
  }
  const char* separator = " ";
  for (unsigned k = 0; k < 3; ++k) {
    if (i.mem == k) out += separator + memory(i, object);
    else if (info(i.op).roles[k] != Role::None && i.r[k].valid())
      out += separator + reg_name(i.r[k], operand_bytes(i, k));
    else continue;
    separator = ", ";
  }
  if (i.has_imm) out += fmt::format("{}{}", separator, i.imm);
  return out;
}

std::string print(const MFunction& f, const CodeObject* object) {
  std::string out;
  for (size_t n = 0; n < f.blocks.size(); ++n) {
    out += fmt::format(".{}:\n", n);
    for (uint32_t k = f.blocks[n].begin; k < f.blocks[n].end; ++k)
      if (const MInst& i = f.insts[k]; !(is_copy(i) && i.r[0] == i.r[1] && i.r[0].is_phys()))
        out += fmt::format("  {}\n", print_inst(i, object));
  }
  return out;
}

}  // namespace ll::x86
