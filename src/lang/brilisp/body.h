// Lowers the body of one function after the other. Internal to this folder.
//
// Every variable is a slot in the entry block; an assignment is a store, a use a load, and `ssa`
// makes values of them later. A variable is known by name and type: assigning another type makes
// a new slot from there on in the text. Aggregates are handled by address (ir.h).
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "ir/builder.h"
#include "lang/brilisp/name_table.h"
#include "lang/brilisp/program.h"

namespace ll::brilisp {

enum class OperandKind : uint8_t { None, Int, Float, Ordered };

// A value with its source type. Of an aggregate, `value` is an address that stays readable until
// the instruction ends; no address means that the content does not matter. No type: the operand
// was reported as wrong, and what depends on it stays silent.
struct Value {
  SourceType type;
  ValueId value;
  bool ok() const { return type.valid(); }
};

// Where the result of a `set` goes.
struct Destination {
  Symbol name;
  SourceType type;
  Span span;  // of the (name type) pair
};

class BodyLowering;

// A row of forms.def.
struct Form {
  std::string_view text, operands, meaning;
  bool is_value;
  Value (BodyLowering::*method)(const Form&, const Sexp&, Destination&);
  Op op;
  OperandKind kind;
};
const Form* find_form(Symbol head);
const std::vector<Symbol>& form_names();

class BodyLowering {
 public:
  BodyLowering(Program& p, Diags& d) : program_(p), types_(p.types), diags_(d) {}
  void run(const FunctionEntry& entry);

  // The methods of forms.def. `x` is the instruction's form; `dest` matters to values alone.
  Value binary(const Form& form, const Sexp& x, Destination& dest);
  Value unary(const Form& form, const Sexp& x, Destination& dest);
  Value fma(const Form& form, const Sexp& x, Destination& dest);
  Value compare(const Form& form, const Sexp& x, Destination& dest);
  Value convert(const Form& form, const Sexp& x, Destination& dest);
  Value constant(const Form& form, const Sexp& x, Destination& dest);
  Value copy(const Form& form, const Sexp& x, Destination& dest);
  Value select(const Form& form, const Sexp& x, Destination& dest);
  Value extract(const Form& form, const Sexp& x, Destination& dest);
  Value insert(const Form& form, const Sexp& x, Destination& dest);
  Value call(const Form& form, const Sexp& x, Destination& dest);
  Value not_supported(const Form& form, const Sexp& x, Destination& dest);
  Value alloc(const Form& form, const Sexp& x, Destination& dest);
  Value load(const Form& form, const Sexp& x, Destination& dest);
  Value ptradd(const Form& form, const Sexp& x, Destination& dest);
  Value ptr_to(const Form& form, const Sexp& x, Destination& dest);
  Value string_ref(const Form& form, const Sexp& x, Destination& dest);
  Value store(const Form& form, const Sexp& x, Destination& dest);
  Value set(const Form& form, const Sexp& x, Destination& dest);
  Value label(const Form& form, const Sexp& x, Destination& dest);
  Value jmp(const Form& form, const Sexp& x, Destination& dest);
  Value br(const Form& form, const Sexp& x, Destination& dest);
  Value ret(const Form& form, const Sexp& x, Destination& dest);
  Value nop(const Form& form, const Sexp& x, Destination& dest);
  Value device_alloc(const Form& form, const Sexp& x, Destination& dest);
  Value device_seconds(const Form& form, const Sexp& x, Destination& dest);
  Value device_free(const Form& form, const Sexp& x, Destination& dest);
  Value copy_to_device(const Form& form, const Sexp& x, Destination& dest);
  Value copy_from_device(const Form& form, const Sexp& x, Destination& dest);
  Value copy_on_device(const Form& form, const Sexp& x, Destination& dest);
  Value launch(const Form& form, const Sexp& x, Destination& dest);
  Value device_sync(const Form& form, const Sexp& x, Destination& dest);

 private:
  struct Variable {
    SourceType type;  // invalid: reported as wrong
    ValueId address;
    Span span;  // of its declaration
  };
  struct Label {
    BlockId block;
    Span span;
    std::vector<Destination> params;
    bool is_broken = false;
  };

  // body.cpp: functions, variables, operands
  void add_parameters();
  void find_labels();
  void instruction(const Sexp& x);
  void finish();
  ValueId slot(TypeId object, Symbol name = {});
  ValueId place(const Destination& dest);
  void declare_broken(const Destination& dest);
  void assign(Destination dest, Value v);
  void write(ValueId to, SourceType type, ValueId value);
  Value operand(const Sexp& x);
  Value read(SourceType type, ValueId address);
  ValueId global_address(const GlobalEntry& g);
  bool operands(const Form& form, const Sexp& x, size_t least, size_t most);
  bool operands(const Form& form, const Sexp& x, size_t count) {
    return operands(form, x, count, count);
  }
  bool all_operands(const Sexp& x, std::span<Value> values);  // each operand behind the head
  // "did you mean …", as long as anybody reads the messages.
  void suggest(Diag& d, Symbol wrong, const std::vector<Symbol>& known);
  Value wrong_type(const Sexp& x, const Value& v, std::string_view expected);
  // An integer operand, sign extended to int64. Invalid after an error.
  ValueId extended(const Sexp& x);

  // control.cpp
  bool edge(const Sexp& x, bool is_list_form, Edge& edge);
  bool edge_arguments(const Label& to, Symbol name, std::span<const Sexp> args, Span at,
                      Edge& edge);

  // ops.cpp
  bool same_operands(const Form& form, const Sexp& x, std::span<Value> values);
  bool accepts(OperandKind kind, SourceType t) const;

  // memory.cpp
  struct Address {
    ValueId base;
    int64_t offset = 0;
  };
  ValueId materialise(const Address& a);
  bool step(Address& a, const Sexp& index, uint64_t stride);
  bool step_into(Address& a, SourceType& type, const Sexp& index, const Sexp& whole);
  bool field_index(const Sexp& x, SourceType structure, uint32_t& field);
  uint64_t size_of(SourceType t) { return program_.module.types.size(program_.ir(t)); }

  // call.cpp
  Value call_function(FunctionEntry& entry, const Sexp& x, std::span<const Value> args,
                      Destination& dest);
  Value emit_call(FuncId callee, SourceType ret, std::span<const Value> args, Destination& dest);
  Value unknown_function(const Sexp& x);
  bool intrinsic(Symbol name, const Sexp& x, std::span<const Value> args, Value& result);
  Value memory_copy(const Sexp& x, std::span<const Value> args);

  // host.cpp
  ValueId runtime_call(std::string_view name, TypeId ret, std::initializer_list<ValueId> args);
  ValueId text(std::string_view bytes);
  ValueId where(const Sexp& x);
  ValueId byte_count(const Sexp& count, SourceType element);
  Value copy_elements(const Sexp& x, std::string_view function, bool to_device, bool from_device);
  bool launch_sizes(const Sexp& head, ValueId& dims);
  bool launch_arguments(const Sexp& x, const FunctionType& kernel, ValueId& args);

  Module& module() { return program_.module; }

  Program& program_;
  SourceTypes& types_;
  Diags& diags_;
  const FunctionEntry* entry_ = nullptr;
  Function* f_ = nullptr;
  std::optional<Builder> b_;
  NameTable<Variable> variables_;
  NameTable<Label> labels_;
  std::vector<ValueId> slots_;  // go to the front of the entry block
  bool is_dropping_ = false;    // behind a terminator, before a label
};

}  // namespace ll::brilisp
