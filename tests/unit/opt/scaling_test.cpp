// Pipelines stay near-linear: functions of 100,000 instructions and of 10,000 blocks, in shapes
// that are hard for some pass, go through -O2 in about a second.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "ir/builder.h"
#include "ir/verify.h"
#include "opt/pipeline.h"

namespace ll {
namespace {

constexpr double kMaxSeconds = 8;  // generous: debug build, busy machine

struct Program {
  SourceMap sources;
  Diags diags{sources};
  Module m{sources};
  Function& f;
  Builder b;
  ValueId n;  // the int parameter

  Program() : f(m.function(m.add_function(Symbol("f")))), b(m, f) {
    f.params = {kInt32};
    f.ret = kInt32;
    b.at(f.add_block());
    n = f.add_param(f.entry(), kInt32);
  }

  ValueId constant(int64_t x) { return f.constant(kInt32, x); }

  void expect_fast(const char* shape) {
    ASSERT_TRUE(verify(m, diags));
    size_t instructions = f.insts.size(), blocks = f.layout.size();
    PassOptions options;
    options.time_passes = true;
    PassRunner runner(options, diags);
    auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(runner.run(m, pipeline(OptLevel::O2)));
    double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    ASSERT_TRUE(verify(m, diags));
    printf("%s: %zu instructions, %zu blocks: %.3f s\n", shape, instructions, blocks, seconds);
    if (std::getenv("LL_TIME_PASSES")) printf("%s", runner.report().c_str());
    EXPECT_LT(seconds, kMaxSeconds) << runner.report();
  }
};

TEST(Scaling, StraightLine) {
  Program p;
  ValueId slots[16];
  for (ValueId& s : slots) p.b.store(s = p.b.slot(kInt32), p.n);
  for (int i = 0; i < 25000; ++i) {
    ValueId x = p.b.load(kInt32, slots[i % 16]), y = p.b.load(kInt32, slots[i * 7 % 16]);
    p.b.store(slots[i * 3 % 16], p.b.binary(i % 3 ? Op::Add : Op::Mul, x, y));
  }
  p.b.ret(p.b.load(kInt32, slots[0]));
  p.expect_fast("straight line");
}

TEST(Scaling, Diamonds) {
  Program p;
  ValueId slots[16];
  for (ValueId& s : slots) p.b.store(s = p.b.slot(kInt32), p.n);
  for (int i = 0; i < 3500; ++i) {
    ValueId x = p.b.load(kInt32, slots[i % 16]);
    BlockId yes = p.f.add_block(), no = p.f.add_block(), after = p.f.add_block();
    p.b.br(p.b.binary(Op::Lt, x, p.constant(i)), yes, no);
    for (BlockId side : {yes, no}) {
      p.b.at(side);
      ValueId y = p.b.load(kInt32, slots[(i + 5) % 16]);
      p.b.store(slots[(i * 3 + 1) % 16], p.b.binary(side == yes ? Op::Add : Op::Mul, x, y));
      p.b.jmp(after);
    }
    p.b.at(after);
  }
  p.b.ret(p.b.load(kInt32, slots[0]));
  p.expect_fast("diamonds");
}

// Every block may leave for one common block.
TEST(Scaling, ManyExits) {
  Program p;
  ValueId x = p.b.slot(kInt32);
  p.b.store(x, p.n);
  BlockId out = p.f.add_block();
  for (int i = 0; i < 10000; ++i) {
    BlockId next = p.f.add_block();
    ValueId v = p.b.load(kInt32, x);
    p.b.store(x, p.b.binary(Op::Mul, v, p.constant(i | 3)));
    p.b.br(p.b.binary(Op::Lt, v, p.constant(i)), out, next);
    p.b.at(next);
  }
  p.b.jmp(out);
  p.b.at(out);
  p.b.ret(p.b.load(kInt32, x));
  p.expect_fast("many exits");
}

TEST(Scaling, NestedLoops) {
  Program p;
  ValueId x = p.b.slot(kInt32);
  p.b.store(x, p.n);
  std::vector<BlockId> heads;
  for (int i = 0; i < 1000; ++i) {
    heads.push_back(p.f.add_block());
    p.b.jmp(heads.back());
    p.b.at(heads.back());
    p.b.store(x, p.b.binary(Op::Add, p.b.load(kInt32, x), p.n));
  }
  while (!heads.empty()) {
    BlockId after = p.f.add_block();
    p.b.br(p.b.binary(Op::Lt, p.b.load(kInt32, x), p.constant(int64_t(heads.size()))), heads.back(),
           after);
    heads.pop_back();
    p.b.at(after);
  }
  p.b.ret(p.b.load(kInt32, x));
  p.expect_fast("nested loops");
}

TEST(Scaling, ManyLoopsAndMemory) {
  Program p;
  ValueId array = p.b.slot(*p.m.types.array(1024, kInt32));
  for (int i = 0; i < 5000; ++i) {
    BlockId loop = p.f.add_block(), after = p.f.add_block();
    ValueId at = p.f.add_param(loop, kInt32);
    ValueId zero = p.constant(0);
    p.b.jmp(loop, {&zero, 1});
    p.b.at(loop);
    ValueId from = p.b.ptradd(array, at, 4, 8), to = p.b.ptradd(array, p.constant(i & 255), 4, 0);
    p.b.store(to, p.b.binary(Op::Xor, p.b.load(kInt32, from), p.b.binary(Op::Mul, p.n, p.n)));
    ValueId next = p.b.binary(Op::Add, at, p.constant(1));
    p.b.br(p.b.binary(Op::Lt, next, p.n), loop, after, {&next, 1});
    p.b.at(after);
  }
  p.b.ret(p.b.load(kInt32, array));
  p.expect_fast("loops and memory");
}

TEST(Scaling, ManySlots) {
  Program p;
  std::vector<ValueId> slots;
  for (int i = 0; i < 3000; ++i) {
    slots.push_back(p.b.slot(kInt32));
    p.b.store(slots.back(), p.constant(i));
  }
  for (int i = 0; i < 3000; ++i) {
    BlockId yes = p.f.add_block(), after = p.f.add_block();
    p.b.br(p.b.binary(Op::Lt, p.n, p.constant(i)), yes, after);
    p.b.at(yes);
    p.b.store(slots[size_t(i)], p.n);
    p.b.jmp(after);
    p.b.at(after);
  }
  ValueId sum = p.n;
  for (ValueId s : slots) sum = p.b.binary(Op::Xor, sum, p.b.load(kInt32, s));
  p.b.ret(sum);
  p.expect_fast("many slots");
}

// One address chain of 50,000 links, stored through at each.
TEST(Scaling, AddressChain) {
  Program p;
  ValueId at = p.b.slot(*p.m.types.array(200000, kInt8));
  for (int i = 0; i < 50000; ++i) p.b.store(at = p.b.ptradd(at, 1), p.f.constant(kInt8, i));
  p.b.ret(p.constant(0));
  p.expect_fast("address chain");
}

}  // namespace
}  // namespace ll
