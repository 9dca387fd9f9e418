#include "unit/opt/random_ir.h"

#include <bit>
#include <optional>
#include <string>
#include <vector>

#include "ir/builder.h"

namespace ll::test {
namespace {

constexpr TypeId kIntTypes[] = {kInt8, kInt16, kInt32, kInt64};
constexpr TypeId kAllTypes[] = {kBool, kInt8, kInt16, kInt32, kInt64, kFloat, kDouble};
constexpr Op kIntOps[] = {Op::Add, Op::Sub, Op::Mul,  Op::And, Op::Or,
                          Op::Xor, Op::Shl, Op::LShr, Op::AShr};
constexpr Op kDivisions[] = {Op::Div, Op::Rem, Op::UDiv, Op::URem};
constexpr Op kFloatOps[] = {Op::FAdd, Op::FSub, Op::FMul, Op::FDiv};
constexpr Op kIntCompares[] = {Op::Eq, Op::Ne,  Op::Lt,  Op::Le,  Op::Gt,
                               Op::Ge, Op::ULt, Op::ULe, Op::UGt, Op::UGe};
constexpr Op kFloatCompares[] = {Op::FEq, Op::FNe, Op::FLt, Op::FLe, Op::FGt, Op::FGe};
constexpr uint32_t kOutParamInts = 8;  // behind the pointer parameter

struct Variable {
  ValueId address;
  TypeId type;
};
struct Array {
  ValueId address;
  TypeId element;
  uint32_t count;  // a power of two
};

class Generator {
 public:
  Generator(Module& m, uint64_t seed, const RandomOptions& options)
      : m_(m), o_(options), state_(seed) {}

  void run() {
    record_ = m_.types.declare_struct(Symbol("record"));
    m_.types.define_struct(record_, {kInt8, kInt32, kDouble, kInt16, kInt64});
    for (int n = 0; n < 2; ++n) {
      Global g;
      g.name = Symbol(n ? "table" : "numbers");
      g.type = *m_.types.array(8, n ? kDouble : kInt32);
      g.align = 8;
      globals_.push_back(m_.add_global(std::move(g)));
    }
    for (uint32_t n = 0; n < o_.functions; ++n) make_function(n);
    make_main();
  }

 private:
  // splitmix64
  uint64_t random() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
  }
  uint32_t below(uint32_t n) { return static_cast<uint32_t>(random() % n); }
  bool chance(uint32_t percent) { return below(100) < percent; }
  template <class T, size_t N>
  T one_of(const T (&list)[N]) {
    return list[below(N)];
  }

  TypeId any_type() {
    TypeId t = one_of(kAllTypes);
    return !o_.floats && is_float(t) ? kInt32 : t;
  }

  // Functions

  void begin(Function& f) {
    f_ = &f;
    b_.emplace(m_, f);
    b_->at(f.add_block());
    values_.clear();
    variables_.clear();
    arrays_.clear();
    records_.clear();
    left_ = o_.statements;
    for (TypeId t : f.params) {
      ValueId p = f.add_param(f.entry(), is_aggregate(t) ? kPtr : t);
      if (is_aggregate(t)) records_.push_back(p);
      else if (is_ptr(t)) arrays_.push_back({p, kInt32, kOutParamInts});
      else values_.push_back(p);
    }
  }

  void make_function(uint32_t n) {
    FuncId id = m_.add_function(Symbol("f" + std::to_string(n)));
    Function& f = m_.function(id);
    f.flags = kInternal;
    if (chance(15)) f.flags |= kAlwaysInline;
    f.params = {kInt64, kDouble};
    for (uint32_t count = below(4); count > 0; --count) f.params.push_back(any_type());
    if (o_.memory && chance(50)) f.params.push_back(kPtr);
    if (o_.memory && chance(30)) f.params.push_back(record_);
    f.ret = o_.memory && chance(20) ? record_ : any_type();
    begin(f);
    seed_values();
    make_objects();
    block(0);
    if (is_aggregate(f.ret)) {
      b_->ret(some_record());
    } else {
      b_->ret(pick(f.ret));
    }
    callable_.push_back(id);
  }

