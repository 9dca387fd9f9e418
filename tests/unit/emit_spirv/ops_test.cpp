// Every operation on every type, against the interpreter, bit for bit.
#define SPV_ENABLE_UTILITY_CODE  // spv::HasResultAndType
#include <cmath>
#include <random>

#include <fmt/format.h>

#include "emit_spirv/instruction.h"
#include "ir/builder.h"
#include "spirv_test.h"

namespace ll::spirv {
namespace {

constexpr uint32_t kItems = 1024;  // every pair of kValues values
constexpr uint32_t kValues = 32;

// Interesting bit patterns of a type, in the low bytes.
std::vector<uint64_t> values(TypeId t) {
  std::vector<uint64_t> v;
  unsigned bits = bit_width(t);
  if (t == kFloat)
    for (double d :
         {0.0,    -0.0,    1.0,     -1.0,       1.5,          3.0,           -7.25,
          0.1,    1e-40,   -1e-45,  1e38,       -3e38,        127.0,         128.0,
          255.5,  -128.5,  32767.5, 65536.0,    2147483648.0, -2147483648.0, 4294967296.0,
          9.3e18, -9.3e18, 1.9e19,  16777217.0, 0.99999994,   -0.5})
      v.push_back(std::bit_cast<uint32_t>(static_cast<float>(d)));
  if (t == kFloat)
    for (uint32_t x : {0x7f800000u, 0xff800000u, 0x7fc00000u, 0xffc12345u, 0x00800001u})
      v.push_back(x);
  if (t == kDouble)
    for (double d : {0.0,
                     -0.0,
                     1.0,
                     -1.0,
                     1.5,
                     3.0,
                     -7.25,
                     0.1,
                     1e-310,
                     -5e-324,
                     1e308,
                     -1e300,
                     127.0,
                     128.5,
                     -129.0,
                     32768.0,
                     -32769.0,
                     2147483647.5,
                     -2147483649.0,
                     4294967295.5,
                     9.3e18,
                     -9.3e18,
                     1.9e19,
                     1e-45,
                     1.0000000596046448,
                     3.4028235677973366e38,
                     -0.5,
                     7e-46})
      v.push_back(std::bit_cast<uint64_t>(d));
  if (t == kDouble)
    for (uint64_t x :
         {0x7ff0000000000000u, 0xfff0000000000000u, 0x7ff8000000000000u, 0xfff8000012345678u})
      v.push_back(x);
  for (uint64_t x = 1; v.size() < kValues; ++x) {
    uint64_t pattern = x < 4     ? x - 1
                       : x < 8   ? ~(x - 4)
                       : x < 12  ? (uint64_t{1} << (bits - 1)) - (x - 8)
                       : x < 14  ? (uint64_t{1} << (bits - 1)) + (x - 11)
                       : x == 14 ? bits
                       : x == 15 ? bits + 1
                                 : x * 0x9e3779b97f4a7c15ull >> (x % 40);
    v.push_back(t == kBool ? pattern & 1 : pattern);
  }
  return v;
}

std::vector<uint8_t> pack(const std::vector<uint64_t>& v, unsigned bytes) {
  std::vector<uint8_t> out;
  for (uint64_t x : v)
    for (unsigned n = 0; n < bytes; ++n) out.push_back(static_cast<uint8_t>(x >> (8 * n)));
  return out;
}

// A kernel over buffers a and b of type t: result number k of item i is stored 8 bytes apart at
// out + (k * kItems + i) * 8, and its op is remembered.
struct OpsKernel {
  Program p;
  TypeId t;
  Function* f = nullptr;
  std::unique_ptr<Builder> b;
  ValueId x, y, z, out, item;
  struct Row {
    Op op;
    TypeId type;
  };
  std::vector<Row> rows;

