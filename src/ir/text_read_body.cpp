// Reads the instructions of a function in two walks, so that labels and values may be used
// before the line that defines them: the first makes every block, block parameter and
// instruction (an instruction's id is its value), the second fills in operands and edges.
#include <bit>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>
#include "ir/text_read.h"
#include "support/check.h"

namespace ll {
namespace {

using Limit32 = std::numeric_limits<int32_t>;

const std::unordered_map<Symbol, Op>& ops_by_text() {
  static const auto* table = [] {
    auto* t = new std::unordered_map<Symbol, Op>;
    for (unsigned i = 0; i < kOpCount; ++i) {
      Op op = static_cast<Op>(i);
      if (!is_leaf(op) && op != Op::Param) t->emplace(Symbol(info(op).text), op);
    }
    return t;
  }();
  return *table;
}

class BodyReader {
 public:
  BodyReader(TextReader& r, Function& f) : r_(r), f_(f) {}

  void read(const Sexp& define, uint32_t first) {
    declare_entry(define[1]);
    if (define[first].head().str() == "label")
      r_.malformed(
          define[first].span(),
          "a function begins with the instructions of its entry block, which has no label");
    for (const Sexp& item : define.items().subspan(first)) declare(item);
    for (const Pending& p : pending_) fill(p);
  }

 private:
  struct Pending {
    ValueId id;
    const Sexp* form;  // (op operand …)
  };

  void declare_entry(const Sexp& head);
  void declare(const Sexp& item);
  void declare_label(const Sexp& item);
  void declare_set(const Sexp& item);
  void add(const Sexp& item, const Sexp& operation, TypeId type, Symbol name, Span name_span);
  void define_name(Symbol name, ValueId v, Span at);

  void fill(const Pending& p);
  void fill_slot(Inst& i, const Sexp& form);
  void fill_ptradd(ValueId v, const Sexp& form);
  void fill_access(ValueId v, const Sexp& form);
  void fill_copy(ValueId v, const Sexp& form);
  void fill_call(ValueId v, const Sexp& form);
  void fill_jmp(ValueId v, const Sexp& form);
  void fill_br(ValueId v, const Sexp& form);
  void fill_trap(Inst& i, const Sexp& form);

  // Resolves operands into `operands_`; what is wrong is reported and left out.
  void collect(std::span<const Sexp> items);
  void set_operands(ValueId v);
  Edge edge(const Sexp& label, std::span<const Sexp> args);
  Edge edge(const Sexp& x);
  ValueId operand(const Sexp& x);
  ValueId operand_list(const Sexp& x);
  ValueId constant(TypeId type, const Sexp& x);
  // Whether the form has between `least` and `most` items behind its head.
  bool count(const Sexp& form, uint32_t least, uint32_t most);
  // Takes a trailing (align N) off; `natural` stands without one.
  std::span<const Sexp> without_align(const Sexp& form, uint16_t natural, uint16_t& log2);
  uint16_t natural_log2(TypeId t) const;