  void make_main() {
    Function& f = m_.function(m_.add_function(Symbol("main")));
    f.params = {kInt64, kInt32, kDouble};
    f.ret = kInt64;
    begin(f);
    for (GlobalId g : globals_) {
      TypeId element = m_.types.array_element(m_.global(g).type);
      arrays_.push_back({f.leaf(Op::GlobalAddr, kPtr, g.index), element, 8});
    }
    seed_values();
    make_objects();
    left_ = o_.statements * 2;
    block(0);
    b_->ret(checksum());
  }

  // A value of each type that is no constant.
  void seed_values() {
    ValueId integer = values_[0];
    for (TypeId t : {kInt32, kInt16, kInt8, kBool}) keep(b_->convert(Op::Trunc, t, integer));
    if (o_.floats) keep(b_->convert(Op::SIToFP, kFloat, integer));
  }

  // Objects, each written before it is read

  void make_objects() {
    if (!o_.memory) return;
    for (uint32_t n = 1 + below(5); n > 0; --n) {
      TypeId t = any_type();
      ValueId address = b_->slot(t);
      b_->store(address, pick(t));
      variables_.push_back({address, t});
    }
    for (uint32_t n = below(3); n > 0; --n) {
      TypeId t = chance(60) ? kInt32 : any_type();
      add_array(t, 1u << below(4), chance(30));
    }
    if (chance(50)) add_array(kInt32, kOutParamInts, false);
    while (chance(40)) add_record();
  }

  void add_array(TypeId element, uint32_t count, bool dynamic) {
    ValueId address = dynamic ? b_->alloc(element, int_constant(kInt32, count))
                              : b_->slot(*m_.types.array(count, element));
    for (uint32_t n = 0; n < count; ++n)
      b_->store(field(address, n * scalar_bytes(element)), pick(element));
    arrays_.push_back({address, element, count});
  }

  void add_record() {
    ValueId address = b_->slot(record_);
    for (uint32_t n = 0; n < m_.types.fields(record_).size(); ++n)
      b_->store(record_field(address, n), pick(m_.types.fields(record_)[n]));
    records_.push_back(address);
  }

  ValueId field(ValueId base, uint64_t offset) {
    return b_->ptradd(base, static_cast<int32_t>(offset));
  }
  ValueId record_field(ValueId base, uint32_t n) {
    return field(base, m_.types.field_offset(record_, n));
  }

  ValueId element(const Array& a) {
    uint32_t size = scalar_bytes(a.element);
    if (chance(50)) return field(a.address, below(a.count) * size);
    TypeId t = chance(50) ? kInt32 : kInt64;
    ValueId index = b_->binary(Op::And, pick(t), int_constant(t, a.count - 1));
    return b_->ptradd(a.address, index, size, 0);
  }

  // Values

  ValueId int_constant(TypeId t, int64_t bits) { return f_->constant(t, bits); }

  ValueId constant(TypeId t) {
    if (is_float(t)) {
      constexpr double kFloats[] = {0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.25, 1e10, -7.75, 0.1};
      return f_->constant_float(t, one_of(kFloats));
    }
    switch (below(8)) {
      case 0:
        return int_constant(t, 0);
      case 1:
        return int_constant(t, 1);
      case 2:
        return int_constant(t, -1);
      case 3:
        return int_constant(t, int64_t{1} << (bit_width(t) - 1));
      case 4:
        return int_constant(t, static_cast<int64_t>((uint64_t{1} << (bit_width(t) - 1)) - 1));
      case 5:
        return int_constant(t, static_cast<int64_t>(random()));
      default:
        return int_constant(t, static_cast<int64_t>(below(17)) - 4);
    }
  }

  ValueId pick(TypeId t) {
    if (chance(20)) return constant(t);
    if (!values_.empty())
      for (int attempt = 0; attempt < 6; ++attempt) {
        size_t n = values_.size();
        // Prefer recent values: programs then have long dependences.
        ValueId v = values_[chance(60) ? n - 1 - below(static_cast<uint32_t>(n < 6 ? n : 6))
                                       : below(static_cast<uint32_t>(n))];
        if (f_->type(v) == t) return v;
      }
    if (chance(2)) return f_->undef(t);
    return constant(t);
  }

