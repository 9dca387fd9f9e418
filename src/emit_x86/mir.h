// Machine IR: instructions over virtual, later physical, registers, in flat arrays. What an
// instruction does is its opcode (insts.def); how one operand is fetched (register, memory,
// immediate) is separate from it. Not SSA: two-address instructions modify their first operand.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "support/source.h"

namespace ll::x86 {

struct CodeObject;

enum class Bank : uint8_t { Gpr, Xmm };

// A register: physical (general 0–15 by encoding number, vector 16–31) or virtual (32 and up).
struct Reg {
  static constexpr uint32_t kNone = 0xffffffffu, kFirstVirtual = 32;
  uint32_t id = kNone;

  constexpr Reg() = default;
  constexpr explicit Reg(uint32_t i) : id(i) {}
  static constexpr Reg virt(uint32_t n) { return Reg(kFirstVirtual + n); }
  constexpr bool valid() const { return id != kNone; }
  constexpr bool is_phys() const { return id < kFirstVirtual; }
  constexpr bool is_virt() const { return id >= kFirstVirtual && id != kNone; }
  constexpr uint32_t vreg() const { return id - kFirstVirtual; }
  constexpr unsigned code() const { return id & 15; }  // encoding number of a physical one
  constexpr bool operator==(const Reg&) const = default;
};

inline constexpr unsigned kPhysRegs = 32;
inline constexpr Reg rax{0}, rcx{1}, rdx{2}, rbx{3}, rsp{4}, rbp{5}, rsi{6}, rdi{7}, r8{8}, r9{9},
    r10{10}, r11{11};
constexpr Reg xmm(unsigned n) { return Reg(16 + n); }
constexpr Bank bank_of_phys(Reg r) { return r.id < 16 ? Bank::Gpr : Bank::Xmm; }
constexpr uint32_t mask(Reg phys) { return 1u << phys.id; }

// System V: what a call leaves unspecified, and what a function must give back as it was.
inline constexpr uint32_t kCallClobbers = 0xffff0fc7u;       // all but rbx rsp rbp r12–r15
inline constexpr uint32_t kCalleeSaved = 0xf008u | 1u << 5;  // rbx r12–r15, rbp

enum class Opcode : uint8_t {
#define INST(name, ...) name,
#include "emit_x86/insts.def"
#undef INST
};
inline constexpr unsigned kOpcodeCount = 0
#define INST(...) +1
#include "emit_x86/insts.def"
#undef INST
    ;

enum class Role : uint8_t { None, Def, Use, Mod };
constexpr bool reads(Role r) { return r >= Role::Use; }
constexpr bool writes(Role r) { return r == Role::Def || r == Role::Mod; }

namespace opcode_flag {
enum : uint8_t { W = 1, R = 2, T = 4, C = 8, Z = 16, L = 32 };
}

struct OpcodeInfo {
  Role roles[3];
  Bank banks[3];
  uint8_t mem;  // operands that may be in memory
  uint8_t flags;
  std::string_view text;
};
extern const OpcodeInfo kOpcodes[kOpcodeCount];
inline const OpcodeInfo& info(Opcode op) { return kOpcodes[static_cast<unsigned>(op)]; }
inline bool has(Opcode op, uint8_t flag) { return (info(op).flags & flag) != 0; }
inline bool is_terminator(Opcode op) { return has(op, opcode_flag::T); }

// Condition codes are the processor's; the two last are pairs for float equality, which also
// looks at the parity flag (unordered). Inverting is flipping the lowest bit.
enum class Cond : uint8_t {
  O,
  NO,
  B,
  AE,
  E,
  NE,
  BE,
  A,
  S,
  NS,
  P,
  NP,
  L,
  GE,
  LE,
  G,
  EqOrdered,
  NeUnordered
};
constexpr Cond invert(Cond c) { return static_cast<Cond>(static_cast<uint8_t>(c) ^ 1); }

// What the base of a memory operand is. All but Base keep an index in its `r` slot.
enum class MemBase : uint8_t {
  Base,      // a register
  Frame,     // a frame object
  Incoming,  // the caller's argument area
  Outgoing,  // our own argument area, at rsp
  Dynamic,   // just above it: the latest `alloc`
  Symbol,    // rip-relative, index of a symbol
};

inline constexpr uint8_t kNoOperand = 3;

// Not registers: `jmp` has its target block in imm; `jcc` taken block in the low half, other one
// in the high half; `trap`, `trap_if` the number of the trap; `call` the symbol in disp, masks of
// physical registers read (low half) and defined (high half) in imm; `entry` and `ret` the same
// masks.
struct MInst {
  Opcode op{};
  uint8_t width = 4;             // bytes of general operands
  uint8_t aux = 0;               // Cond; movsx: bytes of the result
  uint8_t mem : 2 = kNoOperand;  // which operand is in memory
  uint8_t has_imm : 1 = 0;       // the last operand is `imm`
  uint8_t scale : 2 = 0;         // log2, of the index
  MemBase base : 3 = MemBase::Base;
  Reg r[3];
  Reg index;
  int32_t disp = 0;
  int64_t imm = 0;

