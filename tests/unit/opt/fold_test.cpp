// Folding agrees with the interpreter, bit for bit, for every pure operation at every type.
#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <vector>

#include "ir/builder.h"
#include "ir/interp.h"
#include "ir/verify.h"
#include "opt/fold.h"

namespace ll {
namespace {

constexpr TypeId kScalars[] = {kBool, kInt8, kInt16, kInt32, kInt64, kFloat, kDouble, kPtr};

struct Case {
  Op op;
  TypeId type;
  std::vector<TypeId> params;
  FuncId function;
};

struct Cases {
  SourceMap sources;
  Diags diags{sources};
  Module m{sources};
  std::vector<Case> list;

  void add(Op op, TypeId type, std::vector<TypeId> params, int64_t imm = 0) {
    FuncId id = m.add_function(Symbol("f" + std::to_string(list.size())));
    Function& f = m.function(id);
    f.params = params;
    f.ret = type;
    f.add_block();
    std::vector<ValueId> args;
    for (TypeId p : params) args.push_back(f.add_param(f.entry(), p));
    ValueId v = f.add_inst({.op = op, .type = type, .imm = imm, .span = {}}, args);
    ValueId ret = f.add_inst({.op = Op::Ret, .span = {}}, {&v, 1});
    f.block(f.entry()).insts = {v, ret};
    list.push_back({op, type, params, id});
  }

  void add_op(Op op) {
    const size_t operands = info(op).format == Format::Unary    ? 1
                            : info(op).format == Format::Binary ? 2
                                                                : 3;
    for (TypeId t : kScalars) {
      switch (info(op).rule) {
        case TypeRule::Int:
          if (is_int_or_bool(t)) add(op, t, std::vector<TypeId>(operands, t));
          break;
        case TypeRule::Float:
          if (is_float(t)) add(op, t, std::vector<TypeId>(operands, t));
          break;
        case TypeRule::IntCompare:
          if (!is_float(t)) add(op, kBool, {t, t});
          break;
        case TypeRule::FloatCompare:
          if (is_float(t)) add(op, kBool, {t, t});
          break;
        case TypeRule::Select:
          add(op, t, {kBool, t, t});
          break;
        case TypeRule::PtrAdd:
          if (is_int(t)) add(op, kPtr, {kPtr, t}, PtrAddImm{24, -7}.pack());
          break;
        default:
          if (info(op).format == Format::Convert) add_conversions(op, t);
      }
    }
  }

  void add_conversions(Op op, TypeId from) {
    for (TypeId to : kScalars) {
      bool ok = false;
      switch (info(op).rule) {
        case TypeRule::Narrow:
          ok = is_int(from) && is_int_or_bool(to) && bit_width(to) < bit_width(from);
          break;
        case TypeRule::Widen:
          ok = is_int_or_bool(from) && is_int(to) && bit_width(to) > bit_width(from);
          break;
        case TypeRule::FloatWiden:
          ok = from == kFloat && to == kDouble;
          break;
        case TypeRule::FloatNarrow:
          ok = from == kDouble && to == kFloat;
          break;
        case TypeRule::IntToFloat:
          ok = is_int(from) && is_float(to);
          break;
        case TypeRule::FloatToInt:
          ok = is_float(from) && is_int(to);
          break;
        case TypeRule::PtrToInt:
          ok = is_ptr(from) && is_int(to);
          break;
        case TypeRule::IntToPtr:
          ok = is_int(from) && is_ptr(to);
          break;
        case TypeRule::Bits:
          ok = from != to && from != kBool && to != kBool && !is_ptr(from) && !is_ptr(to) &&
               bit_width(from) == bit_width(to);
          break;
        default:
          break;
      }
      if (ok) add(op, to, {from});
    }
  }
};

class Random {
 public:
  int64_t operand(TypeId t) {
    uint64_t r = next();
    if (is_float(t)) return normalize_bits(t, float_bits(t, r));
    switch (r % 6) {
      case 0:
        return normalize_bits(t, static_cast<int64_t>(next() % 5) - 2);
      case 1:
        return normalize_bits(t, int64_t{1} << (next() % bit_width(t)));
      case 2:
        return normalize_bits(
            t, static_cast<int64_t>((uint64_t{1} << (bit_width(t) - 1)) - next() % 2));
      default:
        return normalize_bits(t, static_cast<int64_t>(next()));
    }
  }

 private:
  int64_t float_bits(TypeId t, uint64_t r) {
    constexpr double kEdges[] = {0.0,
                                 -0.0,
                                 0.5,
                                 -0.5,
                                 1.5,
                                 2.5,
                                 127.5,
                                 128.0,
                                 -128.5,
                                 -129.0,
                                 255.5,
                                 256,
                                 32767.5,
                                 65536,
                                 2147483647.0,
                                 2147483648.0,
                                 -2147483648.0,
                                 -2147483649.0,
                                 4294967296.0,
                                 9223372036854775808.0,
                                 -9223372036854775808.0,
                                 18446744073709551616.0,
                                 1e300,
                                 -1e300,
                                 1e-310,
                                 3e-45,
                                 3.4e38};
    if (r % 2 == 0) {
      double d = kEdges[next() % std::size(kEdges)];
      return t == kFloat ? std::bit_cast<int32_t>(static_cast<float>(d))
                         : std::bit_cast<int64_t>(d);
    }
    return static_cast<int64_t>(next());  // NaNs and infinities among them
  }
  uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  }
  uint64_t state_ = 88172645463325252ull;
};

TEST(Fold, AgreesWithTheInterpreter) {
  Cases cases;
  for (unsigned n = 0; n < kOpCount; ++n)
    if (Op op = static_cast<Op>(n); is_pure(op) && !is_leaf(op) && !is_device_only(op))
      cases.add_op(op);
  auto verified = verify(cases.m, cases.diags);
  ASSERT_TRUE(verified) << render(cases.diags.all()[0], cases.sources, false);
  Interpreter interpreter(*verified, {});
  Random random;
  uint64_t folded = 0, runs = 0;
  for (const Case& c : cases.list) {
    for (int n = 0; n < 150; ++n, ++runs) {
      std::vector<int64_t> operands;
      for (TypeId t : c.params) operands.push_back(random.operand(t));
      std::vector<Word> args(operands.begin(), operands.end());
      Word result = 0;
      Interpreter::Failure failure;
      bool ok = interpreter.call(c.function, args, result, failure);
      const Function& f = cases.m.function(c.function);
      int64_t imm = f.inst(f.block(f.entry()).insts[0]).imm;
      auto bits = fold_bits(c.op, c.type, c.params[0], imm, operands);
      if (!bits) continue;
      ++folded;
      ASSERT_TRUE(ok) << info(c.op).text << " is folded but " << failure.message;
      ASSERT_EQ(static_cast<Word>(*bits), result)
          << info(c.op).text << " " << cases.m.types.str(c.params[0]) << " -> "
          << cases.m.types.str(c.type) << " of " << operands[0]
          << (operands.size() > 1 ? " " + std::to_string(operands[1]) : "");
    }
  }
  EXPECT_GT(folded, runs * 7 / 10);
}

}  // namespace
}  // namespace ll
