#include "emit_x86/encode.h"

#include <algorithm>
#include <bit>
#include <cstring>

#define XBYAK_NO_OP_NAMES
#define XBYAK_NO_EXCEPTION
#include <xbyak/xbyak.h>
#include <xbyak/xbyak_util.h>

#include "emit_x86/branches.h"
#include "emit_x86/frame.h"
#include "support/check.h"

namespace ll::x86 {

namespace X = Xbyak;

Features native_features() {
  X::util::Cpu cpu;
  uint32_t bits = 0;
  if (cpu.has(X::util::Cpu::tAVX)) bits |= kAvx;  // includes the system's support
  if (cpu.has(X::util::Cpu::tAVX) && cpu.has(X::util::Cpu::tFMA)) bits |= kFma;
  return Features(bits);
}

namespace {

constexpr size_t kMaxInstBytes = 16, kMaxStubBytes = 16, kFrameBytes = 128;

}  // namespace

struct Encoder::State {
  Features features;
  ObjectBuilder& object;
  std::vector<uint8_t> buffer;
  std::unique_ptr<X::CodeGenerator> code;
  const MFunction* f = nullptr;
  bool avx;
  Branches branches;
  std::vector<PendingReloc> relocs;
  uint32_t trap_symbol;
  // Set while an operand is made: the instruction has a rip-relative operand to relocate.
  bool relocate = false;
  uint32_t relocate_symbol = 0;
  int64_t relocate_addend = 0;

  State(Features feat, ObjectBuilder& o)
      : features(feat), object(o), avx(feat.has(kAvx)), trap_symbol(o.external("ll_trap")) {}

  uint32_t here() const { return static_cast<uint32_t>(code->getSize()); }

  void start(const MFunction& function);
  void prologue();
  void epilogue();
  void encode_blocks();
  void encode_inst(const MInst& i, uint32_t next_block);
  void encode_pseudo(const MInst& i, uint32_t next_block);
  void encode_branch(const MInst& i, uint32_t next_block);
  void encode_traps();
  void branch(Cond c, bool always, uint32_t block);
  void branch_to_trap(Cond c, bool always, uint32_t trap);
  void leave(uint32_t bytes);
  void finish(uint32_t symbol);

  X::Reg gpr(Reg r, unsigned bytes) const {
    int n = static_cast<int>(r.code());
    switch (bytes) {
      case 1:
        return X::Reg8(n, n >= 4 && n < 8);
      case 2:
        return X::Reg16(n);
      case 4:
        return X::Reg32(n);
      default:
        return X::Reg64(n);
    }
  }
  static X::Xmm xmm_reg(Reg r) { return X::Xmm(static_cast<int>(r.code())); }
  X::Address address(const MInst& i, unsigned bytes);

