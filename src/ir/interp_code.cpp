#include "ir/interp_code.h"

#include <algorithm>

#include "support/align.h"
#include "support/check.h"

namespace ll {

Kind kind_of(TypeId t) {
  if (is_ptr(t)) return Kind::I64;
  LL_CHECK(t >= kBool && t <= kDouble, "only scalars are in registers");
  return static_cast<Kind>(t.index - kBool.index);
}

namespace {

class Decoder {
 public:
  Decoder(const Module& m, const Function& f, std::span<std::byte* const> globals)
      : m_(m), f_(f), globals_(globals) {
    code_.function = &f;
  }

  Routine run() {
    assign_registers();
    lay_out_parameters();
    for (BlockId b : f_.layout) block(b);
    for (const Stub& s : stubs_) stub(s);
    for (uint32_t at : gotos_) {
      Step& s = code_.steps[at];
      s.imm = start_[static_cast<size_t>(s.imm)];
    }
    code_.registers = next_register_;
    code_.objects_offset = round_up(uint64_t{next_register_} * sizeof(Word), code_.frame_align);
    code_.frame_bytes = code_.objects_offset + objects_;
    return std::move(code_);
  }

 private:
  // An edge of a conditional branch: code behind the function's blocks.
  struct Stub {
    uint32_t branch;  // the step that goes there
    bool taken;
    const Edge* edge;
  };

  void assign_registers();
  void lay_out_parameters();
  uint64_t object(uint64_t bytes, uint32_t align);
  uint32_t reg(ValueId v);
  uint32_t new_constant(const Inst& leaf);
  Step& emit(Key key, uint32_t dst, uint32_t a, uint32_t b, Span span);
  void block(BlockId b);
  void inst(ValueId v, int64_t work);
  Step& plain(ValueId v, Key key);
  void convert(ValueId v);
  void call(ValueId v);
  void branch(ValueId v, int64_t work);
  void stub(const Stub& s);
  void edge(const Edge& e, Span span, int64_t work);
  void move(uint32_t to, uint32_t from, Span span) { emit(kMove, to, from, 0, span); }
  Key key_of(const Inst& i) const;

