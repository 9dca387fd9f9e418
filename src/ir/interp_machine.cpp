#include "ir/interp_machine.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <type_traits>

#include <fmt/format.h>

#include "support/check.h"

namespace ll {

std::byte* Stack::take(uint64_t bytes, uint64_t align) {
  for (;;) {
    if (at_.chunk < chunks_.size()) {
      Chunk& c = chunks_[at_.chunk];
      auto base = reinterpret_cast<uint64_t>(c.memory.get());
      uint64_t begin = ((base + at_.used + align - 1) & ~(align - 1)) - base;
      if (begin <= c.size && bytes <= c.size - begin) {
        at_.used = begin + bytes;
        return c.memory.get() + begin;
      }
      at_ = {at_.chunk + 1, 0};
      continue;
    }
    if (bytes > kMaxBytes || total_ > kMaxBytes - bytes) return nullptr;
    uint64_t size = std::max(next_size_, bytes + align);
    auto* memory = new (std::nothrow) std::byte[size];
    if (!memory) return nullptr;
    chunks_.push_back({std::unique_ptr<std::byte[]>(memory), size});
    total_ += size;
    next_size_ = std::min<uint64_t>(2 * next_size_, 1 << 20);
  }
}

// Words and types

namespace {

template <class T>
Word wrap(Word w) {
  if constexpr (std::is_same_v<T, bool>) return w & 1;
  else return static_cast<Word>(static_cast<int64_t>(static_cast<T>(w)));
}
template <class T>
int64_t as_signed(Word w) {
  if constexpr (std::is_same_v<T, bool>) return -static_cast<int64_t>(w);
  else return static_cast<int64_t>(w);
}
template <class T>
Word as_unsigned(Word w) {
  if constexpr (std::is_same_v<T, bool>) return w;
  else return static_cast<std::make_unsigned_t<T>>(w);
}
template <class T>
constexpr unsigned kWidth = std::is_same_v<T, bool> ? 1 : sizeof(T) * 8;

template <class T>
T as_float(Word w) {
  if constexpr (sizeof(T) == 4) return std::bit_cast<float>(static_cast<uint32_t>(w));
  else return std::bit_cast<double>(w);
}
Word from_float(float x) { return std::bit_cast<uint32_t>(x); }
Word from_float(double x) { return std::bit_cast<uint64_t>(x); }
template <class T>
constexpr Word kSignBit = Word{1} << (sizeof(T) * 8 - 1);

// Toward zero; what lies outside the type's range becomes its nearest end, NaN 0.
Word saturate_signed(double x, unsigned width) {
  if (std::isnan(x)) return 0;
  double end = std::ldexp(1.0, static_cast<int>(width) - 1);
  int64_t most = static_cast<int64_t>(~uint64_t{0} >> (65 - width));
  if (x >= end) return static_cast<Word>(most);
  if (x <= -end) return static_cast<Word>(-most - 1);
  return static_cast<Word>(static_cast<int64_t>(x));
}
Word saturate_unsigned(double x, unsigned width) {
  if (!(x > 0)) return 0;                                     // NaN too
  if (x >= std::ldexp(1.0, static_cast<int>(width))) return ~Word{0};   // all ones, sign extended
  auto value = static_cast<uint64_t>(x);
  unsigned unused = 64 - width;
  return static_cast<Word>(static_cast<int64_t>(value << unused) >> unused);
}

template <class T>
Word load(Word address) {
  T value;
  std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof(T));
  if constexpr (std::is_floating_point_v<T>) return from_float(value);
  else return wrap<T>(static_cast<Word>(value));
}
template <class T>
void store(Word address, Word w) {
  T value;
  if constexpr (std::is_floating_point_v<T>) value = as_float<T>(w);
  else value = static_cast<T>(w);
  std::memcpy(reinterpret_cast<void*>(address), &value, sizeof(T));
}

// Nothing is mapped there; a null pointer plus a field's offset ends up there too.
constexpr Word kLowestAddress = 4096;

struct Quotient {
  Word value;
  bool good = true;
  TrapKind why = TrapKind::DivideByZero;
};
// A device takes 0 for what has no quotient.
template <class T>
Quotient divide_signed(Word a, Word b, bool remainder) {
  int64_t x = as_signed<T>(a), y = as_signed<T>(b);
  if (y == 0) return {0, false, TrapKind::DivideByZero};
  int64_t least = static_cast<int64_t>(~Word{0} << (kWidth<T> - 1));
  if (y == -1 && x == least) return {0, false, TrapKind::DivideOverflow};
  return {wrap<T>(static_cast<Word>(remainder ? x % y : x / y))};
}
template <class T>
Quotient divide_unsigned(Word a, Word b, bool remainder) {
  Word x = as_unsigned<T>(a), y = as_unsigned<T>(b);
  if (y == 0) return {0, false, TrapKind::DivideByZero};
  return {wrap<T>(remainder ? x % y : x / y)};
}

}  // namespace

