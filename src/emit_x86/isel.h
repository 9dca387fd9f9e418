// Instruction selection: one IR function to machine IR over virtual registers.
//
// Blocks are walked backward, so that every user is seen before what it uses: a user that folds
// an operand (an address computation, a load, a comparison, an immediate) simply does not ask
// for its register, and a value that nobody asked for is not selected at all. The instructions
// of one value are written forward into `seq_` and then appended to the block in reverse.
//
// Needs: verified IR. Keeps: values used outside their block always get a register. Bits of a
// register above an integer's width are unspecified; a bool is 0 or 1 in 32 bits.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "emit_x86/abi.h"
#include "emit_x86/features.h"
#include "emit_x86/mir.h"
#include "emit_x86/object_builder.h"
#include "ir/ir.h"
#include "support/diag.h"

namespace ll::x86 {

class Selector {
 public:
  Selector(const Module& m, Features features, ObjectBuilder& object, Diags& diags)
      : module_(m), features_(features), object_(object), diags_(diags) {}

  // False after a diagnostic.
  bool select(const Function& f, MFunction& out);

 private:
  struct ValueInfo {
    uint32_t reg = Reg::kNone;    // once somebody asked for it
    uint32_t block = Reg::kNone;  // of the definition; leaves: none
    uint32_t uses : 31 = 0;
    uint32_t escapes : 1 = 0;  // used in another block
    uint32_t epoch = 0;        // memory writes before it
  };
  struct Address {
    MemBase base = MemBase::Base;
    Reg reg = {};  // base register or index of object
    Reg index = {};
    uint8_t scale = 0;  // log2
    int32_t disp = 0;
  };
  // A source operand: a register, an immediate or memory.
  struct Source {
    enum Kind : uint8_t { Register, Immediate, Memory } kind = Register;
    Reg reg;
    int64_t imm = 0;
    Address address;
  };
  struct EdgeCopy {  // one move of a parallel move
    Reg to, from;    // no `from`: a leaf is made in `to`
    ValueId value;
  };
  struct EdgeReg {                              // of a register in a parallel move
    uint32_t readers = 0, writer = Reg::kNone;  // moves not yet done, index of copy
  };

  // isel.cpp: the walk
  bool check(const Function& f);
  void find_reachable();
  void analyse();
  void select_block(uint32_t block);
  void select_inst(ValueId v, const Inst& i);
  void flush_sequence();
  void finish_block();
  void assign_depths();

  // isel_edge.cpp: block parameters
  void add_edge_block(const Edge& e);
  void copy_edge_args(const Edge& e);
  void collect_edge_copies(const Edge& e);
  void run_ready_copies();
  void open_cycle(uint32_t copy);

  // isel_operand.cpp: operands
  Reg dest(ValueId v);  // the register of a value
  bool is_wanted(ValueId v) const { return at(v).reg != Reg::kNone || at(v).escapes; }
  Reg use(ValueId v);
  void use_into(Reg to, ValueId v);              // a copy in a given register
  Source source(ValueId v, unsigned mem_bytes);  // folds constants and loads
  Source no_immediate(Source s, unsigned width);
  Reg in_register(const Source& s, TypeId type);
  bool can_fold(ValueId v) const;
  bool can_fold_load(ValueId v) const;
  Address address(ValueId p);
  bool fold_index(const Inst& ptradd, Address& a);
  Reg sign_extended_index(ValueId index);
  Address constant_address(int32_t offset) const;
  Address float_constant(TypeId type, int64_t bits);

  // isel_operand.cpp: emission
  MInst& emit(Opcode op, unsigned width, Reg a = {}, Reg b = {}, Reg c = {});
  MInst& emit_imm(Opcode op, unsigned width, Reg a, int64_t imm);
  MInst& emit_source(Opcode op, unsigned width, Reg a, const Source& s);
  MInst& emit_mem(Opcode op, unsigned width, unsigned operand, const Address& a, Reg other = {});
  static void set_address(MInst& i, unsigned operand, const Address& a);
  void copy(Reg to, Reg from, TypeId type);
  void load(Reg to, TypeId type, const Address& a);
  void store(const Address& a, Reg value, TypeId type);
  Reg temp(Bank bank = Bank::Gpr, unsigned bytes = 8) {
    return out_->new_vreg(bank, static_cast<uint8_t>(bytes));
  }
  Reg temp_of(TypeId type);
  uint32_t trap_number(TrapKind kind, Span span);