  const Module& m_;
  const Function& f_;
  std::span<std::byte* const> globals_;
  Routine code_;
  std::vector<uint32_t> registers_;  // by value
  std::vector<uint32_t> start_;      // first step, by block
  std::vector<uint32_t> gotos_;      // steps whose imm is still a block
  std::vector<Stub> stubs_;
  uint32_t next_register_ = 0, scratch_ = UINT32_MAX;
  uint64_t objects_ = 0;
  // Scratch of `edge`, by register.
  std::vector<uint32_t> source_, readers_;
};

constexpr uint32_t kNoRegister = UINT32_MAX;

void Decoder::assign_registers() {
  registers_.assign(f_.insts.size(), kNoRegister);
  for (BlockId b : f_.layout) {
    for (ValueId v : f_.block(b).params) registers_[v.index] = next_register_++;
    for (ValueId v : f_.block(b).insts)
      if (f_.type(v) != kVoid) registers_[v.index] = next_register_++;
  }
  code_.first_constant = next_register_;
  auto leaf = [&](ValueId v) {
    if (is_leaf(f_.inst(v).op) && registers_[v.index] == kNoRegister)
      registers_[v.index] = new_constant(f_.inst(v));
  };
  for (BlockId b : f_.layout)
    for (ValueId v : f_.block(b).insts) {
      for (ValueId a : f_.args(v)) leaf(a);
      for (const Edge& e : f_.succs(f_.inst(v)))
        for (ValueId a : f_.args(e)) leaf(a);
    }
  scratch_ = next_register_++;
  start_.assign(f_.blocks.size(), 0);
  source_.assign(next_register_, kNoRegister);
  readers_.assign(next_register_, 0);
}

uint32_t Decoder::new_constant(const Inst& leaf) {
  Word word = leaf.op == Op::GlobalAddr
                  ? reinterpret_cast<Word>(globals_[static_cast<size_t>(leaf.imm)])
                  : static_cast<Word>(leaf.imm);
  code_.constants.push_back(word);
  return next_register_++;
}

uint32_t Decoder::reg(ValueId v) {
  uint32_t r = registers_[v.index];
  LL_CHECK(r != kNoRegister, "an operand has a register");
  return r;
}

uint64_t Decoder::object(uint64_t bytes, uint32_t align) {
  uint64_t at = round_up(objects_, align);
  objects_ = at + bytes;
  code_.frame_align = std::max(code_.frame_align, align);
  return at;
}

void Decoder::lay_out_parameters() {
  for (uint32_t n = 0; n < f_.params.size(); ++n) {
    TypeId t = f_.params[n];
    if (!is_aggregate(t)) continue;
    uint64_t bytes = m_.types.size(t);
    code_.copied.push_back({n, bytes, object(bytes, m_.types.align(t))});
  }
  if (is_aggregate(f_.ret)) code_.result_bytes = m_.types.size(f_.ret);
}

Step& Decoder::emit(Key key, uint32_t dst, uint32_t a, uint32_t b, Span span) {
  code_.steps.push_back({key, dst, a, b, 0, 0});
  code_.spans.push_back(span);
  return code_.steps.back();
}

void Decoder::block(BlockId b) {
  start_[b.index] = static_cast<uint32_t>(code_.steps.size());
  auto& list = f_.block(b).insts;
  for (ValueId v : list) inst(v, static_cast<int64_t>(list.size()));
}

// Words are kept sign extended, which also keeps the order of unsigned numbers: these operations
// need not know the width.
bool ignores_width(Op op) {
  switch (op) {
    case Op::And:
    case Op::Or:
    case Op::Xor:
    case Op::Eq:
    case Op::Ne:
    case Op::ULt:
    case Op::ULe:
    case Op::UGt:
    case Op::UGe:
      return true;
    default:
      return false;
  }
}

Key Decoder::key_of(const Inst& i) const {
  if (ignores_width(i.op)) return key(i.op);
  switch (info(i.op).rule) {
    case TypeRule::Int:
    case TypeRule::Float:
    case TypeRule::Load:
      return key(i.op, kind_of(i.type));
    case TypeRule::IntCompare:
    case TypeRule::FloatCompare:
      return key(i.op, kind_of(f_.type(f_.args(i)[0])));
    case TypeRule::Store:
      return key(i.op, kind_of(f_.type(f_.args(i)[1])));
    default:
      return key(i.op);
  }
}

Step& Decoder::plain(ValueId v, Key k) {
  const Inst& i = f_.inst(v);
  auto args = f_.args(i);
  uint32_t r[3] = {0, 0, 0};
  for (size_t n = 0; n < args.size(); ++n) r[n] = reg(args[n]);
  Step& s = emit(k, i.type == kVoid ? 0 : reg(v), r[0], r[1], i.span);
  s.c = r[2];
  s.imm = i.imm;
  return s;
}

void Decoder::inst(ValueId v, int64_t work) {
  const Inst& i = f_.inst(v);
  switch (info(i.op).format) {
    case Format::Nullary:
    case Format::Dim:
    case Format::Unary:
    case Format::Binary:
    case Format::Ternary:
    case Format::Load:
    case Format::Store:
    case Format::Copy:
    case Format::Trap:
      plain(v, key_of(i));
      return;
    case Format::PtrAdd:
      // Without an index the scale is 0 and any register will do.
      plain(v, key_of(i));
      return;
    case Format::Convert:
      return convert(v);
    case Format::Slot: {
      TypeId t(static_cast<uint32_t>(i.imm));
      plain(v, key_of(i)).imm = static_cast<int64_t>(object(m_.types.size(t), 1u << i.aux));
      return;
    }
    case Format::Alloc: {
      Step& s = plain(v, key_of(i));
      s.imm = static_cast<int64_t>(m_.types.size(TypeId(static_cast<uint32_t>(i.imm))));
      s.c = i.aux;
      return;
    }
    case Format::Call:
      return call(v);
    case Format::Jmp:
      return edge(f_.succs(i)[0], i.span, work);
    case Format::Br:
      return branch(v, work);
    case Format::Ret: {
      Step& s = plain(v, key_of(i));
      s.b = i.args_count;
      s.imm = work;
      return;
    }
    case Format::Param:
    case Format::Leaf:
      break;
  }
  LL_UNREACHABLE("parameters and leaves are in no block");
}

void Decoder::convert(ValueId v) {
  const Inst& i = f_.inst(v);
  TypeId from = f_.type(f_.args(i)[0]), to = i.type;
  switch (info(i.op).rule) {
    case TypeRule::Narrow:
    case TypeRule::PtrToInt:
    case TypeRule::Bits:
      plain(v, key(i.op, kind_of(to)));
      return;
    case TypeRule::Widen:
    case TypeRule::IntToPtr:
      plain(v, key(i.op, kind_of(from)));
      return;
    case TypeRule::IntToFloat:
      plain(v, key(i.op, kind_of(to))).c = bit_width(from);
      return;
    case TypeRule::FloatToInt:
      plain(v, key(i.op, kind_of(from))).c = bit_width(to);
      return;
    default:
      plain(v, key(i.op));
  }
}

void Decoder::call(ValueId v) {
  const Inst& i = f_.inst(v);
  auto first = static_cast<uint32_t>(code_.operands.size());
  for (ValueId a : f_.args(i)) code_.operands.push_back(reg(a));
  Step& s = emit(key(Op::Call), i.type == kVoid ? scratch_ : reg(v), first, i.args_count, i.span);
  s.imm = i.imm;
}

void Decoder::branch(ValueId v, int64_t work) {
  const Inst& i = f_.inst(v);
  auto at = static_cast<uint32_t>(code_.steps.size());
  emit(key(Op::Br), 0, reg(f_.args(i)[0]), 0, i.span).imm = work;
  auto succs = f_.succs(i);
  stubs_.push_back({at, true, &succs[0]});
  stubs_.push_back({at, false, &succs[1]});
}

void Decoder::stub(const Stub& s) {
  uint32_t to = start_[s.edge->to.index];
  if (s.edge->args_count != 0) {
    to = static_cast<uint32_t>(code_.steps.size());
    edge(*s.edge, code_.spans[s.branch], 0);
  }
  Step& branch = code_.steps[s.branch];
  (s.taken ? branch.b : branch.c) = to;
}

// Moves of one parallel assignment in an order in which no source is overwritten before it is
// read: first those whose target nobody reads; what then remains are cycles, which are opened
// through a scratch register.
void Decoder::edge(const Edge& e, Span span, int64_t work) {
  auto& params = f_.block(e.to).params;
  auto args = f_.args(e);
  std::vector<uint32_t> ready;
  for (size_t n = 0; n < args.size(); ++n) {
    uint32_t to = reg(params[n]), from = reg(args[n]);
    if (to == from) continue;
    source_[to] = from;
    ++readers_[from];
  }
  auto run_ready = [&] {
    while (!ready.empty()) {
      uint32_t to = ready.back(), from = source_[to];
      ready.pop_back();
      move(to, from, span);
      source_[to] = kNoRegister;
      if (--readers_[from] == 0 && source_[from] != kNoRegister) ready.push_back(from);
    }
  };
  for (ValueId p : params)
    if (uint32_t to = reg(p); source_[to] != kNoRegister && readers_[to] == 0) ready.push_back(to);
  run_ready();
  for (ValueId p : params) {
    uint32_t to = reg(p);
    if (source_[to] == kNoRegister) continue;
    // Every register of a cycle has one reader: let that one read the scratch register instead.
    move(scratch_, to, span);
    uint32_t reader = to;
    while (source_[reader] != to) reader = source_[reader];
    source_[reader] = scratch_;
    readers_[to] = 0;
    ++readers_[scratch_];
    ready.push_back(to);
    run_ready();
  }
  Step& s = emit(kGoto, 0, 0, 0, span);
  s.imm = e.to.index;
  s.a = static_cast<uint32_t>(work);
  gotos_.push_back(static_cast<uint32_t>(code_.steps.size() - 1));
}

}  // namespace

Routine decode(const Module& m, const Function& f, std::span<std::byte* const> globals) {
  return Decoder(m, f, globals).run();
}

}  // namespace ll