// Frames

const Routine& Machine::routine(FuncId f) {
  auto& made = routines_[f.index];
  if (!made) made = std::make_unique<Routine>(decode(module, module.function(f), globals_));
  return *made;
}

Frame* Machine::push_frame(Task& t, const Routine& routine) {
  Stack::Mark below = t.stack.mark();
  std::byte* memory = t.stack.take(routine.frame_bytes, routine.frame_align);
  if (!memory) return nullptr;
  auto* registers = reinterpret_cast<Word*>(memory);
  std::copy(routine.constants.begin(), routine.constants.end(), registers + routine.first_constant);
  t.frames.push_back({&routine, routine.steps.data(), registers, memory + routine.objects_offset, 0, 0, below});
  return &t.frames.back();
}

// Reports a null aggregate at the call, where the caller's mistake is.
bool Machine::copy_parameters(Frame& frame, Span at, Interpreter::Failure& failure) {
  for (const CopiedParam& p : frame.routine->copied) {
    Word from = frame.registers[p.reg];
    std::byte* copy = frame.objects + p.offset;
    frame.registers[p.reg] = reinterpret_cast<Word>(copy);
    if (p.bytes == 0) continue;
    if (from < kLowestAddress) {
      failure = {at, fmt::format("an argument lies at address {:#x}", from)};
      return false;
    }
    std::memcpy(copy, reinterpret_cast<const void*>(from), p.bytes);
  }
  return true;
}

bool Machine::enter(Task& t, FuncId f, std::span<const Word> args, Interpreter::Failure& failure) {
  const Function& function = module.function(f);
  Frame* frame = push_frame(t, routine(f));
  if (!frame) {
    failure = {function.span, "stack overflow"};
    return false;
  }
  if (is_aggregate(function.ret)) {
    frame->result_address = args[0];
    args = args.subspan(1);
  }
  for (size_t n = 0; n < args.size(); ++n) {
    TypeId type = is_aggregate(function.params[n]) ? kPtr : function.params[n];
    frame->registers[n] = static_cast<Word>(normalize_bits(type, static_cast<int64_t>(args[n])));
  }
  return copy_parameters(*frame, function.span, failure);
}

bool Machine::call_external(const Function& f, std::span<const Word> args, Word& result, Span at,
                            Interpreter::Failure& failure) {
  std::string error;
  result = 0;
  if (!external_) {
    error = fmt::format("external function '{}' cannot be called here", f.link_name.str());
  } else if (external_(f, args, result, error)) {
    if (is_scalar(f.ret))
      result = static_cast<Word>(normalize_bits(f.ret, static_cast<int64_t>(result)));
    return true;
  }
  failure = {at, std::move(error)};
  return false;
}

