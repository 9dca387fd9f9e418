// Blocks, edges and the frame of a kernel.
#include "emit_ptx/function.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "ir/text.h"
#include "support/check.h"

namespace ll::ptx {
namespace {

std::string_view memory_type(TypeId t) {
  static constexpr std::string_view kType[kClassCount] = {"",     ".u8",  ".s8",  ".s16", ".s32",
                                                          ".s64", ".f32", ".f64", ".u64"};
  return kType[static_cast<unsigned>(class_of(t))];
}

}  // namespace

bool FunctionEmitter::emit(std::string_view entry, std::string& out) {
  find_folded_addresses();
  for (size_t n = 0; n < f_.layout.size(); ++n) emit_block(n);
  if (failed_) return false;

  fmt::format_to(std::back_inserter(out), ".visible .entry {}(", entry);
  for (size_t p = 0; p < f_.params.size(); ++p) {
    fmt::format_to(std::back_inserter(out), "{}\n\t.param {} $param{}", p ? "," : "",
                   memory_type(f_.params[p]), p);
  }
  out += f_.params.empty() ? ")\n{\n" : "\n)\n{\n";
  std::string prologue;
  load_params(prologue);
  declare_slots(out);
  declare_registers(out);
  out += prologue;
  out += body_;
  out += "}\n";
  return true;
}

// Offsets of addresses are signed 32-bit; the margin is for the units of a copy.
bool FunctionEmitter::is_offset(const Inst& i) {
  constexpr int32_t kLimit = 1 << 30;
  int32_t offset = PtrAddImm::unpack(i.imm).offset;
  return i.op == Op::PtrAdd && i.args_count == 1 && offset > -kLimit && offset < kLimit;
}

// A constant offset that only loads and stores use goes into their addresses.
void FunctionEmitter::find_folded_addresses() {
  std::vector<bool> wanted(f_.insts.size(), false);
  auto want = [&](ValueId v) { wanted[v.index] = true; };
  for (BlockId b : f_.layout)
    for (ValueId v : f_.block(b).insts) {
      const Inst& i = f_.inst(v);
      auto args = f_.args(i);
      size_t addresses = i.op == Op::Copy ? 2 : i.op == Op::Load || i.op == Op::Store ? 1 : 0;
      for (size_t n = addresses; n < args.size(); ++n) want(args[n]);
      for (const Edge& e : f_.succs(i))
        for (ValueId a : f_.args(e)) want(a);
    }
  for (BlockId b : f_.layout)
    for (ValueId v : f_.block(b).insts) {
      const Inst& i = f_.inst(v);
      folded_[v.index] = is_offset(i) && !wanted[v.index];
    }
}

void FunctionEmitter::emit_block(size_t position) {
  BlockId b = f_.layout[position];
  if (position > 0) {
    append_label(b);
    append(":\n");
  }
  BlockId next = position + 1 < f_.layout.size() ? f_.layout[position + 1] : BlockId();
  for (ValueId v : f_.block(b).insts) {
    const Inst& i = f_.inst(v);
    if (i.op == Op::Jmp || i.op == Op::Br) emit_branch(i, next);
    else if (!folded_[v.index]) emit_inst(v);
  }
}

void FunctionEmitter::emit_inst(ValueId v) {
  const Inst& i = f_.inst(v);
  if (i.op == Op::Copy) return emit_copy(v);
  if (i.op == Op::SpaceCast) return emit_space_cast(v);
  if (is_misaligned(i)) return i.op == Op::Load ? emit_split_load(v) : emit_split_store(v);
  TypeId from = deciding_type(f_, i);
  TypeId to = info(i.op).format == Format::Convert ? i.type : from;
  const Row* row = find_row(i.op, class_of(from), class_of(to), is_short_form(f_, i));
  if (row) return expand(*row, v);
  failed_ = true;
  std::string what = i.op == Op::Call
                         ? fmt::format("the call of '{}' cannot be made in a kernel",
                                       unit_.module.callee(i).name.str())
                         : fmt::format("PTX has no form of '{}'", print_inst(unit_.module, f_, v));
  unit_.diags.error(Code::E0743, i.span, what);
}

// A branch whose edge carries arguments needs moves on that edge alone; they are put behind the
// branch, on the path that falls through, or before a jump of their own.
void FunctionEmitter::emit_branch(const Inst& i, BlockId next) {
  auto succs = f_.succs(i);
  if (i.op == Op::Jmp) return emit_jump(succs[0], next);
  RegId condition = in_reg(f_.args(i)[0]);
  auto branch_if = [&](bool value, auto append_target) {
    append(value ? "\t@" : "\t@!");
    append_reg(condition);
    append(" bra ");
    append_target();
    append(";\n");
  };
  const Edge &yes = succs[0], &no = succs[1];
  if (yes.args_count == 0 && (yes.to != next || no.args_count != 0)) {
    branch_if(true, [&] { append_label(yes.to); });
    emit_jump(no, next);
  } else if (no.args_count == 0) {
    branch_if(false, [&] { append_label(no.to); });
    emit_jump(yes, next);
  } else {
    uint32_t other = labels_++;
    auto append_other = [&] {
      append("$E_");
      append_int(other);
    };
    branch_if(false, append_other);
    emit_jump(yes, BlockId());
    append_other();
    append(":\n");
    emit_jump(no, next);
  }
}

void FunctionEmitter::emit_jump(const Edge& e, BlockId next) {
  emit_moves(e);
  if (e.to == next) return;
  append("\tbra ");
  append_label(e.to);
  append(";\n");
}

void FunctionEmitter::emit_moves(const Edge& e) {
  const auto& params = f_.block(e.to).params;
  auto args = f_.args(e);
  moves_.clear();
  for (size_t n = 0; n < args.size(); ++n)
    if (!is_leaf(f_.inst(args[n]).op)) moves_.push_back({reg(params[n]), reg(args[n])});
  auto temporary = [&](RegId like) { return new_reg(static_cast<Bank>(regs_[like.index] & 7)); };
  for (const Move& m : sequencer_.sequence(moves_, temporary)) {
    static constexpr std::string_view kType[kBankCount] = {"pred", "b32", "b64", "f32", "f64"};
    append("\tmov.");
    append(kType[regs_[m.to.index] & 7]);
    append(" ");
    append_reg(m.to);
    append(", ");
    append_reg(m.from);
    append(";\n");
  }
  for (size_t n = 0; n < args.size(); ++n)
    if (is_leaf(f_.inst(args[n]).op)) move_leaf(reg(params[n]), args[n]);
}

void FunctionEmitter::emit_space_cast(ValueId v) {
  ValueId operand = f_.arg(v, 0);
  Space from = space_of(f_.type(operand)), to = space_of(f_.type(v));
  RegId source = in_reg(operand), result = reg(v);
  if (from == to) return line("mov.b64 {}, {}", name(result), name(source));
  if (from != Space::Generic)
    line("cvta{}.u64 {}, {}", space_suffix(from), name(result),
         name(std::exchange(source, result)));
  if (to != Space::Generic)
    line("cvta.to{}.u64 {}, {}", space_suffix(to), name(result), name(source));
}

void FunctionEmitter::declare_slots(std::string& out) const {
  for (ValueId v : f_.block(f_.entry()).insts) {
    const Inst& i = f_.inst(v);
    if (i.op != Op::Slot) continue;
    uint64_t bytes = unit_.module.types.size(TypeId(static_cast<uint32_t>(i.imm)));
    fmt::format_to(std::back_inserter(out), "\t.local .align {} .b8 $slot{}[{}];\n",
                   uint64_t{1} << i.aux, v.index, std::max<uint64_t>(bytes, 1));
  }
}

// Arguments arrive in parameter space; pointers among them are generic addresses.
void FunctionEmitter::load_params(std::string& out) {
  const auto& params = f_.block(f_.entry()).params;
  for (size_t p = 0; p < params.size(); ++p) {
    if (regs_[params[p].index] == kNoReg) continue;  // never used
    RegId to = reg(params[p]);
    TypeId type = f_.type(params[p]);
    auto text = std::back_inserter(out);
    if (type == kBool) {
      std::string byte = name(new_reg(kB32));
      fmt::format_to(text, "\tld.param.u8 {0}, [$param{1}];\n\tand.b32 {0}, {0}, 1;\n", byte, p);
      fmt::format_to(text, "\tsetp.ne.s32 {}, {}, 0;\n", name(to), byte);
      continue;
    }
    fmt::format_to(text, "\tld.param{} {}, [$param{}];\n", memory_type(type), name(to), p);
    if (is_ptr(type) && type != kPtr)
      fmt::format_to(text, "\tcvta.to{}.u64 {}, {};\n", space_suffix(space_of(type)), name(to),
                     name(to));
  }
}

void FunctionEmitter::declare_registers(std::string& out) const {
  static constexpr std::string_view kDeclare[kBankCount] = {".pred %p", ".b32 %r", ".b64 %rd",
                                                            ".f32 %f", ".f64 %fd"};
  for (unsigned bank = 0; bank < kBankCount; ++bank)
    if (bank_sizes_[bank])
      fmt::format_to(std::back_inserter(out), "\t.reg {}<{}>;\n", kDeclare[bank],
                     bank_sizes_[bank]);
}

}  // namespace ll::ptx
