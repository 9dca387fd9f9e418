// Prints the IR's text form (docs/ir.md). Names are those of the source where they are known and
// unique, else made so; what is printed reads back to the same module and prints the same again.
//
// The verifier prints broken functions too, so nothing here trusts an id, a slice or a type.
#include <bit>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <unordered_map>

#include <fmt/format.h>
#include "ir/text.h"

namespace ll {
namespace {

bool is_plain(std::string_view name) {
  if (name.empty()) return false;
  char first = name[0];
  if (!((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_'))
    return false;
  for (char c : name) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '_' || c == '-' || c == '.';
    if (!plain) return false;
  }
  return true;
}

// A symbol as text that reads back to it.
std::string spell(std::string_view name) {
  return is_plain(name) ? std::string(name) : print(Sexp::symbol(Symbol(name), {}));
}

std::string type_text(const Module& m, TypeId t) {
  return m.types.contains(t) ? m.types.str(t) : fmt::format("<no type {}>", t.index);
}

// Gives every asker a name that nobody else got.
class UniqueNames {
 public:
  std::string_view take(std::string wanted) {
    auto [at, fresh] = taken_.try_emplace(std::move(wanted), 1);
    if (fresh) return at->first;
    auto& [name, bearers] = *at;  // stays put when the table grows
    for (;;) {
      // The counter makes many bearers of one name cost one lookup each, not one per bearer.
      auto [other, is_new] = taken_.try_emplace(fmt::format("{}.{}", name, ++bearers), 1);
      if (is_new) return other->first;
    }
  }

 private:
  // "string" is nobody's: the reader takes (string x) for a string.
  std::unordered_map<std::string, uint32_t> taken_{{"string", 1}};
};

class FunctionPrinter {
 public:
  FunctionPrinter(const Module& m, const Function& f, std::string& out) : m_(m), f_(f), out_(out) {}

  void define();
  void inst(ValueId v);
  void take_names();

 private:
  template <class... T>
  void put(fmt::format_string<T...> format, T&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<T>(args)...);
  }
  void head();
  void attributes();
  void parameter(ValueId v, TypeId type);
  void operation(const Inst& i);
  void operand(ValueId v);
  void operands(const Inst& i);
  void constant(const Inst& i);
  void ptradd(const Inst& i);
  void callee(const Inst& i);
  void jmp(const Inst& i);
  void br(const Inst& i);
  void edge(const Edge& e);
  void label(BlockId b);
  void align(const Inst& i, uint32_t natural);
  void object(const Inst& i);
  std::string value_name(ValueId v) const;
  std::string block_name(BlockId b) const;
  std::span<const ValueId> slice(uint32_t begin, uint32_t count) const;
  const Edge* edges(const Inst& i, size_t count) const;

  const Module& m_;
  const Function& f_;
  std::string& out_;
  // Indexed by id; empty in messages, where names need not be unique.
  std::vector<std::string> value_names_, block_names_;
};

// Names

std::string FunctionPrinter::value_name(ValueId v) const {
  Symbol name = f_.name_of(v);
  return name.empty() ? fmt::format("v{}", v.index) : std::string(name.str());
}

std::string FunctionPrinter::block_name(BlockId b) const {
  Symbol name = f_.block(b).name;
  return name.empty() ? fmt::format("b{}", b.index) : std::string(name.str());
}

void FunctionPrinter::take_names() {
  UniqueNames values, labels;
  value_names_.resize(f_.insts.size());
  block_names_.resize(f_.blocks.size());
  auto take = [&](ValueId v) { value_names_[v.index] = spell(values.take(value_name(v))); };
  for (BlockId b : f_.layout) {
    block_names_[b.index] = spell(labels.take(block_name(b)));
    for (ValueId v : f_.block(b).params) take(v);
    for (ValueId v : f_.block(b).insts)
      if (f_.type(v) != kVoid) take(v);
  }
}

std::span<const ValueId> FunctionPrinter::slice(uint32_t begin, uint32_t count) const {
  if (begin > f_.pool.size() || count > f_.pool.size() - begin) return {};
  return {f_.pool.data() + begin, count};
}

// Functions

void FunctionPrinter::define() {
  if (f_.has_body()) take_names();
  head();
  attributes();
  for (BlockId b : f_.layout) {
    if (b != f_.entry()) {
      put("\n    (label {}", block_names_[b.index]);
      for (ValueId v : f_.block(b).params) parameter(v, f_.type(v));
      put(")");
    }
    for (ValueId v : f_.block(b).insts) {
      put("\n    ");
      inst(v);
    }
  }
  put(")");
}

void FunctionPrinter::head() {
  put("  (define (({} {})", spell(f_.name.str()), type_text(m_, f_.ret));
  for (uint32_t i = 0; i < f_.params.size(); ++i) {
    auto* names = f_.has_body() ? &f_.block(f_.entry()).params : nullptr;
    if (names && i < names->size()) {
      parameter((*names)[i], f_.params[i]);
    } else {
      put(" (p{} {})", i, type_text(m_, f_.params[i]));
    }
  }
  put(")");
}

void FunctionPrinter::attributes() {
  if (f_.flags != 0) {
    put(" (attributes");
    if (f_.is(kExternal)) put(" external");
    if (f_.is(kInternal)) put(" internal");
    if (f_.is(kAlwaysInline)) put(" always-inline");
    if (f_.is(kKernel)) put(" kernel");
    if (f_.is(kDevice)) put(" device");
    if (f_.is(kCpuKernel)) put(" cpu-kernel");
    put(")");
  }
  if (f_.link_name != f_.name) put(" (link {})", print(Sexp::string(f_.link_name.str(), {})));
  if (f_.shared_bytes != 0) put(" (shared-bytes {})", f_.shared_bytes);
  if (f_.context_bytes != 0) put(" (context-bytes {})", f_.context_bytes);
}

void FunctionPrinter::parameter(ValueId v, TypeId type) {
  put(" (");
  operand(v);
  put(" {})", type_text(m_, type));
}

// Instructions

void FunctionPrinter::inst(ValueId v) {
  if (v.index >= f_.insts.size()) return put("<no value {}>", v.index);
  const Inst& i = f_.inst(v);
  if (static_cast<unsigned>(i.op) >= kOpCount)
    return put("<no operation {}>", static_cast<unsigned>(i.op));
  if (i.op == Op::Param || is_leaf(i.op)) return operand(v);
  if (i.type == kVoid) return operation(i);
  put("(set (");
  operand(v);
  put(" {}) ", type_text(m_, i.type));
  operation(i);
  put(")");
}

void FunctionPrinter::operation(const Inst& i) {
  put("({}", info(i.op).text);
  switch (info(i.op).format) {
    case Format::Dim:
      put(" {}", i.imm);
      break;
    case Format::Slot:
    case Format::Alloc:
      object(i);
      break;
    case Format::PtrAdd:
      ptradd(i);
      break;
    case Format::Load:
      operands(i);
      align(i, m_.types.contains(i.type) ? m_.types.align(i.type) : 1);
      break;
    case Format::Store: {
      operands(i);
      auto args = slice(i.args_begin, i.args_count);
      bool known = args.size() == 2 && args[1].index < f_.insts.size();
      align(i, known && m_.types.contains(f_.type(args[1])) ? m_.types.align(f_.type(args[1])) : 1);
      break;
    }
    case Format::Copy:
      operands(i);
      put(" {}", i.imm);
      align(i, 1);
      break;
    case Format::Call:
      callee(i);
      operands(i);
      break;
    case Format::Jmp:
      jmp(i);
      break;
    case Format::Br:
      br(i);
      break;
    case Format::Trap:
      put(" {}",
          i.imm >= 0 && i.imm < kTrapKinds ? trap_text(static_cast<TrapKind>(i.imm)) : "<no kind>");
      break;
    case Format::Param:
    case Format::Leaf:
    case Format::Nullary:
    case Format::Unary:
    case Format::Binary:
    case Format::Ternary:
    case Format::Convert:
    case Format::Ret:
      operands(i);
      break;
  }
  put(")");
}

void FunctionPrinter::object(const Inst& i) {
  TypeId t(static_cast<uint32_t>(i.imm));
  put(" {}", type_text(m_, t));
  operands(i);
  align(i, m_.types.contains(t) ? m_.types.align(t) : 1);
}

void FunctionPrinter::align(const Inst& i, uint32_t natural) {
  if (i.aux != std::countr_zero(natural)) put(" (align {})", uint64_t{1} << (i.aux & 63));
}

void FunctionPrinter::ptradd(const Inst& i) {
  operands(i);
  auto imm = PtrAddImm::unpack(i.imm);
  if (i.args_count > 1 || imm.scale != 0) put(" {}", imm.scale);
  put(" {}", imm.offset);
}

void FunctionPrinter::callee(const Inst& i) {
  bool known = i.imm >= 0 && static_cast<uint64_t>(i.imm) < m_.functions.size();
  put(" {}", known ? spell(m_.callee(i).name.str()) : fmt::format("<no function {}>", i.imm));
}

const Edge* FunctionPrinter::edges(const Inst& i, size_t count) const {
  bool good = i.imm >= 0 && static_cast<uint64_t>(i.imm) + count <= f_.edges.size();
  return good ? f_.edges.data() + i.imm : nullptr;
}

void FunctionPrinter::jmp(const Inst& i) {
  const Edge* e = edges(i, 1);
  if (!e) return put(" <no edge>");
  put(" ");
  label(e->to);
  for (ValueId v : slice(e->args_begin, e->args_count)) {
    put(" ");
    operand(v);
  }
}

void FunctionPrinter::br(const Inst& i) {
  operands(i);
  const Edge* e = edges(i, 2);
  if (!e) return put(" <no edges>");
  edge(e[0]);
  edge(e[1]);
}

void FunctionPrinter::edge(const Edge& e) {
  put("{}", e.args_count == 0 ? " " : " (");
  label(e.to);
  for (ValueId v : slice(e.args_begin, e.args_count)) {
    put(" ");
    operand(v);
  }
  if (e.args_count != 0) put(")");
}

void FunctionPrinter::label(BlockId b) {
  if (b.index >= f_.blocks.size()) return put("<no block {}>", b.index);
  bool named = b.index < block_names_.size() && !block_names_[b.index].empty();
  put("{}", named ? block_names_[b.index] : spell(block_name(b)));
}

// Operands

void FunctionPrinter::operands(const Inst& i) {
  for (ValueId v : slice(i.args_begin, i.args_count)) {
    put(" ");
    operand(v);
  }
}

void FunctionPrinter::operand(ValueId v) {
  if (v.index >= f_.insts.size()) return put("<no value {}>", v.index);
  const Inst& i = f_.inst(v);
  switch (i.op) {
    case Op::Const:
      return constant(i);
    case Op::Undef:
      return put("(undef {})", type_text(m_, i.type));
    case Op::GlobalAddr: {
      bool known = i.imm >= 0 && static_cast<uint64_t>(i.imm) < m_.globals.size();
      return put("(global {})", known ? spell(m_.globals[static_cast<size_t>(i.imm)].name.str())
                                      : fmt::format("<no global {}>", i.imm));
    }
    default:
      break;
  }
  bool named = v.index < value_names_.size() && !value_names_[v.index].empty();
  put("{}", named ? value_names_[v.index] : spell(value_name(v)));
}

// The fewest digits that read back to the same float: the reader goes through double, which
// rounds twice, so the short form is checked.
std::string float_text(double value, bool is_single) {
  std::string text = fmt::format("{}", value);
  if (is_single) {
    text = fmt::format("{}", static_cast<float>(value));
    if (static_cast<float>(std::strtod(text.c_str(), nullptr)) != static_cast<float>(value))
      text = fmt::format("{}", value);
  }
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

void FunctionPrinter::constant(const Inst& i) {
  if (i.type == kInt32) return put("{}", i.imm);
  if (i.type == kBool) return put("{}", i.imm != 0 ? "#t" : "#f");
  if (!is_float(i.type)) return put("({} {})", type_text(m_, i.type), i.imm);
  bool is_single = i.type == kFloat;
  double value = is_single ? static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(i.imm)))
                           : std::bit_cast<double>(i.imm);
  const char* name = is_single ? "float" : "double";
  if (std::isnan(value)) {
    // Every bit of a NaN counts.
    uint64_t bits = is_single ? static_cast<uint32_t>(i.imm) : static_cast<uint64_t>(i.imm);
    return put("({} (bits #x{:x}))", name, bits);
  }
  if (std::isinf(value)) return put("({} {}inf.0)", name, value < 0 ? "-" : "+");
  if (is_single) return put("{}", float_text(value, true));
  put("(double {})", float_text(value, false));
}

// Modules

void print_struct(const Module& m, TypeId t, std::string& out) {
  out += "\n  (define-struct " + spell(m.types.struct_name(t).str());
  if (m.types.is_complete(t)) {
    out += " (";
    bool first = true;
    for (TypeId field : m.types.fields(t)) {
      if (!first) out += ' ';
      first = false;
      out += type_text(m, field);
    }
    out += ')';
  }
  out += ')';
}

void print_global(const Module& m, const Global& g, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "\n  (define-global ({} {})", spell(g.name.str()), type_text(m, g.type));
  if (g.align != m.types.align(g.type)) fmt::format_to(to, " (align {})", g.align);
  if (g.space != Space::Generic) fmt::format_to(to, " (addrspace {})", static_cast<int>(g.space));
  if (g.constant) out += " (constant)";
  if (!g.init.empty()) {
    constexpr char kDigits[] = "0123456789abcdef";
    out += " (bytes \"";
    for (uint8_t byte : g.init) {
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
    out += "\")";
  }
  for (const Reloc& r : g.relocs)
    fmt::format_to(to, " (ref {} {} {})", r.offset, spell(m.global(r.target).name.str()), r.addend);
  out += ')';
}

}  // namespace

std::string print_module(const Module& m) {
  std::string out = "(brilisp (ir-version \"1.0\")";
  for (TypeId t : m.types.structs()) print_struct(m, t, out);
  for (const Global& g : m.globals) print_global(m, g, out);
  for (auto& f : m.functions) {
    out += '\n';
    FunctionPrinter(m, *f, out).define();
  }
  out += ")\n";
  return out;
}

std::string print_function(const Module& m, const Function& f) {
  std::string out;
  FunctionPrinter(m, f, out).define();
  out += '\n';
  return out;
}

std::string print_inst(const Module& m, const Function& f, ValueId v) {
  std::string out;
  FunctionPrinter(m, f, out).inst(v);
  return out;
}

}  // namespace ll
