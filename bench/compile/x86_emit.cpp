// How fast x86-64 code is made: IR instructions a second from verified IR to linked code, for
// functions that double in size. Growth should stay near 1 (time per instruction constant).
//
//   x86_emit [largest number of instructions]
//
// One line per result: name value unit.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>

#include "emit_x86/emit.h"
#include "ir/builder.h"
#include "ir/verify.h"

namespace ll {
namespace {

// Loops of about `per_block` arithmetic instructions and memory accesses, one behind another,
// with a few values that live through the whole function.
struct Generator {
  Module& m;
  Function& f;
  Builder b;
  uint64_t state = 88172645463325252u;
  std::vector<ValueId> pool;                                  // recent int64 values

  Generator(Module& module, Function& function) : m(module), f(function), b(module, function) {}

  uint32_t random(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return static_cast<uint32_t>(state >> 32) % below;
  }
  ValueId pick() { return pool[pool.size() - 1 - random(static_cast<uint32_t>(std::min<size_t>(pool.size(), 12)))]; }

  void instruction(ValueId base) {
    static constexpr Op kOps[] = {Op::Add, Op::Sub, Op::Xor, Op::And, Op::Mul, Op::Or};
    switch (random(8)) {
      case 0:
        pool.push_back(b.binary(Op::Add, pool.back(),
                                b.load(kInt64, b.ptradd(base, static_cast<int32_t>(random(64) * 8)))));
        break;
      case 1: b.store(b.ptradd(base, static_cast<int32_t>(random(64) * 8)), pool.back()); break;
      case 2: pool.push_back(b.binary(Op::Add, pool.back(), f.constant(kInt64, random(1000)))); break;
      case 3: pool.push_back(b.select(b.binary(Op::Lt, pick(), pick()), pick(), pool.back())); break;
      default: pool.push_back(b.binary(kOps[random(6)], pool.back(), pick()));  // nothing is dead
    }
  }

  void run(size_t instructions, unsigned per_block) {
    BlockId at = f.add_block();
    b.at(at);
    ValueId base = f.add_param(at, kPtr), n = f.add_param(at, kInt64);
    ValueId kept[4];
    for (ValueId& k : kept) k = b.binary(Op::Mul, n, f.constant(kInt64, random(100)));
    ValueId sum = n;
    while (f.insts.size() < instructions) {
      BlockId loop = f.add_block(), next = f.add_block();
      ValueId start[2] = {f.constant(kInt64, 0), sum};
      b.jmp(loop, start);
      b.at(loop);
      ValueId i = f.add_param(loop, kInt64), acc = f.add_param(loop, kInt64);
      pool = {n, kept[0], kept[1], kept[2], kept[3], i, acc};
      for (unsigned k = 0; k < per_block; ++k) instruction(base);
      ValueId again[2] = {b.binary(Op::Add, i, f.constant(kInt64, 1)), b.binary(Op::Add, acc, pool.back())};
      b.br(b.binary(Op::Lt, again[0], f.constant(kInt64, 3)), loop, next, again);
      b.at(next);
      sum = again[1];
    }
    for (ValueId k : kept) sum = b.binary(Op::Add, sum, k);
    b.ret(sum);
  }
};

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void measure(size_t instructions, unsigned per_block, bool optimise) {
  SourceMap sources;
  Diags diags(sources);
  Module m(sources);
  Function& f = m.function(m.add_function(Symbol("f")));
  f.ret = kInt64;
  f.params = {kPtr, kInt64};
  Generator(m, f).run(instructions, per_block);
  auto verified = verify(m, diags);
  if (!verified) {
    for (const Diag& d : diags.all()) fmt::print(stderr, "{}", render(d, sources, false));
    std::exit(1);
  }
  x86::Options options;
  options.optimise = optimise;
  options.check_allocation = false;
  double best = 1e9;
  size_t bytes = 0;
  for (int repeat = 0; repeat < 3; ++repeat) {
    double start = seconds();
    auto object = x86::emit(*verified, options, diags);
    std::string error;
    auto code = x86::link(*object, [](Symbol) { return reinterpret_cast<void*>(&std::abort); }, error);
    best = std::min(best, seconds() - start);
    bytes = object->section(x86::SectionKind::Text).bytes.size();
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("x86_emit.{}.{}x{} {:.0f} inst/s   {:.1f} bytes/inst, {} blocks, peak {} MiB\n",
             optimise ? "optimise" : "fast", f.insts.size(), per_block,
             static_cast<double>(f.insts.size()) / best,
             static_cast<double>(bytes) / static_cast<double>(f.insts.size()), f.blocks.size(),
             usage.ru_maxrss >> 10);
}

}  // namespace
}  // namespace ll

int main(int argc, char** argv) {
  size_t largest = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 800000;
  for (bool optimise : {false, true})
    for (unsigned per_block : {100u, 8u})
      for (size_t n = 12500; n <= largest; n *= 2) ll::measure(n, per_block, optimise);
}
