// Symbolic execution of allocated code: each register and each frame object holds a virtual
// register's value or nothing known. Original instructions must read what they read before;
// inserted ones only move. At joins, places that differ hold nothing known. Iterates over the
// blocks until the states at their starts no longer change.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "emit_x86/regalloc.h"

namespace ll::x86 {

namespace {

constexpr uint32_t kUnknown = 0xffffffffu, kNoInst = AllocationTrace::kInserted;

struct Values {
  bool reached = false;
  uint32_t regs[kPhysRegs];
  std::unordered_map<uint32_t, uint32_t> objects;

  Values() { std::fill(std::begin(regs), std::end(regs), kUnknown); }

  void kill(uint32_t vreg) {
    for (uint32_t& r : regs)
      if (r == vreg) r = kUnknown;
    std::erase_if(objects, [&](auto& o) { return o.second == vreg; });
  }
  // True when something became unknown.
  bool meet(const Values& o) {
    if (!reached) {
      *this = o;
      return reached = true;
    }
    bool changed = false;
    for (unsigned r = 0; r < kPhysRegs; ++r)
      if (regs[r] != kUnknown && regs[r] != o.regs[r]) {
        regs[r] = kUnknown;
        changed = true;
      }
    changed |= std::erase_if(objects, [&](auto& mine) {
                 auto other = o.objects.find(mine.first);
                 return other == o.objects.end() || other->second != mine.second;
               }) > 0;
    return changed;
  }
};

class Checker {
 public:
  Checker(const AllocationTrace& trace, const MFunction& after) : trace_(trace), after_(after) {}
  std::string run();

 private:
  std::string step(Values& s, uint32_t n);
  std::string original(Values& s, const MInst& before, const MInst& now);
  std::string inserted(Values& s, const MInst& i, uint32_t vreg);
  bool remakes(const MInst& i, uint32_t vreg) const;
  void find_definitions();

  const AllocationTrace& trace_;
  const MFunction& after_;
  std::vector<uint32_t> definition_;  // by vreg: its only one, or none
};

bool is_home_operand(const MInst& before, const MInst& now, unsigned k) {
  return now.mem == k && before.mem != k && now.base == MemBase::Frame;
}

std::string Checker::original(Values& s, const MInst& before, const MInst& now) {
  std::string wrong;
  const Reg* regs_now[4] = {&now.r[0], &now.r[1], &now.r[2], &now.index};
  auto value = [&](unsigned k) {
    if (!is_home_operand(before, now, k)) return s.regs[regs_now[k]->id];
    auto at = s.objects.find(now.r[k].id);
    return at == s.objects.end() ? kUnknown : at->second;
  };
  for_each_reg(before, [&](const Reg& r, Role role, unsigned k) {
    if (!r.is_virt()) {
      if (*regs_now[k] != r) wrong = "a fixed register was replaced";
      return;
    }
    if (reads(role) && value(k) != r.vreg())
      wrong = fmt::format("v{} is read, but v{} is there", r.vreg(), static_cast<int>(value(k)));
  });
  // Moving a value to another name is a definition like any other.
  uint32_t clobbers = before.has_masks() ? before.defs_mask() : 0;
  if (before.op == Opcode::call) clobbers |= kCallClobbers;
  for (uint32_t m = clobbers; m != 0; m &= m - 1) s.regs[std::countr_zero(m)] = kUnknown;
  for_each_reg(before, [&](const Reg& r, Role role, unsigned k) {
    if (!writes(role)) return;
    if (!r.is_virt()) {
      s.regs[r.id] = kUnknown;
      return;
    }
    s.kill(r.vreg());
    if (is_home_operand(before, now, k)) s.objects[now.r[k].id] = r.vreg();
    else s.regs[regs_now[k]->id] = r.vreg();
  });
  return wrong;
}

// Whether `i` does what the only definition of the vreg did.
bool Checker::remakes(const MInst& i, uint32_t vreg) const {
  if (definition_[vreg] == kNoInst) return false;
  const MInst& o = trace_.before.insts[definition_[vreg]];
  if (o.op == Opcode::zero) return i.op == Opcode::mov && i.has_imm && i.imm == 0;
  return o.op == i.op && o.imm == i.imm && o.disp == i.disp && o.base == i.base && o.mem == i.mem &&
         (o.mem != 1 || o.r[1] == i.r[1]);
}

void Checker::find_definitions() {
  definition_.assign(trace_.before.vregs.size(), kNoInst);
  std::vector<bool> defined(definition_.size(), false);
  for (uint32_t n = 0; n < trace_.before.insts.size(); ++n)
    for_each_reg(trace_.before.insts[n], [&](const Reg& r, Role role, unsigned) {
      if (!writes(role) || !r.is_virt()) return;
      definition_[r.vreg()] = defined[r.vreg()] ? kNoInst : n;
      defined[r.vreg()] = true;
    });
}

std::string Checker::inserted(Values& s, const MInst& i, uint32_t vreg) {
  bool frame = i.has_mem() && i.base == MemBase::Frame && i.op != Opcode::lea;
  if (i.op == Opcode::xchg) {
    std::swap(s.regs[i.r[0].id], s.regs[i.r[1].id]);
  } else if (is_copy(i)) {
    s.regs[i.r[0].id] = s.regs[i.r[1].id];
  } else if (frame && i.mem == 0) {
    s.objects[i.r[0].id] = s.regs[i.r[1].id];
  } else if (frame) {
    auto at = s.objects.find(i.r[1].id);
    s.regs[i.r[0].id] = at == s.objects.end() ? kUnknown : at->second;
  } else if (remakes(i, vreg)) {
    s.regs[i.r[0].id] = vreg;
  } else {
    return fmt::format("'{}' was inserted for v{} but makes something else", print_inst(i), vreg);
  }
  return {};
}

std::string Checker::step(Values& s, uint32_t n) {
  const AllocationTrace::Origin& origin = trace_.origins[n];
  const MInst& now = after_.insts[n];
  std::string wrong = origin.inst == kNoInst ? inserted(s, now, origin.vreg)
                                             : original(s, trace_.before.insts[origin.inst], now);
  if (wrong.empty()) return wrong;
  return fmt::format("instruction {} '{}': {}\n{}\nallocated:\n{}", n, print_inst(now), wrong,
                     print(trace_.before), print(after_));
}

std::string Checker::run() {
  if (trace_.origins.size() != after_.insts.size()) return "instructions without an origin";
  find_definitions();
  std::vector<Values> at_start(after_.blocks.size());
  at_start[0].reached = true;
  std::vector<uint32_t> work{0};
  while (!work.empty()) {
    uint32_t b = work.back();
    work.pop_back();
    Values s = at_start[b];
    for (uint32_t n = after_.blocks[b].begin; n < after_.blocks[b].end; ++n) step(s, n);
    for (unsigned k = 0; k < after_.blocks[b].succ_count(); ++k)
      if (at_start[after_.blocks[b].succ[k]].meet(s)) work.push_back(after_.blocks[b].succ[k]);
  }
  // The states are final: only now is what is wrong truly so.
  for (uint32_t b = 0; b < after_.blocks.size(); ++b) {
    if (!at_start[b].reached) continue;
    Values s = at_start[b];
    for (uint32_t n = after_.blocks[b].begin; n < after_.blocks[b].end; ++n)
      if (std::string wrong = step(s, n); !wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace

std::string check_allocation(const AllocationTrace& trace, const MFunction& after) {
  return Checker(trace, after).run();
}

}  // namespace ll::x86