  explicit OpsKernel(TypeId type) : t(type) {
    FuncId id = p.module->add_function(Symbol("ops"));
    f = &p.module->function(id);
    f->flags = kKernel | kDevice;
    TypeId g = ptr_type(Space::Global);
    f->params = {g, g, g};
    BlockId entry = f->add_block();
    ValueId a = f->add_param(entry, g), c = f->add_param(entry, g);
    out = f->add_param(entry, g);
    b = std::make_unique<Builder>(*p.module, *f);
    b->at(entry);
    item = b->binary(Op::Add, b->binary(Op::Mul, b->dim(Op::GroupId, 0), b->dim(Op::GroupSize, 0)),
                     b->dim(Op::LocalId, 0));
    unsigned size = scalar_bytes(t);
    x = b->load(t, b->ptradd(a, item, size));
    y = b->load(t, b->ptradd(c, item, size));
    z = b->load(t, b->ptradd(c, b->binary(Op::Xor, item, f->constant(kInt32, 37)), size));
  }
  void result(Op op, ValueId v) {
    auto k = static_cast<int32_t>(rows.size());
    ValueId at = b->ptradd(out, item, 8, k * static_cast<int32_t>(kItems) * 8);
    b->store(at, v);
    rows.push_back({op, f->type(v)});
  }
};

bool is_nan(uint64_t v, TypeId t) {
  return t == kFloat ? std::isnan(std::bit_cast<float>(static_cast<uint32_t>(v)))
                     : t == kDouble && std::isnan(std::bit_cast<double>(v));
}

void check(TypeId t) {
  OpsKernel k(t);
  bool fma = t == kFloat;
  for (unsigned n = 0; n < kOpCount; ++n) {
    Op op = static_cast<Op>(n);
    const OpInfo& i = info(op);
    bool is_float_type = is_float(t);
    switch (i.rule) {
      case TypeRule::Int:
      case TypeRule::IntCompare:
        if (is_float_type) continue;
        break;
      case TypeRule::Float:
      case TypeRule::FloatCompare:
        if (!is_float_type) continue;
        break;
      case TypeRule::Select:
        k.result(op, k.b->select(k.b->convert(Op::Trunc, kBool, k.item), k.x, k.y));
        continue;
      default:
        continue;
    }
    if (op == Op::Fma) {
      if (fma) k.result(op, k.b->fma(k.x, k.y, k.z));
    } else if (i.format == Format::Unary) {
      k.result(op, k.b->unary(op, k.x));
    } else {
      k.result(op, k.b->binary(op, k.x, k.y));
    }
  }
  for (TypeId to : {kBool, kInt8, kInt16, kInt32, kInt64, kFloat, kDouble}) {
    auto convert = [&](Op op) { k.result(op, k.b->convert(op, to, k.x)); };
    unsigned from_bits = bit_width(t), to_bits = bit_width(to);
    if (is_int_or_bool(t) && is_int_or_bool(to)) {
      if (to_bits < from_bits) convert(Op::Trunc);
      if (to_bits > from_bits) convert(Op::ZExt), convert(Op::SExt);
    }
    if (is_int(t) && is_float(to)) convert(Op::SIToFP), convert(Op::UIToFP);
    if (is_float(t) && is_int(to)) convert(Op::FPToSI), convert(Op::FPToUI);
    if (t == kFloat && to == kDouble) convert(Op::FPExt);
    if (t == kDouble && to == kFloat) convert(Op::FPTrunc);
    if (from_bits == to_bits && t != kBool) convert(Op::Bitcast);
  }
  k.b->ret();

  auto code = k.p.emitted();
  ASSERT_TRUE(code) << k.p.messages();
  EXPECT_EQ(validate(code->words), "");
  auto list = values(t);
  std::vector<uint64_t> xs, ys;
  for (uint64_t a : list)
    for (uint64_t b : list) xs.push_back(a), ys.push_back(b);
  unsigned size = scalar_bytes(t);
  Launch l{"ops",
           {kItems / 64},
           {64},
           {pack(xs, size), pack(ys, size), std::vector<uint8_t>(k.rows.size() * kItems * 8)},
           {}};
  if (!vulkan()) GTEST_SKIP() << "skipped: no Vulkan device on this machine";
  load(*code);
  auto want = values_of<uint64_t>(interpret(k.p, l)[2]), got = values_of<uint64_t>(execute(l)[2]);
  unsigned shown = 0;
  for (size_t r = 0; r < k.rows.size(); ++r)
    for (size_t i = 0; i < kItems && shown < 20; ++i) {
      uint64_t w = want[r * kItems + i], g = got[r * kItems + i];
      auto [op, type] = k.rows[r];
      if (w == g) continue;
      uint64_t mask = ~uint64_t{0} >> (64 - size * 8);
      if (may_stop(op) && ((ys[i] & mask) == 0 || (ys[i] & mask) == mask || t == kBool))
        continue;  // unspecified
      // Which NaN an operation makes is not said; operations on bits keep it.
      if (is_nan(w, type) && is_nan(g, type) && op != Op::FNeg && op != Op::FAbs &&
          op != Op::Select)
        continue;
      ADD_FAILURE() << info(op).text << " on " << Types().str(t) << " to " << Types().str(type)
                    << fmt::format(" of {:x}, {:x}: {:x}, should be {:x}", xs[i], ys[i], g, w);
      ++shown;
    }
}

TEST(Ops, Bool) {
  LL_REQUIRE_VALIDATOR();
  check(kBool);
}
TEST(Ops, Int8) {
  LL_REQUIRE_VALIDATOR();
  check(kInt8);
}
TEST(Ops, Int16) {
  LL_REQUIRE_VALIDATOR();
  check(kInt16);
}
TEST(Ops, Int32) {
  LL_REQUIRE_VALIDATOR();
  check(kInt32);
}
TEST(Ops, Int64) {
  LL_REQUIRE_VALIDATOR();
  check(kInt64);
}
TEST(Ops, Float) {
  LL_REQUIRE_VALIDATOR();
  check(kFloat);
}
TEST(Ops, Double) {
  LL_REQUIRE_VALIDATOR();
  check(kDouble);
}

// Products in the middle between two floats, and sums that tip them: rounding twice would show.
TEST(Ops, FmaRoundsOnce) {
  LL_REQUIRE_VULKAN();
  Program p(
      "(define ((k void) (a (ptr (addrspace 1))) (b (ptr (addrspace 1))) (c (ptr (addrspace 1))))"
      " (attributes kernel device)"
      " (set (l int) (local-id 0)) (set (g int) (group-id 0)) (set (n int) (group-size 0))"
      " (set (g0 int) (mul g n)) (set (i int) (add g0 l))"
      " (set (pa (ptr (addrspace 1))) (ptradd a i 4 0)) (set (x float) (load pa))"
      " (set (pb (ptr (addrspace 1))) (ptradd b i 4 0)) (set (y float) (load pb))"
      " (set (pc (ptr (addrspace 1))) (ptradd c i 4 0)) (set (z float) (load pc))"
      " (set (r float) (fma x y z)) (store pc r) (ret))");
  auto code = p.emitted();
  ASSERT_TRUE(code) << p.messages();
  load(*code);
  std::mt19937 random(5);
  std::vector<float> a(8192), b(8192), c(8192);
  for (size_t i = 0; i < a.size(); ++i) {
    auto significand = [&] { return 1 + std::ldexp(static_cast<double>(random() % 4096), -12); };
    int scale = i % 4 == 0 ? -70 : 0;  // some results are subnormal
    a[i] = static_cast<float>(std::ldexp(significand(), scale));
    b[i] = static_cast<float>(std::ldexp(significand(), scale));
    int far = -static_cast<int>(random() % 90) + 2 * scale;
    c[i] = static_cast<float>(std::ldexp(significand(), std::max(far, -149)));
    if (random() % 2) c[i] = -c[i];
  }
  Launch l{"k", {128}, {64}, {bytes_of(a), bytes_of(b), bytes_of(c)}, {}};
  auto want = values_of<uint32_t>(interpret(p, l)[2]), got = values_of<uint32_t>(execute(l)[2]);
  for (size_t i = 0; i < a.size(); ++i)
    ASSERT_EQ(got[i], want[i]) << fmt::format("fma({:a}, {:a}, {:a})", a[i], b[i], c[i]);
}

TEST(Coverage, EveryOpHasARow) {
  std::vector<unsigned> rows(kOpCount);
#define INTEGER(op, ...) ++rows[static_cast<unsigned>(Op::op)];
#define COMPARE(op, ...) ++rows[static_cast<unsigned>(Op::op)];
#define FLOAT(op, ...) ++rows[static_cast<unsigned>(Op::op)];
#define FCOMPARE(op, ...) ++rows[static_cast<unsigned>(Op::op)];
#define LEGALISED(op, ...) ++rows[static_cast<unsigned>(Op::op)];
#include "emit_spirv/select.def"
#undef INTEGER
#undef COMPARE
#undef FLOAT
#undef FCOMPARE
#undef LEGALISED
  for (unsigned n = 0; n < kOpCount; ++n) EXPECT_EQ(rows[n], 1u) << kOps[n].text;
}

// The shapes in spirv.def are those of the official header.
TEST(Coverage, InstructionShapesAgreeWithTheHeader) {
#define INSTRUCTION(name, type, result, section, capability)          \
  {                                                                   \
    bool has_result, has_type;                                        \
    spv::HasResultAndType(spv::Op::Op##name, &has_result, &has_type); \
    EXPECT_EQ(has_type, type != 0) << #name;                          \
    EXPECT_EQ(has_result, result != 0) << #name;                      \
  }
#include "emit_spirv/spirv.def"
#undef INSTRUCTION
}

}  // namespace
}  // namespace ll::spirv
