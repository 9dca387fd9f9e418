#include "ir/interp_machine.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

#include <fmt/format.h>

#include "ir/interp_words.h"
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
  t.frames.push_back(
      {&routine, routine.steps.data(), registers, memory + routine.objects_offset, 0, 0, below});
  return &t.frames.back();
}

// Reports a null aggregate at the call, where the caller's mistake is.
bool Machine::copy_parameters(Frame& frame, Span at, Interpreter::Failure& failure) {
  for (const CopiedParam& p : frame.routine->copied) {
    Word from = frame.registers[p.reg];
    std::byte* copy = frame.objects + p.offset;
    frame.registers[p.reg] = reinterpret_cast<Word>(copy);
    if (p.bytes == 0) continue;
    if (is_wild(from)) {
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
  Frame* frame = push_frame(t, routine(id));  // `caller` may have moved
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

namespace {

// What is wrong comes back as text.
std::string allocate(Task& t, const Step& s, Word count, Word& result) {
  auto objects = static_cast<int64_t>(count);
  uint64_t bytes = 0;
  if (objects < 0) return fmt::format("alloc of {} objects", objects);
  bool huge = __builtin_mul_overflow(count, static_cast<uint64_t>(s.imm), &bytes);
  std::byte* memory = huge ? nullptr : t.stack.take(bytes, uint64_t{1} << s.c);
  if (!memory) return fmt::format("stack overflow: alloc of {} objects", objects);
  result = reinterpret_cast<Word>(memory);
  return {};
}

std::string copy_bytes(Word to, Word from, int64_t bytes) {
  if (bytes == 0) return {};
  if (is_wild(to)) return fmt::format("copy to address {:#x}", to);
  if (is_wild(from)) return fmt::format("copy from address {:#x}", from);
  std::memmove(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from),
               static_cast<size_t>(bytes));
  return {};
}

}  // namespace

// The loop. One case per operation and kind; `A B C R` are its registers. clang-format would
// tear the table apart.
// clang-format off

#define A r[s->a]
#define B r[s->b]
#define C r[s->c]
#define R r[s->dst]
#define ANY(name, ...) case key(Op::name): { __VA_ARGS__; break; }
#define FOR(name, kind, type, ...) \
  case key(Op::name, Kind::kind): { using T [[maybe_unused]] = type; __VA_ARGS__; break; }
#define INTS(name, ...)                                                         \
  FOR(name, I8, int8_t, __VA_ARGS__) FOR(name, I16, int16_t, __VA_ARGS__)       \
  FOR(name, I32, int32_t, __VA_ARGS__) FOR(name, I64, int64_t, __VA_ARGS__)
#define INTS_AND_BOOL(name, ...) FOR(name, Bool, bool, __VA_ARGS__) INTS(name, __VA_ARGS__)
#define FLOATS(name, ...) FOR(name, F32, float, __VA_ARGS__) FOR(name, F64, double, __VA_ARGS__)
#define SCALARS(name, ...) INTS_AND_BOOL(name, __VA_ARGS__) FLOATS(name, __VA_ARGS__)
#define FAIL(...) do { message = __VA_ARGS__; goto failed; } while (false)
#define FAIL_IF(...) \
  do { message = __VA_ARGS__; if (!message.empty()) goto failed; } while (false)
#define DIVIDE(function, remainder)                                             \
  Quotient q = function<T>(A, B, remainder);                                    \
  if (!q.good && stops) FAIL(std::string(trap_message(q.why)));                 \
  R = q.value
#define OF_ITEM(field)                                                          \
  if (!t.item) FAIL(fmt::format("{} outside a kernel", info(static_cast<Op>(s->key / 8)).text)); \
  R = t.item->field[s->imm]

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
      ANY(Alloc, FAIL_IF(allocate(t, *s, A, R)))
      case key(Op::PtrAdd): {
        auto imm = PtrAddImm::unpack(s->imm);
        R = A + B * imm.scale + static_cast<Word>(int64_t{imm.offset});
        break;
      }
      SCALARS(Load, if (is_wild(A)) FAIL(fmt::format("load from address {:#x}", A)); R = load<T>(A))
      SCALARS(Store, if (is_wild(A)) FAIL(fmt::format("store to address {:#x}", A)); store<T>(A, B))
      ANY(Copy, FAIL_IF(copy_bytes(A, B, s->imm)))

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
        if (frame->routine->result_bytes != 0 && (is_wild(A) || is_wild(frame->result_address)))
          FAIL(fmt::format("a result is copied from {:#x} to {:#x}", A, frame->result_address));
        leave(t, s->b ? A : 0);
        if (t.frames.empty()) {
          executed += work;
          return Outcome::Returned;
        }
        resume();
        break;
      ANY(Trap, FAIL(std::string(trap_message(static_cast<TrapKind>(s->imm)))))

      ANY(LocalId, OF_ITEM(local))
      ANY(GroupId, OF_ITEM(group))
      ANY(GroupSize, OF_ITEM(group_size))
      ANY(GroupCount, OF_ITEM(group_count))
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
  failure = {frame->routine->spans[static_cast<size_t>(s - frame->routine->steps.data())],
             std::move(message)};
  return Outcome::Failed;
}
// clang-format on

}  // namespace ll
