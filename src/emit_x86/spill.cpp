// Moves between registers and homes, and the allocator that keeps every value at home.
#include "emit_x86/regalloc.h"
#include "support/check.h"

namespace ll::x86 {

namespace {

Opcode float_move(unsigned bytes) {
  return bytes == 4 ? Opcode::movss : bytes == 8 ? Opcode::movsd : Opcode::movups;
}

void address_home(MInst& i, unsigned operand, uint32_t home) {
  LL_CHECK(operand < 3, "an index register cannot be in memory");
  i.mem = static_cast<uint8_t>(operand) & 3;
  i.base = MemBase::Frame;
  i.r[operand] = Reg(home);
}

}  // namespace

MInst make_reload(Reg to, VregInfo v, uint32_t home) {
  MInst i;
  i.op = v.bank == Bank::Xmm ? float_move(v.bytes) : Opcode::mov;
  i.width = v.bytes;
  i.r[0] = to;
  address_home(i, 1, home);
  return i;
}

MInst make_spill(Reg from, VregInfo v, uint32_t home) {
  MInst i;
  i.op = v.bank == Bank::Xmm ? float_move(v.bytes) : Opcode::mov;
  i.width = v.bytes;
  i.r[1] = from;
  address_home(i, 0, home);
  return i;
}

MInst make_copy(Reg to, Reg from) {
  MInst i;
  i.op = bank_of_phys(to) == Bank::Xmm ? Opcode::movaps : Opcode::mov;
  i.width = 8;
  i.r[0] = to;
  i.r[1] = from;
  return i;
}

bool can_use_home(const MInst& i, unsigned k, VregInfo v) {
  if (k > 2 || i.has_mem() || !(info(i.op).mem >> k & 1)) return false;
  for (unsigned other = 0; other < 3; ++other)
    if (other != k && i.r[other] == i.r[k] && i.r[k].valid()) return false;
  unsigned bytes = memory_bytes(i);
  if (i.has_imm && i.imm != static_cast<int32_t>(i.imm)) return false;
  if (bytes == 16) return false;  // needs an aligned 16-byte home
  return writes(info(i.op).roles[k]) ? bytes == v.bytes : bytes <= v.bytes;
}

void use_home(MInst& i, unsigned k, uint32_t home) { address_home(i, k, home); }

// No instruction has more than three register operands of one bank; none of these is fixed by
// the calling convention or by an instruction.
void allocate_spill_all(MFunction& f, AllocationTrace* trace) {
  static constexpr Reg kScratch[2][3] = {{r10, r11, rbx}, {xmm(13), xmm(14), xmm(15)}};
  constexpr uint32_t kNone = AllocationTrace::kInserted;
  if (trace) {
    trace->before = f;
    trace->origins.clear();
  }
  std::vector<uint32_t> homes(f.vregs.size(), kNone);
  auto home = [&](Reg r) {
    uint32_t& h = homes[r.vreg()];
    unsigned bytes = f.vregs[r.vreg()].bytes;
    if (h == kNone) h = f.new_object(bytes, bytes);
    return h;
  };
  std::vector<MInst> out;
  out.reserve(f.insts.size() * 3);
  auto add = [&](const MInst& i, AllocationTrace::Origin origin) {
    out.push_back(i);
    if (trace) trace->origins.push_back(origin);
  };
  for (MBlock& b : f.blocks) {
    auto begin = static_cast<uint32_t>(out.size());
    for (uint32_t n = b.begin; n < b.end; ++n) {
      MInst i = f.insts[n];
      struct Loaded {
        Reg virt, phys;
        bool read, written;
      } loaded[4];
      unsigned count = 0, used[2] = {0, 0};
      for_each_reg(i, [&](Reg& r, Role role, unsigned k) {
        if (!r.is_virt()) return;
        VregInfo v = f.vregs[r.vreg()];
        for (unsigned j = 0; j < count; ++j)
          if (loaded[j].virt == r) {
            if (reads(role) && !loaded[j].read)
              add(make_reload(loaded[j].phys, v, home(r)), {kNone, r.vreg()});
            loaded[j].read |= reads(role);
            loaded[j].written |= writes(role);
            r = loaded[j].phys;
            return;
          }
        if (can_use_home(i, k, v)) return use_home(i, k, home(r));
        auto bank = static_cast<unsigned>(v.bank);
        LL_CHECK(used[bank] < 3, "an instruction with more than three registers of a bank");
        Reg phys = kScratch[bank][used[bank]++];
        f.used_regs |= mask(phys);
        if (reads(role)) add(make_reload(phys, v, home(r)), {kNone, r.vreg()});
        loaded[count++] = {r, phys, reads(role), writes(role)};
        r = phys;
      });
      for_each_reg(i, [&](Reg& r, Role role, unsigned) {
        if (writes(role) && r.is_phys()) f.used_regs |= mask(r);
      });
      add(i, {n, kNone});
      for (unsigned j = 0; j < count; ++j)
        if (loaded[j].written)
          add(make_spill(loaded[j].phys, f.vregs[loaded[j].virt.vreg()], home(loaded[j].virt)),
              {kNone, loaded[j].virt.vreg()});
    }
    b.begin = begin;
    b.end = static_cast<uint32_t>(out.size());
  }
  f.insts = std::move(out);
  if (trace) trace->homes = std::move(homes);
}

}  // namespace ll::x86