  // isel_int.cpp
  void select_binary(ValueId v, const Inst& i);
  void select_shift(ValueId v, const Inst& i);
  void select_division(ValueId v, const Inst& i);
  bool select_division_by_constant(ValueId v, const Inst& i, int64_t divisor);
  void make_device_division_safe(Reg& a, Reg& b, unsigned width, bool is_signed);
  void trap_on_bad_division(const Inst& i, Reg a, Reg b, unsigned width);
  Reg extended(ValueId v, bool is_signed);  // to 32 bits at least
  Cond emit_compare(const Inst& i);
  Cond emit_condition(ValueId bool_value);  // flags for a branch or select
  void select_compare(ValueId v, const Inst& i);
  void select_select(ValueId v, const Inst& i);
  void select_float_select(Reg d, const Inst& i);
  void select_convert(ValueId v, const Inst& i);

  // isel_float.cpp
  void select_float_binary(ValueId v, const Inst& i);
  void select_float_bits(ValueId v, const Inst& i);  // fneg, fabs
  void select_fma(ValueId v, const Inst& i);
  void select_float_convert(ValueId v, const Inst& i);
  void select_fp_to_int(Reg d, const Inst& i);
  void select_fp_to_int64(Reg d, Reg x, bool is_signed);
  void select_uint64_to_fp(Reg d, Reg x, bool is_double);
  void emit_float(Opcode sse, Opcode avx, Reg d, Reg a, const Source& b);
  Cond emit_float_compare(const Inst& i);
  void materialise_float_equal(Reg d, const Inst& i);

  // isel_memory.cpp
  void select_load(ValueId v, const Inst& i);
  void select_store(const Inst& i);
  void select_ptradd(ValueId v, const Inst& i);
  void select_alloc(ValueId v, const Inst& i);
  void select_slot(ValueId v, const Inst& i);
  void copy_memory(Address to, Address from, uint64_t bytes);
  void copy_memory_long(const Address& to, const Address& from, uint64_t bytes);
  Reg address_register(const Address& a);
  uint32_t frame_object(ValueId slot);
  static bool is_over_aligned(const Inst& slot) { return slot.aux > 4; }

  // isel_call.cpp
  void select_params();
  void select_call(ValueId v, const Inst& i);
  void pass_argument(const ArgPlace& place, ValueId arg, uint32_t& uses);
  void pass_on_stack(const ArgPlace& place, ValueId arg);
  void receive_parameter(const ArgPlace& place, ValueId param);
  void select_return(const Inst& i);
  void call_math(const char* name, Reg d, std::span<const Reg> args, TypeId type);
  Address eightbyte_source(const Address& object, uint64_t size, unsigned n);
  void load_eightbytes(const AggregateClass& c, uint64_t size, Address object, const Reg* to);
  void store_eightbytes(const AggregateClass& c, uint64_t size, Address object, const Reg* from);

  static unsigned op_width(TypeId t) { return t == kInt64 || is_ptr(t) ? 8 : 4; }
  static Bank bank(TypeId t) { return is_float(t) ? Bank::Xmm : Bank::Gpr; }
  ValueInfo& at(ValueId v) { return values_[v.index]; }
  const ValueInfo& at(ValueId v) const { return values_[v.index]; }

  const Module& module_;
  Features features_;
  ObjectBuilder& object_;
  Diags& diags_;

  const Function* f_ = nullptr;
  MFunction* out_ = nullptr;
  std::vector<ValueInfo> values_;
  std::vector<uint32_t> block_number_;  // BlockId → machine block, or kNone
  std::vector<uint32_t> order_;         // reachable IR blocks in layout order
  std::vector<uint32_t> first_mblock_;  // of each in `order_`
  std::vector<uint32_t> pred_count_;
  std::vector<uint32_t> slot_objects_;  // by value, when it is a slot
  std::vector<MInst> seq_, reversed_;
  std::vector<EdgeCopy> copies_;
  std::vector<EdgeReg> edge_regs_;  // by virtual register
  std::vector<uint32_t> ready_;     // copies whose target nobody reads
  CallLayout layout_, own_layout_;
  Reg sret_;                 // where our own result goes
  uint32_t current_ = 0;     // position in `order_`
  uint32_t epoch_ = 0;       // of the instruction being selected
  bool flags_live_ = false;  // behind what is flushed next
  bool failed_ = false;
};

}  // namespace ll::x86
