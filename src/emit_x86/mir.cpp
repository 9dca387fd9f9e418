#include "emit_x86/mir.h"

namespace ll::x86 {

namespace {

constexpr Role role_of(char c) {
  return c == 'D' ? Role::Def : c == 'U' ? Role::Use : c == 'M' ? Role::Mod : Role::None;
}
constexpr Bank bank_of(const char* token) {
  return token[0] != '_' && token[1] == 'X' ? Bank::Xmm : Bank::Gpr;
}

using namespace opcode_flag;

}  // namespace

const OpcodeInfo kOpcodes[kOpcodeCount] = {
#define INST(name, shape, a, b, c, mem, flags, text) \
  {{role_of(*#a), role_of(*#b), role_of(*#c)},       \
   {bank_of(#a), bank_of(#b), bank_of(#c)},          \
   mem,                                              \
   flags,                                            \
   text},
#include "emit_x86/insts.def"
#undef INST
};

unsigned memory_bytes(const MInst& i) {
  const OpcodeInfo& row = info(i.op);
  bool vector_source = row.banks[0] == Bank::Xmm || row.banks[1] == Bank::Xmm;
  if (!vector_source || i.op == Opcode::cvtsi2ss || i.op == Opcode::cvtsi2sd) return i.width;
  switch (i.op) {
    case Opcode::cvtss2sd:
    case Opcode::cvttss2si:
      return 4;
    case Opcode::cvtsd2ss:
    case Opcode::cvttsd2si:
      return 8;
    default:
      break;
  }
  std::string_view suffix = row.text.substr(row.text.size() - 2);
  return suffix == "ss" ? 4 : suffix == "sd" ? 8 : 16;
}

void MFunction::clear() {
  insts.clear();
  blocks.clear();
  vregs.clear();
  objects.clear();
  traps.clear();
  outgoing_bytes = frame_bytes = 0;
  has_calls = has_alloc = false;
  used_regs = saved_regs = 0;
}

}  // namespace ll::x86