  TextReader& r_;
  Function& f_;
  BlockId block_;
  std::vector<Pending> pending_;
  std::vector<ValueId> operands_;
  std::unordered_map<Symbol, ValueId> values_;
  std::unordered_map<Symbol, BlockId> labels_;
};

// First walk

void BodyReader::declare_entry(const Sexp& head) {
  block_ = f_.add_block();
  for (uint32_t i = 1; i < head.size(); ++i) {
    TypeId declared = f_.params[i - 1];
    ValueId v = f_.add_param(block_, is_aggregate(declared) ? kPtr : declared, head[i].span());
    if (head[i].size() != 2) continue;
    define_name(r_.name(head[i][0], "the name of a parameter"), v, head[i][0].span());
  }
}

void BodyReader::define_name(Symbol name, ValueId v, Span at) {
  if (name.empty()) return;
  auto [entry, fresh] = values_.try_emplace(name, v);
  if (fresh) return f_.set_name(v, name);
  r_.duplicate(at, fmt::format("'{}' is defined twice in '{}'", name.str(), f_.name.str()))
      .note(f_.inst(entry->second).span, "the first definition is here");
}

void BodyReader::declare(const Sexp& item) {
  std::string_view head = item.head().str();
  if (head == "label") return declare_label(item);
  if (head == "set") return declare_set(item);
  add(item, item, kVoid, Symbol(), item.span());
}

void BodyReader::declare_label(const Sexp& item) {
  Symbol name;
  if (item.size() < 2) {
    r_.malformed(item.span(), "a label is written (label NAME (PARAMETER TYPE) …)");
  } else {
    name = r_.name(item[1], "the name of a label");
  }
  block_ = f_.add_block(name);
  if (name.empty()) return;
  if (!labels_.try_emplace(name, block_).second)
    r_.duplicate(item[1].span(),
                 fmt::format("label '{}' is defined twice in '{}'", name.str(), f_.name.str()));
  for (const Sexp& p : item.items().subspan(2)) {
    if (p.size() != 2) {
      r_.malformed(p.span(), "a block parameter is written (NAME TYPE)");
      continue;
    }
    TypeId type = r_.scalar_type(p[1]);
    ValueId v = f_.add_param(block_, type.valid() ? type : kInt32, p.span());
    define_name(r_.name(p[0], "the name of a block parameter"), v, p[0].span());
  }
}

void BodyReader::declare_set(const Sexp& item) {
  if (item.size() != 3 || item[1].size() != 2) {
    r_.malformed(item.span(), "a definition is written (set (NAME TYPE) (OPERATION …))");
    return;
  }
  TypeId type = r_.scalar_type(item[1][1]);
  Symbol name = r_.name(item[1][0], "the name of a value");
  add(item, item[2], type.valid() ? type : kInt32, name, item[1][0].span());
}

void BodyReader::add(const Sexp& item, const Sexp& operation, TypeId type, Symbol name,
                     Span name_span) {
  auto at = ops_by_text().find(operation.head());
  if (at == ops_by_text().end()) {
    if (operation.head().empty()) {
      r_.malformed(operation.span(), "expected an operation in parentheses");
    } else {
      r_.unknown(operation[0].span(),
                 fmt::format("there is no operation '{}'", operation.head().str()));
    }
    // Its name is known all the same, which spares complaints about every use.
    define_name(name, f_.undef(type == kVoid ? kInt32 : type), name_span);
    return;
  }
  Op op = at->second;
  if (type != kVoid && is_statement(info(op).rule)) {
    r_.malformed(item.span(), fmt::format("'{}' has no result to set", info(op).text));
  } else if (type == kVoid && !is_statement(info(op).rule) && op != Op::Call) {
    r_.malformed(item.span(), fmt::format("the result of '{}' needs a name", info(op).text))
        .suggest(fmt::format("(set (NAME TYPE) ({} …))", info(op).text));
  }
  ValueId v = f_.add_inst({.op = op, .type = type, .span = item.span()}, {});
  f_.block(block_).insts.push_back(v);
  pending_.push_back({v, &operation});
  define_name(name, v, name_span);
}

// Second walk

void BodyReader::fill(const Pending& p) {
  const Sexp& form = *p.form;
  Inst& i = f_.inst(p.id);  // not valid after operands are read
  switch (info(i.op).format) {
    case Format::Dim:
      if (count(form, 1, 1)) {
        if (auto n = r_.integer(form[1], Limit32::min(), Limit32::max(), "a dimension")) i.imm = *n;
      }
      return;
    case Format::Nullary:
    case Format::Unary:
    case Format::Binary:
    case Format::Ternary:
    case Format::Convert: {
      auto n = static_cast<uint32_t>(operand_count(info(i.op).format));
      if (!count(form, n, n)) return;
      collect(form.items().subspan(1));
      return set_operands(p.id);
    }
    case Format::Ret:
      if (!count(form, 0, 1)) return;
      collect(form.items().subspan(1));
      return set_operands(p.id);
    case Format::Slot:
      return fill_slot(i, form);
    case Format::Alloc: {
      if (!count(form, 2, 3)) return;
      TypeId object = r_.object_type(form[1]);
      if (!object.valid()) return;
      i.imm = object.index;
      uint16_t log2 = 0;
      auto items = without_align(form, natural_log2(object), log2);
      i.aux = log2;
      if (items.size() != 2) return void(count(form, 2, 2));
      collect(items.subspan(1));
      return set_operands(p.id);
    }
    case Format::PtrAdd:
      return fill_ptradd(p.id, form);
    case Format::Load:
    case Format::Store:
      return fill_access(p.id, form);
    case Format::Copy:
      return fill_copy(p.id, form);
    case Format::Call:
      return fill_call(p.id, form);
    case Format::Jmp:
      return fill_jmp(p.id, form);
    case Format::Br:
      return fill_br(p.id, form);
    case Format::Trap:
      return fill_trap(i, form);
    case Format::Param:
    case Format::Leaf:
      break;
  }
  LL_UNREACHABLE("leaves and parameters are not instructions of the text");
}

bool BodyReader::count(const Sexp& form, uint32_t least, uint32_t most) {
  uint32_t given = form.size() - 1;
  if (given >= least && given <= most) return true;
  std::string expected =
      least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
  r_.malformed(form.span(), fmt::format("'{}' takes {} operand{}, not {}", form.head().str(),
                                        expected, expected == "1" ? "" : "s", given));
  return false;
}

uint16_t BodyReader::natural_log2(TypeId t) const {
  return static_cast<uint16_t>(std::countr_zero(r_.module.types.align(t)));
}

std::span<const Sexp> BodyReader::without_align(const Sexp& form, uint16_t natural,
                                                uint16_t& log2) {
  auto items = form.items().subspan(1);
  log2 = natural;
  if (items.empty() || items.back().head().str() != "align") return items;
  if (auto given = r_.align_log2(items.back())) log2 = *given;
  return items.first(items.size() - 1);
}

void BodyReader::fill_slot(Inst& i, const Sexp& form) {
  if (!count(form, 1, 2)) return;
  TypeId object = r_.object_type(form[1]);
  if (!object.valid()) return;
  i.imm = object.index;
  uint16_t log2 = 0;
  auto items = without_align(form, natural_log2(object), log2);
  i.aux = log2;
  if (items.size() != 1) count(form, 1, 1);
}

// (ptradd P OFFSET) or (ptradd P INDEX SCALE [OFFSET])
void BodyReader::fill_ptradd(ValueId v, const Sexp& form) {
  if (!count(form, 2, 4)) return;
  bool indexed = form.size() > 3;
  std::optional<int64_t> scale = 0, offset = 0;
  if (indexed)
    scale = r_.integer(form[3], 0, std::numeric_limits<uint32_t>::max(), "the scale of an index");
  if (!indexed || form.size() == 5)
    offset = r_.integer(form[form.size() - 1], Limit32::min(), Limit32::max(), "an offset");
  if (!scale || !offset) return;
  f_.inst(v).imm = PtrAddImm{static_cast<uint32_t>(*scale), static_cast<int32_t>(*offset)}.pack();
  collect(form.items().subspan(1, indexed ? 2 : 1));
  set_operands(v);
}

void BodyReader::fill_access(ValueId v, const Sexp& form) {
  bool is_store = f_.inst(v).op == Op::Store;
  uint32_t operands = is_store ? 2 : 1;
  uint16_t log2 = 0;
  auto items = without_align(form, 0, log2);
  if (items.size() != operands) return void(count(form, operands, operands));
  collect(items);
  set_operands(v);
  // What is natural shows only now that the type of the stored value is known.
  if (items.size() == form.size() - 1 && operands_.size() == operands)
    log2 = natural_log2(is_store ? f_.type(operands_[1]) : f_.type(v));
  f_.inst(v).aux = log2;
}

void BodyReader::fill_copy(ValueId v, const Sexp& form) {
  if (!count(form, 3, 4)) return;
  uint16_t log2 = 0;
  auto items = without_align(form, 0, log2);
  if (items.size() != 3) return void(count(form, 3, 3));
  auto bytes =
      r_.integer(items[2], 0, static_cast<int64_t>(Types::kMaxBytes), "the size of a copy");
  if (!bytes) return;
  f_.inst(v).imm = *bytes;
  f_.inst(v).aux = log2;
  collect(items.first(2));
  set_operands(v);
}

void BodyReader::fill_call(ValueId v, const Sexp& form) {
  if (form.size() < 2) return void(count(form, 1, 1));
  Symbol name = r_.name(form[1], "the name of a function");
  if (name.empty()) return;
  FuncId callee = r_.module.find_function(name);
  if (!callee.valid()) {
    r_.unknown(form[1].span(), fmt::format("there is no function '{}'", name.str()));
    return;
  }
  f_.inst(v).imm = callee.index;
  collect(form.items().subspan(2));
  set_operands(v);
}

void BodyReader::fill_jmp(ValueId v, const Sexp& form) {
  if (form.size() < 2) return void(count(form, 1, 1));
  Edge e = edge(form[1], form.items().subspan(2));
  f_.set_edges(f_.inst(v), {&e, 1});
}

void BodyReader::fill_br(ValueId v, const Sexp& form) {
  if (!count(form, 3, 3)) return;
  collect(form.items().subspan(1, 1));
  set_operands(v);
  Edge edges[2] = {edge(form[2]), edge(form[3])};
  f_.set_edges(f_.inst(v), edges);
}

void BodyReader::fill_trap(Inst& i, const Sexp& form) {
  if (!count(form, 1, 1)) return;
  for (unsigned k = 0; k < kTrapKinds; ++k) {
    if (!form[1].is_symbol() || form[1].symbol().str() != trap_text(static_cast<TrapKind>(k)))
      continue;
    i.imm = k;
    return;
  }
  r_.malformed(form[1].span(), "there is no such kind of trap");
}

Edge BodyReader::edge(const Sexp& x) {
  if (x.size() > 0) return edge(x[0], x.items().subspan(1));
  return edge(x, {});
}

Edge BodyReader::edge(const Sexp& label, std::span<const Sexp> args) {
  BlockId to = f_.entry();
  if (Symbol name = r_.name(label, "a label"); !name.empty()) {
    auto at = labels_.find(name);
    if (at != labels_.end()) {
      to = at->second;
    } else {
      r_.unknown(label.span(),
                 fmt::format("there is no label '{}' in '{}'", name.str(), f_.name.str()));
    }
  }
  collect(args);
  return f_.make_edge(to, operands_);
}

void BodyReader::collect(std::span<const Sexp> items) {
  operands_.clear();
  for (const Sexp& x : items) {
    ValueId v = operand(x);
    if (v.valid()) operands_.push_back(v);
  }
}

void BodyReader::set_operands(ValueId v) {
  Inst& i = f_.inst(v);
  i.args_begin = static_cast<uint32_t>(f_.pool.size());
  i.args_count = static_cast<uint32_t>(operands_.size());
  f_.pool.insert(f_.pool.end(), operands_.begin(), operands_.end());
}

ValueId BodyReader::operand(const Sexp& x) {
  switch (x.kind()) {
    case SexpKind::Symbol: {
      auto at = values_.find(x.symbol());
      if (at != values_.end()) return at->second;
      r_.unknown(x.span(),
                 fmt::format("there is no value '{}' in '{}'", x.symbol().str(), f_.name.str()));
      return ValueId();
    }
    case SexpKind::Int:
      return constant(kInt32, x);
    case SexpKind::Float:
      return constant(kFloat, x);
    case SexpKind::Bool:
      return constant(kBool, x);
    case SexpKind::List:
      return operand_list(x);
    case SexpKind::String:
      break;
  }
  r_.malformed(x.span(), "a string is not an operand").suggest("put it into a global");
  return ValueId();
}

// (undef T), (global G), (T LITERAL)
ValueId BodyReader::operand_list(const Sexp& x) {
  if (x.size() != 2) {
    r_.malformed(x.span(),
                 "an operand is a name, a number, #t, #f, (TYPE NUMBER), (undef TYPE) "
                 "or (global NAME)");
    return ValueId();
  }
  if (x.head().str() == "undef") {
    TypeId type = r_.scalar_type(x[1]);
    return type.valid() ? f_.undef(type) : ValueId();
  }
  if (x.head().str() == "global") {
    Symbol name = r_.name(x[1], "the name of a global");
    if (name.empty()) return ValueId();
    GlobalId g = r_.module.find_global(name);
    if (g.valid()) return f_.leaf(Op::GlobalAddr, ptr_type(r_.module.global(g).space), g.index);
    r_.unknown(x[1].span(), fmt::format("there is no global '{}'", name.str()));
    return ValueId();
  }
  TypeId type = r_.scalar_type(x[0]);
  return type.valid() ? constant(type, x[1]) : ValueId();
}

ValueId BodyReader::constant(TypeId type, const Sexp& x) {
  auto bits = r_.literal(type, x);
  return bits ? f_.constant(type, *bits) : ValueId();
}

}  // namespace

void read_body(TextReader& reader, Function& f, const Sexp& define, uint32_t first) {
  BodyReader(reader, f).read(define, first);
}

}  // namespace ll