  ValueId keep(ValueId v) {
    values_.push_back(v);
    return v;
  }

  void operation() {
    TypeId t = any_type();
    switch (below(10)) {
      case 0:
        keep(comparison());
        return;
      case 1:
        keep(b_->select(pick(kBool), pick(t), pick(t)));
        return;
      case 2:
      case 3:
        conversion(t);
        return;
      case 4:
        if (o_.divisions) {
          division();
          return;
        }
        [[fallthrough]];
      default:
        break;
    }
    if (is_float(t)) {
      float_operation(t);
      return;
    }
    if (chance(8)) keep(b_->unary(Op::Not, pick(t)));
    else keep(b_->binary(one_of(kIntOps), pick(t), pick(t)));
  }

  void float_operation(TypeId t) {
    switch (below(8)) {
      case 0:
        keep(b_->unary(Op::FNeg, pick(t)));
        return;
      case 1:
        keep(b_->unary(Op::FAbs, pick(t)));
        return;
      case 2:
        keep(b_->unary(Op::FSqrt, pick(t)));
        return;
      case 3:
        keep(b_->fma(pick(t), pick(t), pick(t)));
        return;
      default:
        keep(b_->binary(one_of(kFloatOps), pick(t), pick(t)));
    }
  }

  ValueId comparison() {
    TypeId t = any_type();
    if (is_float(t)) return b_->binary(one_of(kFloatCompares), pick(t), pick(t));
    return b_->binary(one_of(kIntCompares), pick(t), pick(t));
  }

  // Mostly by something that is neither zero nor minus one.
  void division() {
    TypeId t = one_of(kIntTypes);
    ValueId by = pick(t);
    if (!chance(3))
      by = b_->binary(Op::Or, b_->binary(Op::And, by, int_constant(t, 0x3f)), int_constant(t, 1));
    keep(b_->binary(one_of(kDivisions), pick(t), by));
  }

  void conversion(TypeId to) {
    TypeId from = any_type();
    if (from == to) from = to == kInt32 ? kInt64 : kInt32;
    bool float_to = is_float(to), float_from = is_float(from);
    if (float_to && float_from) {
      keep(b_->convert(to == kDouble ? Op::FPExt : Op::FPTrunc, to, pick(from)));
    } else if (float_to) {
      if (chance(20)) bits_to_float(to);
      else
        keep(b_->convert(chance(50) ? Op::SIToFP : Op::UIToFP, to,
                         pick(from == kBool ? kInt32 : from)));
    } else if (float_from) {
      if (to == kBool) return;
      keep(b_->convert(chance(50) ? Op::FPToSI : Op::FPToUI, to, pick(from)));
    } else if (bit_width(to) < bit_width(from)) {
      keep(b_->convert(Op::Trunc, to, pick(from)));
    } else {
      keep(b_->convert(chance(50) ? Op::ZExt : Op::SExt, to, pick(from)));
    }
  }

  // A bit of the exponent is cleared, so that the result is no NaN.
  void bits_to_float(TypeId to) {
    TypeId bits = to == kFloat ? kInt32 : kInt64;
    int64_t mask = to == kFloat ? ~int64_t{0x00800000} : ~int64_t{0x0010000000000000};
    keep(b_->convert(Op::Bitcast, to, b_->binary(Op::And, pick(bits), int_constant(bits, mask))));
  }

  // Statements

  void block(uint32_t depth) {
    uint32_t count = 2 + below(6);
    for (uint32_t n = 0; n < count && left_ > 0; ++n) statement(depth);
  }

  void statement(uint32_t depth) {
    --left_;
    uint32_t kind = below(100);
    if (kind < 14 && depth < o_.max_depth) return branch(depth);
    if (kind < 24 && depth < o_.max_depth) return loop(depth);
    if (kind < 32 && o_.calls && !callable_.empty()) return call();
    if (kind < 60 && o_.memory) return access();
    operation();
    if (chance(50)) operation();
  }