  // Calls f with operand `k` as a register of the given bytes (general) or a vector register,
  // or as memory.
  template <class F>
  void with(const MInst& i, unsigned k, unsigned bytes, Bank bank, F f) {
    if (i.mem == k) f(address(i, bytes));
    else if (bank == Bank::Gpr) f(static_cast<const X::Operand&>(gpr(i.r[k], bytes)));
    else f(static_cast<const X::Operand&>(xmm_reg(i.r[k])));
  }
};

X::Address Encoder::State::address(const MInst& i, unsigned bytes) {
  unsigned bits = bytes * 8;
  if (i.base == MemBase::Symbol) {
    relocate = true;
    relocate_symbol = i.r[i.mem].id;
    relocate_addend = i.disp;
    return X::Address(bits, false, code->rip + 0);
  }
  Reg base = i.r[i.mem];
  int64_t disp = i.disp;
  if (i.base != MemBase::Base) {
    FramePlace place = frame_place(*f, i.base, base.id);
    base = place.base;
    disp += place.offset;
  }
  X::RegExp e = X::Reg64(static_cast<int>(base.code()));
  if (i.index.valid()) e = e + X::RegExp(X::Reg64(static_cast<int>(i.index.code())), 1 << i.scale);
  return X::Address(bits, false, e + static_cast<size_t>(disp));
}

void Encoder::State::start(const MFunction& function) {
  f = &function;
  size_t room = (f->insts.size() + f->blocks.size()) * (kMaxInstBytes + 8) +
                f->traps.size() * kMaxStubBytes + kFrameBytes;
  for (const MInst& i : f->insts) room += i.op == Opcode::ret ? kFrameBytes : 0;
  if (room > buffer.size()) {
    buffer.resize(room + room / 2);
    code = std::make_unique<X::CodeGenerator>(buffer.size(), buffer.data());
  }
  code->setSize(0);
  branches.start(function);
  relocs.clear();
}

void Encoder::State::prologue() {
  if (f->has_alloc) {
    code->push(X::util::rbp);
    code->mov(X::util::rbp, X::util::rsp);
  }
  for (int n = 0; n < 16; ++n)
    if (f->saved_regs >> n & 1 && !(f->has_alloc && n == 5)) code->push(X::Reg64(n));
  if (f->frame_bytes > 0) code->sub(X::util::rsp, static_cast<uint32_t>(f->frame_bytes));
}

void Encoder::State::epilogue() {
  int saved = 0;
  for (int n = 0; n < 16; ++n) saved += static_cast<int>(f->saved_regs >> n & 1);
  if (f->has_alloc) code->lea(X::util::rsp, code->ptr[X::util::rbp - 8 * (saved - 1)]);
  else if (f->frame_bytes > 0) code->add(X::util::rsp, static_cast<uint32_t>(f->frame_bytes));
  for (int n = 15; n >= 0; --n)
    if (f->saved_regs >> n & 1 && !(f->has_alloc && n == 5)) code->pop(X::Reg64(n));
  if (f->has_alloc) code->pop(X::util::rbp);
  code->ret();
}

// Room for a branch, whose bytes are written at the end.
void Encoder::State::leave(uint32_t bytes) {
  for (uint32_t k = 0; k < bytes; ++k) code->db(0);
}

void Encoder::State::branch(Cond c, bool always, uint32_t block) {
  leave(branches.to_block(here(), c, always, block));
}

void Encoder::State::branch_to_trap(Cond c, bool always, uint32_t trap) {
  leave(branches.to_trap(here(), c, always, trap));
}

// Falls through where it can; float equality takes two jumps.
void Encoder::State::encode_branch(const MInst& i, uint32_t next) {
  if (i.op == Opcode::jmp) {
    uint32_t to = branches.forward(static_cast<uint32_t>(i.imm));
    if (to != next) branch(Cond::O, true, to);
    return;
  }
  uint32_t yes = branches.forward(static_cast<uint32_t>(i.imm));
  uint32_t no = branches.forward(static_cast<uint32_t>(i.imm >> 32));
  Cond c = i.cond();
  if (yes == no) {  // both ways lead to one place
    if (yes != next) branch(Cond::O, true, yes);
    return;
  }
  if (c == Cond::EqOrdered) {
    branch(Cond::NE, false, no);
    branch(Cond::P, false, no);
    if (yes != next) branch(Cond::O, true, yes);
    return;
  }
  LL_CHECK(c <= Cond::G, "no selection makes this condition");
  if (yes == next) {
    branch(invert(c), false, no);
    return;
  }
  branch(c, false, yes);
  if (no != next) branch(Cond::O, true, no);
}

void Encoder::State::encode_pseudo(const MInst& i, uint32_t next) {
  switch (i.op) {
    case Opcode::zero:
      code->xor_(gpr(i.r[0], 4), gpr(i.r[0], 4));
      return;
    case Opcode::zerox: {
      X::Xmm x = xmm_reg(i.r[0]);
      if (avx) code->vxorps(x, x, x);
      else code->xorps(x, x);
      return;
    }
    case Opcode::entry:
      return;
    case Opcode::call:
      code->db(0xe8);
      relocs.push_back({here(), static_cast<uint32_t>(i.disp), -4});
      code->dd(0);
      return;
    case Opcode::jmp:
    case Opcode::jcc:
      return encode_branch(i, next);
    case Opcode::ret:
      return epilogue();
    case Opcode::trap:
      return branch_to_trap(Cond::O, true, static_cast<uint32_t>(i.imm));
    case Opcode::trap_if:
      return branch_to_trap(i.cond(), false, static_cast<uint32_t>(i.imm));
    case Opcode::rep_movsb:
      code->rep();
      code->movsb();
      return;
    default:
      LL_UNREACHABLE("not a pseudo instruction");
  }
}

// One macro per shape of insts.def: how xbyak wants the operands.
#define ENCODE_Alu(name)                                                      \
  with(i, 0, i.width, Bank::Gpr, [&](const auto& a) {                         \
    if (i.has_imm) return void(code->name(a, static_cast<uint64_t>(i.imm)));  \
    with(i, 1, i.width, Bank::Gpr, [&](const auto& b) { code->name(a, b); }); \
  })
#define ENCODE_Swap(name) code->name(gpr(i.r[0], i.width), gpr(i.r[1], i.width))
#define ENCODE_Test(name)                                       \
  with(i, 0, i.width, Bank::Gpr, [&](const auto& a) {           \
    if (i.has_imm) code->name(a, static_cast<uint32_t>(i.imm)); \
    else code->name(a, gpr(i.r[1], i.width));                   \
  })
#define ENCODE_Extend(name) encode_extend(*this, i)
#define ENCODE_Lea(name) code->name(gpr(i.r[0], 8), address(i, 8))
#define ENCODE_Imul(name) \
  with(i, 1, i.width, Bank::Gpr, [&](const auto& b) { code->imul(gpr(i.r[0], i.width), b); })
#define ENCODE_Imul3(name)       \
  with(i, 1, i.width, Bank::Gpr, \
       [&](const auto& b) { code->imul(gpr(i.r[0], i.width), b, static_cast<int>(i.imm)); })
#define ENCODE_Unary(name) with(i, 0, i.width, Bank::Gpr, [&](const auto& a) { code->name(a); })
#define ENCODE_Shift(name)                                 \
  with(i, 0, i.width, Bank::Gpr, [&](const auto& a) {      \
    if (i.has_imm) code->name(a, static_cast<int>(i.imm)); \
    else code->name(a, X::util::cl);                       \
  })
#define ENCODE_WideMul(name) with(i, 2, i.width, Bank::Gpr, [&](const auto& a) { code->name(a); })
#define ENCODE_WideDiv(name) ENCODE_WideMul(name)
#define ENCODE_Plain(name) code->name()
#define ENCODE_Cond(name) encode_set(*this, i)
#define ENCODE_CondMove(name) encode_cmov(*this, i)
#define ENCODE_Sse(name) \
  with(i, 1, 8, Bank::Xmm, [&](const auto& b) { code->name(xmm_reg(i.r[0]), b); })
#define ENCODE_SseImm(name) \
  with(i, 1, 8, Bank::Xmm,  \
       [&](const auto& b) { code->name(xmm_reg(i.r[0]), b, static_cast<uint8_t>(i.imm)); })
#define ENCODE_Avx(name) \
  with(i, 2, 16, Bank::Xmm, [&](const auto& c) { code->name(xmm_reg(i.r[0]), xmm_reg(i.r[1]), c); })
#define ENCODE_AvxImm(name)                                                       \
  with(i, 2, 16, Bank::Xmm, [&](const auto& c) {                                  \
    code->name(xmm_reg(i.r[0]), xmm_reg(i.r[1]), c, static_cast<uint8_t>(i.imm)); \
  })
#define ENCODE_VMov(name)                                   \
  if (avx) code->v##name(xmm_reg(i.r[0]), xmm_reg(i.r[1])); \
  else code->name(xmm_reg(i.r[0]), xmm_reg(i.r[1]))
#define ENCODE_VMem(name)                                              \
  if (i.mem == 1) {                                                    \
    if (avx) code->v##name(xmm_reg(i.r[0]), address(i, 16));           \
    else code->name(xmm_reg(i.r[0]), address(i, 16));                  \
  } else {                                                             \
    LL_CHECK(i.mem == 0, "a scalar move between registers is movaps"); \
    if (avx) code->v##name(address(i, 16), xmm_reg(i.r[1]));           \
    else code->name(address(i, 16), xmm_reg(i.r[1]));                  \
  }
#define ENCODE_VToX32(name)                                                         \
  if (avx) code->vmovd(xmm_reg(i.r[0]), X::Reg32(static_cast<int>(i.r[1].code()))); \
  else code->movd(xmm_reg(i.r[0]), X::Reg32(static_cast<int>(i.r[1].code())))
#define ENCODE_VToX64(name)                                                         \
  if (avx) code->vmovq(xmm_reg(i.r[0]), X::Reg64(static_cast<int>(i.r[1].code()))); \
  else code->movq(xmm_reg(i.r[0]), X::Reg64(static_cast<int>(i.r[1].code())))
#define ENCODE_VToR32(name)                                                         \
  if (avx) code->vmovd(X::Reg32(static_cast<int>(i.r[0].code())), xmm_reg(i.r[1])); \
  else code->movd(X::Reg32(static_cast<int>(i.r[0].code())), xmm_reg(i.r[1]))
#define ENCODE_VToR64(name)                                                         \
  if (avx) code->vmovq(X::Reg64(static_cast<int>(i.r[0].code())), xmm_reg(i.r[1])); \
  else code->movq(X::Reg64(static_cast<int>(i.r[0].code())), xmm_reg(i.r[1]))
// Memory forms are left out: xbyak encodes the 64-bit one of SSE without its prefix.
#define ENCODE_VFromInt(name)        \
  {                                  \
    X::Xmm x = xmm_reg(i.r[0]);      \
    X::Reg r = gpr(i.r[1], i.width); \
    if (avx) {                       \
      code->vxorps(x, x, x);         \
      code->v##name(x, x, r);        \
    } else {                         \
      code->xorps(x, x);             \
      code->name(x, r);              \
    }                                \
  }
// Without the same register as merged source there would be a dependency on its old value.
#define ENCODE_VMerge(name)                                                            \
  with(i, 1, 8, Bank::Xmm, [&](const auto& b) {                                        \
    if (!avx) return void(code->name(xmm_reg(i.r[0]), b));                             \
    code->v##name(xmm_reg(i.r[0]), i.mem == 1 ? xmm_reg(i.r[0]) : xmm_reg(i.r[1]), b); \
  })
#define ENCODE_VToInt(name)                                                             \
  with(i, 1, 8, Bank::Xmm, [&](const auto& b) {                                         \
    if (!avx) code->name(gpr(i.r[0], i.width), b);                                      \
    else if (i.width == 8) code->v##name(X::Reg64(static_cast<int>(i.r[0].code())), b); \
    else code->v##name(X::Reg32(static_cast<int>(i.r[0].code())), b);                   \
  })
#define ENCODE_VCompare(name)                   \
  with(i, 1, 8, Bank::Xmm, [&](const auto& b) { \
    if (avx) code->v##name(xmm_reg(i.r[0]), b); \
    else code->name(xmm_reg(i.r[0]), b);        \
  })
#define ENCODE_Pseudo(name) encode_pseudo(i, next)

namespace {

template <class S>
void encode_extend(S& s, const MInst& i) {
  s.with(i, 1, i.width, Bank::Gpr, [&](const auto& b) {
    if (i.op == Opcode::movsxd) s.code->movsxd(X::Reg64(static_cast<int>(i.r[0].code())), b);
    else if (i.op == Opcode::movsx) s.code->movsx(s.gpr(i.r[0], i.aux), b);
    else if (i.width == 4) s.code->mov(s.gpr(i.r[0], 4), b);  // clears the upper half
    else s.code->movzx(s.gpr(i.r[0], 4), b);
  });
}

template <class S>
void encode_set(S& s, const MInst& i) {
  X::Reg r = s.gpr(i.r[0], 1);
  switch (i.cond()) {
#define SET(cc, name) \
  case Cond::cc:      \
    s.code->name(r);  \
    return
    SET(O, seto);
    SET(NO, setno);
    SET(B, setb);
    SET(AE, setae);
    SET(E, sete);
    SET(NE, setne);
    SET(BE, setbe);
    SET(A, seta);
    SET(S, sets);
    SET(NS, setns);
    SET(P, setp);
    SET(NP, setnp);
    SET(L, setl);
    SET(GE, setge);
    SET(LE, setle);
    SET(G, setg);
#undef SET
    default:
      LL_UNREACHABLE("no single condition");
  }
}

template <class S>
void encode_cmov(S& s, const MInst& i) {
  s.with(i, 1, i.width, Bank::Gpr, [&](const auto& b) {
    X::Reg r = s.gpr(i.r[0], i.width);
    switch (i.cond()) {
#define CMOV(cc, name)  \
  case Cond::cc:        \
    s.code->name(r, b); \
    return
      CMOV(O, cmovo);
      CMOV(NO, cmovno);
      CMOV(B, cmovb);
      CMOV(AE, cmovae);
      CMOV(E, cmove);
      CMOV(NE, cmovne);
      CMOV(BE, cmovbe);
      CMOV(A, cmova);
      CMOV(S, cmovs);
      CMOV(NS, cmovns);
      CMOV(P, cmovp);
      CMOV(NP, cmovnp);
      CMOV(L, cmovl);
      CMOV(GE, cmovge);
      CMOV(LE, cmovle);
      CMOV(G, cmovg);
#undef CMOV
      default:
        LL_UNREACHABLE("no single condition");
    }
  });
}

// Bytes of immediate behind the displacement of a memory operand.
int64_t immediate_bytes(const MInst& i) {
  if (!i.has_imm)
    return i.op == Opcode::cmpss || i.op == Opcode::cmpsd || i.op == Opcode::vcmpss ||
           i.op == Opcode::vcmpsd;
  bool is_short =
      i.imm == static_cast<int8_t>(i.imm) && i.op != Opcode::mov && i.op != Opcode::test;
  if (i.width == 1 || is_short) return 1;
  return i.width == 2 ? 2 : 4;
}

}  // namespace

void Encoder::State::encode_inst(const MInst& i, uint32_t next) {
  if (is_copy(i) && i.r[0] == i.r[1]) return;
  relocate = false;
  switch (i.op) {
#define INST(name, shape, ...) \
  case Opcode::name: {         \
    ENCODE_##shape(name);      \
    break;                     \
  }
#include "emit_x86/insts.def"
#undef INST
  }
  if (!relocate) return;
  int64_t behind = immediate_bytes(i) + 4;
  relocs.push_back(
      {here() - static_cast<uint32_t>(behind), relocate_symbol, relocate_addend - behind});
}

void Encoder::State::encode_blocks() {
  for (uint32_t n = 0; n < f->blocks.size(); ++n) {
    const MBlock& b = f->blocks[n];
    branches.place_block(n, here());
    if (branches.forward(n) != n) continue;
    uint32_t next = n + 1;
    while (next < f->blocks.size() && branches.forward(next) != next) ++next;
    for (uint32_t k = b.begin; k < b.end; ++k) encode_inst(f->insts[k], next);
  }
}

// Out of line: the address of the message in rdi, then the call that does not return.
void Encoder::State::encode_traps() {
  for (uint32_t addend : f->traps) {
    branches.place_trap(here());
    code->db(0x48);
    code->db(0x8d);
    code->db(0x3d);
    relocs.push_back({here(), object.constants(), int64_t{addend} - 4});
    code->dd(0);
    code->db(0xe8);
    relocs.push_back({here(), trap_symbol, -4});
    code->dd(0);
  }
}

void Encoder::State::finish(uint32_t symbol) {
  LL_CHECK(X::GetError() == X::ERR_NONE, X::ConvertErrorToString(X::GetError()));
  Section& text = object.object().section(SectionKind::Text);
  size_t at = (text.bytes.size() + 15) & ~size_t{15};
  text.bytes.resize(at, 0xcc);
  text.bytes.insert(text.bytes.end(), buffer.data(), buffer.data() + here());
  text.size = text.bytes.size();
  object.define(symbol, SectionKind::Text, at, here());
  for (const PendingReloc& r : relocs)
    object.object().relocs.push_back(
        {SectionKind::Text, RelocKind::Rel32, at + r.at, r.symbol, r.addend});
}

Encoder::Encoder(Features features, ObjectBuilder& object)
    : state_(std::make_unique<State>(features, object)) {}
Encoder::~Encoder() = default;

void Encoder::encode(const MFunction& f, uint32_t symbol, bool relax) {
  State& s = *state_;
  s.start(f);
  s.prologue();
  s.encode_blocks();
  s.encode_traps();
  if (relax) s.code->setSize(s.branches.shorten(s.buffer.data(), s.here(), s.relocs));
  s.branches.patch(s.buffer.data());
  s.finish(symbol);
}

}  // namespace ll::x86
