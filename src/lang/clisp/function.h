// The lowering of one function body: statements.cpp, expressions.cpp, memory.cpp, values.cpp and
// device.cpp hold its handlers, named in forms.def.
//
// Errors: a handler reports and returns an operand of invalid type; whoever meets such an operand
// stays silent. Statements go on with the next one.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lang/clisp/body.h"
#include "lang/clisp/forms.h"

namespace ll::clisp {

// The value of an expression, as an operand of the operation around it. A local variable is not
// copied when it is met, but read when that operation executes (docs/language/c-lisp.md): it stays
// a reference until then.
struct Operand {
  SourceType type;      // of a value; invalid after an error
  Sexp value;           // a temporary or a literal
  VariableId variable;  // valid: this variable, read later
  Span span;
};

class FunctionLowering {
 public:
  FunctionLowering(Context& context, Environment& environment, Diags& diags);

  struct Parameter {
    Symbol name;
    SourceType type;
    Span span;
  };
  // The `(name type)` forms of a prototype are made by `declare_parameter`, in order; `body` then
  // lowers the statements and gives the instructions.
  Symbol declare_parameter(const Parameter& parameter);
  const std::vector<Sexp>& body(Symbol function, SourceType ret, std::span<const Sexp> statements,
                                Span at);
  // String literals of the body: `(define-string name text)` items.
  const std::vector<Sexp>& strings() const { return strings_; }

  // Statements (statements.cpp).
  void declare(const Sexp& s);
  void if_(const Sexp& s);
  void while_(const Sexp& s);
  void for_(const Sexp& s);
  void ret(const Sexp& s);

  // Expressions (expressions.cpp).
  Operand set(const Sexp& x, Use use);
  Operand call(const Sexp& x, Use use);
  Operand select(const Sexp& x, Use use);
  Operand malformed_string(const Sexp& x, Use use);
  Operand inline_assembly(const Sexp& x, Use use);

  // Memory (memory.cpp).
  Operand alloc(const Sexp& x, Use use);
  Operand load(const Sexp& x, Use use);
  Operand store(const Sexp& x, Use use);
  Operand ptradd(const Sexp& x, Use use);
  Operand aptradd(const Sexp& x, Use use);
  Operand sptradd(const Sexp& x, Use use);
  Operand ptr_to(const Sexp& x, Use use);

  // Operations, conversions and struct values (values.cpp).
  Operand extractvalue(const Sexp& x, Use use);
  Operand insertvalue(const Sexp& x, Use use);
  Operand bitcast(const Sexp& x, Use use);

  // Device memory and launches (device.cpp).
  Operand device_alloc(const Sexp& x, Use use);
  Operand device_free(const Sexp& x, Use use);
  Operand copy_to_device(const Sexp& x, Use use);
  Operand copy_from_device(const Sexp& x, Use use);
  Operand copy_on_device(const Sexp& x, Use use);
  Operand launch(const Sexp& x, Use use);
  Operand device_sync(const Sexp& x, Use use);
  Operand device_seconds(const Sexp& x, Use use);

 private:
  void statement(const Sexp& s);
  void statements(std::span<const Sexp> list);
  void block(std::span<const Sexp> list);
  std::optional<Sexp> condition(const Sexp& x);
  void loop(const Sexp& condition, const Sexp* step, std::span<const Sexp> statements, Span at);
  void end_of_body(Symbol function, Span at);

  Operand expression(const Sexp& x, Use use = Use::Value);
  // An expression that has a value: reports void ones.
  Operand value(const Sexp& x);
  std::vector<Operand> values(std::span<const Sexp> list);
  Operand literal(const Sexp& x);
  Operand string_literal(const Sexp& x);
  Operand name(const Sexp& x);
  Operand set_local(const Sexp& x, VariableId variable, Operand value, Use use);
  Operand set_global(const Sexp& x, const GlobalVariable& global, Operand value, Use use);
  Operand unary(const Sexp& x, const Form& form);
  Operand binary(const Sexp& x, const Form& form);
  Operand conversion(const Sexp& x, const Form& form);
  Operand bitcast_through_memory(const Operand& from, SourceType to, const Sexp& x);
  Operand element_address(const Sexp& x, const Sexp& array, SourceType element);
  std::optional<uint32_t> field_number(const Sexp& index, SourceType structure);
  Operand copy(std::string_view word, const Sexp& x, bool to_is_device, bool from_is_device);
  bool check_launch(const Sexp& x, const FunctionSignature& kernel, std::span<const Operand> args);

  // Operands as BriLisp sees them at this point of the text.
  SourceType type(const Operand& o) const { return o.variable ? scopes_[o.variable].type : o.type; }
  Sexp read(const Operand& o);
  std::string str(const Operand& o) const { return types_.str(type(o)); }
  std::string str(SourceType t) const { return types_.str(t); }
  bool is(const Operand& o, Kind kind) const;
  bool is(SourceType t, Kind kind) const;
  static bool valid(const Operand& o) { return o.variable.valid() || o.type.valid(); }
  static bool all_valid(std::span<const Operand> operands);
  bool is_struct_known(SourceType t, Span at);

  // Results of handlers.
  Operand result(SourceType type, const Sexp& operation, Span at);
  Operand nothing(Span at) const { return {SourceTypes::kVoid, {}, {}, at}; }
  static Operand failed() { return {}; }
  // The value that a variable has now, for a later operation.
  Operand snapshot(const Operand& o);

  Diag& error(Code code, Span at, std::string message) {
    return diags_.error(code, at, std::move(message));
  }
  Operand wrong_kind(const Operand& o, const Sexp& x, const Form& form);
  Operand unknown_form(const Sexp& x);
  Operand unknown_variable(const Sexp& name);
  Operand wrong_count(const Sexp& x, std::string_view expected, Code code);
  bool require_integer(const Operand& o, std::string_view what, Code code);
  void suggest_conversion(Diag& diag, SourceType from, SourceType to) const;

  Context& context_;
  SourceTypes& types_;
  Environment& environment_;
  Diags& diags_;
  UniqueNames names_;
  Scopes scopes_;
  BodyWriter out_;
  SourceType ret_ = SourceTypes::kVoid;
  std::vector<Sexp> strings_;
};

}  // namespace ll::clisp