// The top frame calls; its `next` stands behind the call already.
bool Machine::call(Task& t, const Step& s, Interpreter::Failure& failure) {
  Frame& caller = t.frames.back();
  Span at = caller.routine->spans[static_cast<size_t>(&s - caller.routine->steps.data())];
  std::span<const uint32_t> args(caller.routine->operands.data() + s.a, s.b);
  FuncId id(static_cast<uint32_t>(s.imm));
  const Function& f = module.function(id);
  Word* from = caller.registers;
  if (!f.has_body()) {
    arguments_.clear();
    for (uint32_t r : args) arguments_.push_back(from[r]);
    // The callback may come back here, so it must not read from `arguments_` in place.
    std::vector<Word> words = std::move(arguments_);
    bool good = call_external(f, words, from[s.dst], at, failure);
    arguments_ = std::move(words);
    return good;
  }
  Frame* frame = push_frame(t, routine(id));                     // `caller` may have moved
  if (!frame) {
    failure = {at, "stack overflow"};
    return false;
  }
  frame->result_register = s.dst;
  if (is_aggregate(f.ret)) {
    frame->result_address = from[args[0]];
    args = args.subspan(1);
  }
  for (size_t n = 0; n < args.size(); ++n) frame->registers[n] = from[args[n]];
  return copy_parameters(*frame, at, failure);
}

void Machine::leave(Task& t, Word value) {
  Frame done = t.frames.back();
  t.frames.pop_back();
  if (done.routine->result_bytes != 0) {
    std::memmove(reinterpret_cast<void*>(done.result_address), reinterpret_cast<const void*>(value),
                 done.routine->result_bytes);
  }
  t.stack.release(done.below);
  if (t.frames.empty()) {
    t.result = value;
  } else if (is_scalar(done.routine->function->ret)) {
    t.frames.back().registers[done.result_register] = value;
  }
}

// The loop. One case per operation and kind; `A B C R` are its registers.

#define A r[s->a]
#define B r[s->b]
#define C r[s->c]
#define R r[s->dst]
#define ANY(name, ...) \
  case key(Op::name): { __VA_ARGS__; break; }
#define FOR(name, kind, type, ...) \
  case key(Op::name, Kind::kind): { using T [[maybe_unused]] = type; __VA_ARGS__; break; }
#define INTS(name, ...)                                                           \
  FOR(name, I8, int8_t, __VA_ARGS__) FOR(name, I16, int16_t, __VA_ARGS__)         \
  FOR(name, I32, int32_t, __VA_ARGS__) FOR(name, I64, int64_t, __VA_ARGS__)
#define INTS_AND_BOOL(name, ...) FOR(name, Bool, bool, __VA_ARGS__) INTS(name, __VA_ARGS__)
#define FLOATS(name, ...) \
  FOR(name, F32, float, __VA_ARGS__) FOR(name, F64, double, __VA_ARGS__)
#define SCALARS(name, ...) INTS_AND_BOOL(name, __VA_ARGS__) FLOATS(name, __VA_ARGS__)
#define FAIL(...)                \
  do {                           \
    message = __VA_ARGS__;       \
    goto failed;                 \
  } while (false)
#define DIVIDE(function, remainder)                                        \
  Quotient q = function<T>(A, B, remainder);                               \
  if (!q.good && stops) FAIL(std::string(trap_message(q.why)));            \
  R = q.value

