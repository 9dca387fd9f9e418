// One kernel: a function of the IR becomes an entry point.
//
// Parts: kernel.cpp (blocks, phis, values), frame.cpp (variables, arguments), arithmetic.cpp,
// convert.cpp, fma.cpp (one operation each), access.cpp (memory).
#pragma once
#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "emit_spirv/module.h"
#include "emit_spirv/objects.h"
#include "emit_spirv/structure.h"
#include "ir/ir.h"
#include "support/diag.h"

namespace ll::spirv {

// What the kernels of a module share: made when first used.
struct Builtins {
  std::array<SpvId, 3> group_size{};  // specialisation constants
  SpvId group_size_vector = 0;
  SpvId local_id = 0, group_id = 0, group_count = 0;  // variables
};

class KernelEmitter {
 public:
  KernelEmitter(ModuleWriter& w, Builtins& builtins, const Module& m, const Function& f,
                Diags& diags)
      : w_(w), builtins_(builtins), m_(m), f_(f), diags_(diags) {}

  bool run();

 private:
  // frame.cpp
  bool check();
  void open_function();
  void modes(SpvId function);
  void find_arrivals();
  void add_interface(spv::StorageClass storage, SpvId variable);
  void declare_object(Object& o);
  SpvId constant_data(const Object& o);
  void declare_variables();
  void load_arguments();
  void group_size();
  void load_dims(Op which, SpvId& variable, spv::BuiltIn builtin);

  // kernel.cpp
  void find_demoted();
  void block(uint32_t b);
  void begin_block(uint32_t b);
  void params(uint32_t b);
  void reload_params(BlockId b);
  void end_block(uint32_t b);
  void leave(uint32_t b, unsigned n);
  SpvId condition(const PlanBlock& p);
  void fill_phis();
  void body(BlockId b);
  void inst(ValueId v);
  void barrier();

  // Values (kernel.cpp). `use` may load; `define` gives a value its id.
  SpvId use(ValueId v);
  SpvId use(const Inst& i, unsigned n) { return use(f_.args(i)[n]); }
  SpvId leaf(const Inst& i, ValueId v);
  void define(ValueId v, SpvId id);
  SpvId type_of(ValueId v);
  SpvId type(TypeId t);
  SpvId constant(TypeId t, int64_t bits);
  SpvId int_constant(unsigned bits, uint64_t v) { return w_.int_constant(bits, v); }
  bool in_object(ValueId v) const { return objects_.in_object(v); }

  // Instructions with a fresh result.
  SpvId op(spv::Op code, SpvId type, std::initializer_list<uint32_t> operands) {
    SpvId id = w_.fresh();
    w_.put_value(code, type, id, operands);
    return id;
  }
  SpvId exact(spv::Op code, SpvId type, std::initializer_list<uint32_t> operands);
  SpvId test(spv::Op code, SpvId a, SpvId b) { return op(code, w_.bool_type(), {a, b}); }
  SpvId choose(SpvId type, SpvId c, SpvId a, SpvId b) {
    return op(spv::Op::OpSelect, type, {c, a, b});
  }
  SpvId convert_width(SpvId v, unsigned from, unsigned to, bool sign);

  // arithmetic.cpp
  bool plain(const Inst& i, SpvId& result);
  SpvId arithmetic(const Inst& i);
  SpvId divide(const Inst& i);
  SpvId shift(const Inst& i);
  SpvId sign_bit(const Inst& i);
  SpvId compare(const Inst& i, spv::Op code);
  SpvId compare_bools(Op op, SpvId a, SpvId b);
  SpvId compare_pointers(const Inst& i, spv::Op code);
  SpvId select(ValueId v, const Inst& i);
  SpvId glsl(uint32_t which, SpvId type, std::initializer_list<uint32_t> operands);

  // convert.cpp
  SpvId convert(const Inst& i);
  SpvId int_to_float(const Inst& i, bool sign);
  SpvId float_to_int(const Inst& i, bool sign);
  SpvId float_constant(TypeId t, double v);

  // fma.cpp
  SpvId fma(const Inst& i);
  SpvId fma_through_double(SpvId a, SpvId b, SpvId c);

  // access.cpp
  SpvId pointer_add(ValueId v, const Inst& i);
  SpvId load(const Inst& i);
  void store(const Inst& i);
  void copy(const Inst& i);
  void copy_loop(const Inst& i, uint32_t unit, uint32_t steps);
  void copy_step(const Inst& i, uint32_t unit, SpvId index);
  SpvId stepped(ValueId p, SpvId index, uint32_t unit);
  SpvId memory_type(TypeId t);
  TypeId memory_scalar(TypeId t) const;
  SpvId from_memory(SpvId v, TypeId t);
  SpvId to_memory(SpvId v, TypeId t);
  SpvId read(ValueId p, SpvId place, TypeId type, uint16_t align);
  void write(ValueId p, SpvId place, TypeId type, SpvId v, uint16_t align);
  SpvId device_pointer(SpvId address, TypeId type);
  SpvId element(const Object& o, SpvId place, uint32_t n);
  SpvId read_object(const Object& o, SpvId place, TypeId type);
  void write_object(const Object& o, SpvId place, TypeId type, SpvId v);
  SpvId bitcast(SpvId v, TypeId from, TypeId to);

  ModuleWriter& w_;
  Builtins& builtins_;
  const Module& m_;
  const Function& f_;
  Diags& diags_;

  Plan plan_;
  Objects objects_;
  std::vector<SpvId> ids_;  // by value
  // By value: the variable that a parameter travels in, the variable that a demoted value is
  // reloaded from at each use outside its block; 0 for none.
  std::vector<SpvId> travel_, reload_;
  std::vector<ValueId> demoted_;
  std::vector<uint32_t> home_;  // by value: the plan block of its making
  SpvId code_ = 0;              // the variable that says which way
  std::vector<SpvId> interface_;
  bool uses_double_ = false;
  std::array<std::array<SpvId, 3>, 3> dims_{};  // by dim_row() and dimension
  uint32_t here_ = 0;                           // the plan block being written

  std::vector<SpvId> labels_, last_labels_;  // by plan block
  std::vector<std::vector<SpvId>> carried_;  // by plan block: parameters on hand
  struct Arrival {
    uint32_t from;
    unsigned out;
  };
  std::vector<uint32_t> arrival_begin_;  // by plan block: slice of arrivals_
  std::vector<Arrival> arrivals_;
  std::vector<std::array<std::vector<SpvId>, 2>> sent_;  // by plan block and way out
  struct Phi {
    size_t at;
    Arrival from;
    uint32_t param;
  };  // a pair of words to fill in
  std::vector<Phi> phis_;
};

constexpr unsigned dim_row(Op op) { return op == Op::LocalId ? 0 : op == Op::GroupId ? 1 : 2; }

inline constexpr size_t kMaxParams = 16;  // 128 bytes of push constants

}  // namespace ll::spirv
