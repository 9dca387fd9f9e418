// One kernel as PTX text. Used by emit.cpp only.
#pragma once
#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "emit_ptx/insts.h"
#include "emit_ptx/moves.h"
#include "ir/ir.h"
#include "support/diag.h"

namespace ll::ptx {

// What the kernels of a module share.
struct Unit {
  const Module& module;
  Diags& diags;
  std::vector<std::string> global_names;  // symbols, by GlobalId
  uint16_t ptx;                           // version needed so far, times ten
};

class FunctionEmitter {
 public:
  FunctionEmitter(Unit& unit, const Function& f)
      : unit_(unit), f_(f), regs_(f.insts.size(), kNoReg), folded_(f.insts.size(), false) {}

  // The whole .entry; false after a diagnostic.
  bool emit(std::string_view entry, std::string& out);

 private:
  enum Bank : uint8_t { kPred, kB32, kB64, kF32, kF64, kBankCount };
  static Bank bank_of(TypeId scalar);

  // function.cpp: frame, blocks, edges
  static bool is_offset(const Inst& i);
  void find_folded_addresses();
  void emit_block(size_t position);
  void emit_inst(ValueId v);
  void emit_branch(const Inst& i, BlockId next);
  void emit_moves(const Edge& e);
  void emit_jump(const Edge& e, BlockId next);
  void emit_space_cast(ValueId v);

  // memory.cpp: what no template says
  void emit_copy(ValueId v);
  void emit_split_load(ValueId v);
  void emit_split_store(ValueId v);
  bool is_misaligned(const Inst& i) const;
  void declare_slots(std::string& out) const;
  void load_params(std::string& out);
  void declare_registers(std::string& out) const;

  // expand.cpp: registers, operands, templates
  // An address with everything that can be folded into it.
  struct Address {
    ValueId base;  // a symbol when it is a GlobalAddr
    RegId reg;
    int64_t offset = 0;
  };
  struct Operand {
    ValueId value;
    RegId reg;  // invalid: an immediate
  };
  RegId reg(ValueId v);  // of a value that has one
  RegId new_reg(Bank bank);
  RegId materialise(ValueId leaf);  // in a new register
  void move_leaf(RegId to, ValueId leaf);
  RegId in_reg(ValueId v) { return is_leaf(f_.inst(v).op) ? materialise(v) : reg(v); }
  void expand(const Row& row, ValueId v);
  void expand_statement(std::string_view text, ValueId v);
  void expand_letter(char letter, ValueId v);
  void append(std::string_view s) { body_ += s; }
  void append_reg(RegId r) { append_reg(body_, r); }
  template <class... Args>
  void line(fmt::format_string<Args...> text, Args&&... args) {
    body_ += '\t';
    fmt::format_to(std::back_inserter(body_), text, std::forward<Args>(args)...);
    body_ += ";\n";
  }
  std::string name(RegId r) const {
    std::string s;
    append_reg(s, r);
    return s;
  }
  std::string address_text(const Address& a, int64_t offset = 0) const;
  void append_reg(std::string& out, RegId r) const;
  void append_operand(unsigned n);
  void append_int(int64_t n);
  void append_immediate(TypeId type, int64_t bits);
  void append_label(BlockId b);
  Address address(ValueId pointer);

  static constexpr uint32_t kNoReg = 0xffffffffu;
  Unit& unit_;
  const Function& f_;
  std::string body_;
  std::vector<uint32_t> regs_;  // by RegId (values first): number * 8 + bank
  uint32_t bank_sizes_[kBankCount] = {};
  std::vector<bool> folded_;  // address computations not emitted
  MoveSequencer sequencer_;
  std::vector<Move> moves_;
  uint32_t labels_ = 0;  // beside those of blocks
  bool failed_ = false;

  // Of the instruction being expanded
  Operand operands_[3];
  RegId temporaries_[8];
  Address address_;
};

// ".global", ".shared", …; nothing for generic.
std::string_view space_suffix(Space s);

}  // namespace ll::ptx