  void access() {
    switch (below(8)) {
      case 0:
      case 1:
        load_variable();
        return;
      case 2:
      case 3:
        store_variable();
        return;
      case 4:
        if (!arrays_.empty()) load_element();
        return;
      case 5:
        if (!arrays_.empty()) store_element();
        return;
      case 6:
        if (!records_.empty()) record_access();
        return;
      default:
        if (records_.size() > 1) {
          ValueId to = records_[below(static_cast<uint32_t>(records_.size()))], from = records_[0];
          b_->copy(to, from, m_.types.size(record_), m_.types.align(record_));
        }
    }
  }
  void load_variable() {
    if (variables_.empty()) return;
    const Variable& x = variables_[below(static_cast<uint32_t>(variables_.size()))];
    keep(b_->load(x.type, x.address));
  }
  void store_variable() {
    if (variables_.empty()) return;
    const Variable& x = variables_[below(static_cast<uint32_t>(variables_.size()))];
    b_->store(x.address, pick(x.type));
  }
  void load_element() {
    const Array a = arrays_[below(static_cast<uint32_t>(arrays_.size()))];
    keep(b_->load(a.element, element(a)));
  }
  void store_element() {
    const Array a = arrays_[below(static_cast<uint32_t>(arrays_.size()))];
    ValueId at = element(a);
    b_->store(at, pick(a.element));
  }
  void record_access() {
    uint32_t n = below(static_cast<uint32_t>(m_.types.fields(record_).size()));
    TypeId t = m_.types.fields(record_)[n];
    ValueId at = record_field(records_[below(static_cast<uint32_t>(records_.size()))], n);
    if (chance(50)) keep(b_->load(t, at));
    else b_->store(at, pick(t));
  }

  void call() {
    FuncId id = callable_[below(static_cast<uint32_t>(callable_.size()))];
    const Function& callee = m_.function(id);
    std::vector<ValueId> args;
    if (is_aggregate(callee.ret)) args.push_back(some_record());
    for (TypeId t : callee.params) {
      if (is_aggregate(t)) args.push_back(some_record());
      else if (is_ptr(t)) args.push_back(some_ints());
      else args.push_back(pick(t));
    }
    ValueId r = b_->call(id, args);
    if (!is_aggregate(callee.ret)) keep(r);
  }
  // New objects are slots, which stand in the entry block: what is made later is filled later.
  ValueId some_record() {
    if (!records_.empty()) return records_[below(static_cast<uint32_t>(records_.size()))];
    ValueId address = entry_slot(record_);
    for (uint32_t n = 0; n < m_.types.fields(record_).size(); ++n)
      b_->store(record_field(address, n), pick(m_.types.fields(record_)[n]));
    return address;
  }
  ValueId some_ints() {
    for (const Array& a : arrays_)
      if (a.element == kInt32 && a.count >= kOutParamInts && chance(70)) return a.address;
    ValueId address = entry_slot(*m_.types.array(kOutParamInts, kInt32));
    for (uint32_t n = 0; n < kOutParamInts; ++n) b_->store(field(address, n * 4), pick(kInt32));
    return address;
  }
  ValueId entry_slot(TypeId object) {
    ValueId v =
        f_->add_inst({.op = Op::Slot,
                      .aux = static_cast<uint16_t>(std::countr_zero(m_.types.align(object))),
                      .type = kPtr,
                      .imm = object.index,
                      .span = {}},
                     {});
    auto& entry = f_->block(f_->entry()).insts;
    entry.insert(entry.begin(), v);
    return v;
  }

  // What is made inside does not dominate what follows.
  struct Scope {
    size_t values, variables, arrays, records;
  };
  Scope open() const {
    return {values_.size(), variables_.size(), arrays_.size(), records_.size()};
  }
  void close(Scope s) {
    values_.resize(s.values);
    variables_.resize(s.variables);
    arrays_.resize(s.arrays, {});
    records_.resize(s.records);
  }

  void branch(uint32_t depth) {
    TypeId t = any_type();
    ValueId c = chance(90) ? comparison() : pick(kBool);
    BlockId yes = f_->add_block(), no = f_->add_block(), after = f_->add_block();
    ValueId joined = f_->add_param(after, t);
    bool one_sided = chance(40);
    ValueId otherwise = pick(t);
    if (one_sided) b_->br(c, yes, after, {}, {&otherwise, 1});
    else b_->br(c, yes, no);
    Scope s = open();
    for (BlockId side : {yes, no}) {
      b_->at(side);
      if (!(side == no && one_sided)) block(depth + 1);
      ValueId v = pick(t);
      b_->jmp(after, {&v, 1});
      close(s);
    }
    b_->at(after);
    keep(joined);
  }