Outcome Machine::run(Task& t, Interpreter::Failure& failure) {
  Frame* frame = &t.frames.back();
  const Step* s = nullptr;
  const Step* next = frame->next;
  Word* r = frame->registers;
  // In a kernel a division without a quotient gives some value; on the host it ends the program.
  bool stops = !t.item && !frame->routine->function->is(kDevice);
  uint64_t work = 0;
  std::string message;
  auto resume = [&] {
    frame = &t.frames.back();
    next = frame->next;
    r = frame->registers;
    stops = !t.item && !frame->routine->function->is(kDevice);
  };
  for (;;) {
    s = next++;
    switch (s->key) {
      INTS_AND_BOOL(Add, R = wrap<T>(A + B))
      INTS_AND_BOOL(Sub, R = wrap<T>(A - B))
      INTS_AND_BOOL(Mul, R = wrap<T>(A * B))
      INTS_AND_BOOL(Div, DIVIDE(divide_signed, false))
      INTS_AND_BOOL(Rem, DIVIDE(divide_signed, true))
      INTS_AND_BOOL(UDiv, DIVIDE(divide_unsigned, false))
      INTS_AND_BOOL(URem, DIVIDE(divide_unsigned, true))
      ANY(And, R = A & B)
      ANY(Or, R = A | B)
      ANY(Xor, R = A ^ B)
      INTS_AND_BOOL(Not, R = wrap<T>(~A))
      INTS_AND_BOOL(Shl, R = wrap<T>(A << (B & (kWidth<T> - 1))))
      INTS_AND_BOOL(LShr, R = wrap<T>(as_unsigned<T>(A) >> (B & (kWidth<T> - 1))))
      INTS_AND_BOOL(AShr, R = wrap<T>(static_cast<Word>(as_signed<T>(A) >> (B & (kWidth<T> - 1)))))

      FLOATS(FAdd, R = from_float(as_float<T>(A) + as_float<T>(B)))
      FLOATS(FSub, R = from_float(as_float<T>(A) - as_float<T>(B)))
      FLOATS(FMul, R = from_float(as_float<T>(A) * as_float<T>(B)))
      FLOATS(FDiv, R = from_float(as_float<T>(A) / as_float<T>(B)))
      FLOATS(FNeg, R = A ^ kSignBit<T>)
      FLOATS(FAbs, R = A & ~kSignBit<T>)
      FLOATS(FSqrt, R = from_float(std::sqrt(as_float<T>(A))))
      FLOATS(Fma, R = from_float(std::fma(as_float<T>(A), as_float<T>(B), as_float<T>(C))))

      ANY(Eq, R = A == B)
      ANY(Ne, R = A != B)
      INTS_AND_BOOL(Lt, R = as_signed<T>(A) < as_signed<T>(B))
      INTS_AND_BOOL(Le, R = as_signed<T>(A) <= as_signed<T>(B))
      INTS_AND_BOOL(Gt, R = as_signed<T>(A) > as_signed<T>(B))
      INTS_AND_BOOL(Ge, R = as_signed<T>(A) >= as_signed<T>(B))
      ANY(ULt, R = A < B)
      ANY(ULe, R = A <= B)
      ANY(UGt, R = A > B)
      ANY(UGe, R = A >= B)
      FLOATS(FEq, R = as_float<T>(A) == as_float<T>(B))
      FLOATS(FNe, R = as_float<T>(A) < as_float<T>(B) || as_float<T>(A) > as_float<T>(B))
      FLOATS(FLt, R = as_float<T>(A) < as_float<T>(B))
      FLOATS(FLe, R = as_float<T>(A) <= as_float<T>(B))
      FLOATS(FGt, R = as_float<T>(A) > as_float<T>(B))
      FLOATS(FGe, R = as_float<T>(A) >= as_float<T>(B))
      ANY(Select, R = A ? B : C)

      INTS_AND_BOOL(Trunc, R = wrap<T>(A))
      INTS_AND_BOOL(ZExt, R = as_unsigned<T>(A))
      INTS_AND_BOOL(SExt, R = static_cast<Word>(as_signed<T>(A)))
      ANY(FPExt, R = from_float(static_cast<double>(as_float<float>(A))))
      ANY(FPTrunc, R = from_float(static_cast<float>(as_float<double>(A))))
      FLOATS(SIToFP, R = from_float(static_cast<T>(static_cast<int64_t>(A))))
      FLOATS(UIToFP, R = from_float(static_cast<T>(A << (64 - s->c) >> (64 - s->c))))
      FLOATS(FPToSI, R = saturate_signed(as_float<T>(A), s->c))
      FLOATS(FPToUI, R = saturate_unsigned(as_float<T>(A), s->c))
      INTS(PtrToInt, R = wrap<T>(A))
      INTS(IntToPtr, R = as_unsigned<T>(A))
      INTS(Bitcast, R = wrap<T>(A))
      FOR(Bitcast, F32, float, R = static_cast<uint32_t>(A))
      FOR(Bitcast, F64, double, R = A)
      ANY(SpaceCast, R = A)

      ANY(Slot, R = reinterpret_cast<Word>(frame->objects) + static_cast<Word>(s->imm))
      case key(Op::Alloc): {
        auto count = static_cast<int64_t>(A);
        uint64_t bytes = 0;
        if (count < 0) FAIL(fmt::format("alloc of {} objects", count));
        if (__builtin_mul_overflow(static_cast<uint64_t>(count), static_cast<uint64_t>(s->imm), &bytes))
          FAIL("stack overflow");
        std::byte* memory = t.stack.take(bytes, uint64_t{1} << s->c);
        if (!memory) FAIL(fmt::format("stack overflow: alloc of {} bytes", bytes));
        R = reinterpret_cast<Word>(memory);
        break;
      }
      case key(Op::PtrAdd): {
        auto imm = PtrAddImm::unpack(s->imm);
        R = A + B * imm.scale + static_cast<Word>(int64_t{imm.offset});
        break;
      }
      SCALARS(Load, if (A < kLowestAddress) FAIL(fmt::format("load from address {:#x}", A)); R = load<T>(A))
      SCALARS(Store, if (A < kLowestAddress) FAIL(fmt::format("store to address {:#x}", A)); store<T>(A, B))
      case key(Op::Copy): {
        if (s->imm == 0) break;
        if (A < kLowestAddress) FAIL(fmt::format("copy to address {:#x}", A));
        if (B < kLowestAddress) FAIL(fmt::format("copy from address {:#x}", B));
        std::memmove(reinterpret_cast<void*>(A), reinterpret_cast<const void*>(B), static_cast<size_t>(s->imm));
        break;
      }

      case key(Op::Call):
        frame->next = next;
        if (!call(t, *s, failure)) {
          executed += work;
          return Outcome::Failed;
        }
        resume();
        break;
      case kMove: R = A; break;
      case kGoto:
        work += s->a;
        next = frame->routine->steps.data() + s->imm;
        break;
      case key(Op::Br):
        work += static_cast<uint64_t>(s->imm);
        next = frame->routine->steps.data() + (A ? s->b : s->c);
        break;
      case key(Op::Ret):
        work += static_cast<uint64_t>(s->imm);
        if (frame->routine->result_bytes != 0 && (A < kLowestAddress || frame->result_address < kLowestAddress))
          FAIL(fmt::format("a result is copied from address {:#x} to {:#x}", A, frame->result_address));
        leave(t, s->b ? A : 0);
        if (t.frames.empty()) {
          executed += work;
          return Outcome::Returned;
        }
        resume();
        break;
      ANY(Trap, FAIL(std::string(trap_message(static_cast<TrapKind>(s->imm)))))

      ANY(LocalId, if (!t.item) FAIL("local-id outside a kernel"); R = t.item->local[s->imm])
      ANY(GroupId, if (!t.item) FAIL("group-id outside a kernel"); R = t.item->group[s->imm])
      ANY(GroupSize, if (!t.item) FAIL("group-size outside a kernel"); R = t.item->group_size[s->imm])
      ANY(GroupCount, if (!t.item) FAIL("group-count outside a kernel"); R = t.item->group_count[s->imm])
      case key(Op::Barrier):
        if (!t.item) FAIL("barrier outside a kernel");
        frame->next = next;
        executed += work;
        return Outcome::Waiting;
      default: LL_UNREACHABLE("an operation without a case in the interpreter");
    }
  }
failed:
  executed += work;
  failure = {frame->routine->spans[static_cast<size_t>(s - frame->routine->steps.data())], std::move(message)};
  return Outcome::Failed;
}

}  // namespace ll