  Cond cond() const { return static_cast<Cond>(aux); }
  bool has_mem() const { return mem != kNoOperand; }
  uint32_t uses_mask() const { return static_cast<uint32_t>(imm); }
  uint32_t defs_mask() const { return static_cast<uint32_t>(imm >> 32); }
  bool has_masks() const { return op == Opcode::call || op == Opcode::entry || op == Opcode::ret; }
};
static_assert(sizeof(MInst) == 32 && std::is_trivially_copyable_v<MInst>);

// Calls visit(Reg&, Role, operand) for each explicit register operand; 3 is the index register.
template <class Inst, class F>
void for_each_reg(Inst& i, F visit) {
  const OpcodeInfo& row = info(i.op);
  for (unsigned k = 0; k < 3; ++k) {
    if (row.roles[k] == Role::None || !i.r[k].valid()) continue;
    if (i.mem != k) visit(i.r[k], row.roles[k], k);
    else if (i.base == MemBase::Base) visit(i.r[k], Role::Use, k);
  }
  if (i.index.valid()) visit(i.index, Role::Use, 3u);
}

// A move between two registers that does nothing else.
inline bool is_copy(const MInst& i) {
  return has(i.op, opcode_flag::L) && !i.has_mem() && !i.has_imm;
}

// Bytes that a memory operand of the instruction reads or writes.
unsigned memory_bytes(const MInst& i);

struct MBlock {
  uint32_t begin = 0, end = 0;  // slice of MFunction::insts
  uint32_t succ[2] = {Reg::kNone, Reg::kNone};
  uint32_t depth = 0;  // of loops around it
  unsigned succ_count() const { return succ[0] == Reg::kNone ? 0 : succ[1] == Reg::kNone ? 1 : 2; }
};

struct VregInfo {
  Bank bank;
  uint8_t bytes;  // of its spill slot: 4, 8 or 16
};

struct FrameObject {
  uint64_t size;
  uint32_t align;      // at most 16
  int64_t offset = 0;  // from rsp, set by lay_out_frame
};

struct MFunction {
  std::vector<MInst> insts;
  std::vector<MBlock> blocks;  // in layout order, entry first
  std::vector<VregInfo> vregs;
  std::vector<FrameObject> objects;
  std::vector<uint32_t> traps;  // symbol addend of each message
  uint64_t outgoing_bytes = 0;
  bool has_calls = false, has_alloc = false;  // alloc: frame pointer needed

  // After allocation and lay_out_frame:
  uint32_t used_regs = 0;  // mask of physical ones written
  uint32_t saved_regs = 0;
  uint64_t frame_bytes = 0;  // rsp moves by this in the prologue

  Reg new_vreg(Bank bank, uint8_t bytes) {
    vregs.push_back({bank, bytes});
    return Reg::virt(static_cast<uint32_t>(vregs.size() - 1));
  }
  uint32_t new_object(uint64_t size, uint32_t align) {
    objects.push_back({size, align});
    return static_cast<uint32_t>(objects.size() - 1);
  }
  void clear();  // keeps the memory of the tables
};

// One instruction as text, with names of virtual (v7) or physical (rax) registers.
// With an object, symbols are printed by name, else by number.
std::string print_inst(const MInst& i, const CodeObject* object = nullptr);
std::string print(const MFunction& f, const CodeObject* object = nullptr);

}  // namespace ll::x86