  // loop (i, x): while i < n: body; perhaps leave early; loop (i + 1, x')
  void loop(uint32_t depth) {
    TypeId t = any_type(), counter = chance(70) ? kInt32 : kInt64;
    ValueId limit = chance(60) ? int_constant(counter, below(5))
                               : b_->binary(Op::And, pick(counter), int_constant(counter, 3));
    bool bottom_tested = chance(30);
    BlockId head = f_->add_block(), body = bottom_tested ? head : f_->add_block(),
            after = f_->add_block();
    ValueId i = f_->add_param(head, counter), x = f_->add_param(head, t),
            result = f_->add_param(after, t);
    ValueId start[] = {int_constant(counter, 0), pick(t)};
    b_->jmp(head, start);
    Scope s = open();
    b_->at(head);
    keep(i);
    keep(x);
    if (!bottom_tested) {
      if (chance(50)) operation();
      ValueId c = b_->binary(Op::Lt, i, limit);
      b_->br(c, body, after, {}, {&x, 1});
      b_->at(body);
    }
    block(depth + 1);
    if (chance(30)) {  // break
      BlockId on = f_->add_block();
      ValueId out = pick(t);
      b_->br(comparison(), after, on, {&out, 1});
      b_->at(on);
    }
    ValueId next[] = {b_->binary(Op::Add, i, int_constant(counter, 1)), pick(t)};
    if (bottom_tested) b_->br(b_->binary(Op::Lt, next[0], limit), head, after, next, {&next[1], 1});
    else b_->jmp(head, next);
    close(s);
    b_->at(after);
    keep(result);
  }

  // Checksum

  ValueId as_int64(ValueId v) {
    TypeId t = f_->type(v);
    if (t == kInt64) return v;
    if (!is_float(t)) return b_->convert(Op::ZExt, kInt64, v);
    ValueId number = b_->binary(Op::FEq, v, v);
    TypeId bits = t == kFloat ? kInt32 : kInt64;
    ValueId raw = b_->select(number, b_->convert(Op::Bitcast, bits, v), int_constant(bits, 12345));
    return t == kFloat ? b_->convert(Op::ZExt, kInt64, raw) : raw;
  }

  ValueId checksum() {
    ValueId sum = int_constant(kInt64, 17);
    auto mix = [&](ValueId v) {
      sum = b_->binary(Op::Mul, b_->binary(Op::Xor, sum, as_int64(v)),
                       int_constant(kInt64, 0x100000001b3));
      sum = b_->binary(Op::Xor, sum, b_->binary(Op::LShr, sum, int_constant(kInt64, 31)));
    };
    for (size_t n = values_.size() > 12 ? values_.size() - 12 : 0; n < values_.size(); ++n)
      mix(values_[n]);
    for (const Variable& x : variables_) mix(b_->load(x.type, x.address));
    for (const Array& a : arrays_)
      for (uint32_t n = 0; n < a.count; ++n)
        mix(b_->load(a.element, field(a.address, n * scalar_bytes(a.element))));
    for (ValueId r : records_)
      for (uint32_t n = 0; n < m_.types.fields(record_).size(); ++n)
        mix(b_->load(m_.types.fields(record_)[n], record_field(r, n)));
    return sum;
  }

  Module& m_;
  RandomOptions o_;
  uint64_t state_;
  TypeId record_;
  std::vector<GlobalId> globals_;
  std::vector<FuncId> callable_;

  Function* f_ = nullptr;
  std::optional<Builder> b_;
  std::vector<ValueId> values_, records_;  // what may be used here
  std::vector<Variable> variables_;
  std::vector<Array> arrays_;
  uint32_t left_ = 0;
};

}  // namespace

std::unique_ptr<Module> random_module(SourceMap& sources, uint64_t seed,
                                      const RandomOptions& options) {
  auto m = std::make_unique<Module>(sources);
  Generator(*m, seed, options).run();
  return m;
}

}  // namespace ll::test
