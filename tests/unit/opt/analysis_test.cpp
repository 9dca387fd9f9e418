// Analyses against their definitions, on random graphs.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "ir/builder.h"
#include "opt/analyses.h"

namespace ll {
namespace {

struct Graph {
  SourceMap sources;
  Diags diags{sources};
  Module m{sources};
  Function& f;

  explicit Graph(uint64_t seed) : f(m.function(m.add_function(Symbol("f")))) {
    auto random = [&] {
      return static_cast<uint32_t>(
          (seed = seed * 6364136223846793005ull + 1442695040888963407ull) >> 33);
    };
    uint32_t blocks = 2 + random() % 14;
    Builder b(m, f);
    for (uint32_t n = 0; n < blocks; ++n) f.add_block();
    f.params = {kBool};
    ValueId c = f.add_param(f.entry(), kBool);
    for (uint32_t n = 0; n < blocks; ++n) {
      b.at(BlockId(n));
      auto any = [&] { return BlockId(1 + random() % (blocks - 1)); };
      switch (random() % 8) {
        case 0:
          b.ret();
          break;
        case 1:
        case 2:
        case 3:
          b.jmp(any());
          break;
        default:
          b.br(c, any(), any());
      }
    }
  }

  // Blocks reached from the entry without passing `without`.
  std::vector<bool> reached(BlockId without) const {
    std::vector<bool> seen(f.blocks.size());
    std::vector<BlockId> work;
    auto visit = [&](BlockId b) {
      if (b == without || seen[b.index]) return;
      seen[b.index] = true;
      work.push_back(b);
    };
    visit(f.entry());
    while (!work.empty()) {
      BlockId b = work.back();
      work.pop_back();
      for (const Edge& e : f.succs(b)) visit(e.to);
    }
    return seen;
  }
  // Whether some path from b leaves the function without passing `without`.
  bool leaves(BlockId b, BlockId without) const {
    std::vector<bool> seen(f.blocks.size());
    std::vector<BlockId> work{b};
    while (!work.empty()) {
      BlockId at = work.back();
      work.pop_back();
      if (at == without || seen[at.index]) continue;
      seen[at.index] = true;
      if (f.succs(at).empty()) return true;
      for (const Edge& e : f.succs(at)) work.push_back(e.to);
    }
    return false;
  }
};

TEST(Analyses, DominatorsAreWhatTheirNameSays) {
  for (uint64_t seed = 1; seed < 2000; ++seed) {
    Graph g(seed);
    Analyses a(g.m, g.diags);
    auto all = g.reached(BlockId());
    for (uint32_t x = 0; x < g.f.blocks.size(); ++x) {
      ASSERT_EQ(a.cfg(g.f).reachable(BlockId(x)), all[x]);
      auto without = g.reached(BlockId(x));
      for (uint32_t y = 0; y < g.f.blocks.size(); ++y)
        ASSERT_EQ(a.dom(g.f).dominates(BlockId(x), BlockId(y)), all[x] && all[y] && !without[y])
            << "seed " << seed << ": " << x << " " << y;
    }
    for (BlockId b : a.dom(g.f).preorder())
      if (b != g.f.entry()) {
        ASSERT_TRUE(a.dom(g.f).dominates(a.dom(g.f).idom(b), b));
      }
  }
}

TEST(Analyses, PostDominators) {
  for (uint64_t seed = 1; seed < 2000; ++seed) {
    Graph g(seed);
    Analyses a(g.m, g.diags);
    for (BlockId x : a.cfg(g.f).rpo())
      for (BlockId y : a.cfg(g.f).rpo())
        if (g.leaves(y, BlockId()) && g.leaves(x, BlockId()) && a.postdom(g.f).dominates(x, y)) {
          ASSERT_FALSE(g.leaves(y, x)) << "seed " << seed << ": " << x.index << " " << y.index;
        }
  }
}

TEST(Analyses, FrontiersAreWhereDominanceEnds) {
  for (uint64_t seed = 1; seed < 1000; ++seed) {
    Graph g(seed);
    Analyses a(g.m, g.diags);
    const Dom& dom = a.dom(g.f);
    for (BlockId x : a.cfg(g.f).rpo())
      for (BlockId y : a.cfg(g.f).rpo()) {
        bool expected = false;
        for (const Pred& p : a.cfg(g.f).preds(y))
          expected |= dom.dominates(x, p.from) && !(dom.dominates(x, y) && x != y);
        auto list = a.frontiers(g.f).of(x);
        ASSERT_EQ(std::count(list.begin(), list.end(), y), expected) << "seed " << seed;
      }
  }
}

TEST(Analyses, LoopsAreWhatReachesTheirBackEdges) {
  for (uint64_t seed = 1; seed < 2000; ++seed) {
    Graph g(seed);
    Analyses a(g.m, g.diags);
    const Cfg& cfg = a.cfg(g.f);
    const Loops& loops = a.loops(g.f);
    std::vector<bool> is_header(g.f.blocks.size());
    for (uint32_t n = 0; n < loops.all().size(); ++n) {
      LoopId l(n);
      BlockId header = loops[l].header;
      is_header[header.index] = true;
      std::vector<bool> inside(g.f.blocks.size());
      inside[header.index] = true;
      std::vector<BlockId> work;
      for (const Pred& p : cfg.preds(header))
        if (a.dom(g.f).dominates(header, p.from)) work.push_back(p.from);
      ASSERT_FALSE(work.empty());
      while (!work.empty()) {
        BlockId b = work.back();
        work.pop_back();
        if (inside[b.index]) continue;
        inside[b.index] = true;
        for (const Pred& p : cfg.preds(b)) work.push_back(p.from);
      }
      size_t count = 0;
      for (BlockId b : cfg.rpo()) {
        ASSERT_EQ(loops.contains(l, b), inside[b.index]) << "seed " << seed;
        count += inside[b.index];
      }
      ASSERT_EQ(loops.blocks(l).size(), count);
      for (BlockId b : loops.blocks(l)) ASSERT_TRUE(inside[b.index]);
      if (loops[l].parent) {
        ASSERT_TRUE(loops.contains(loops[l].parent, header));
      }
    }
    for (BlockId b : cfg.rpo())
      for (const Pred& p : cfg.preds(b))
        if (a.dom(g.f).dominates(b, p.from)) {
          ASSERT_TRUE(is_header[b.index]);
        }
  }
}

}  // namespace
}  // namespace ll
