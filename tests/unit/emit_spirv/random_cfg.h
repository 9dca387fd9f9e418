// Random reducible kernels. A graph grows from one block by the inverses of Hecht and Ullman's
// transformations (splitting a block in two, adding an edge from a block to itself), so every
// reducible graph with at most two ways out of a block can come out.
#pragma once
#include <algorithm>
#include <random>
#include <vector>

#include "ir/builder.h"
#include "opt/analysis/dom.h"

namespace ll::spirv {

class RandomCfg {
 public:
  explicit RandomCfg(uint32_t seed) : random_(seed) {}
  uint32_t pick(uint32_t n) { return static_cast<uint32_t>(random_() % n); }

  using Graph = std::vector<std::vector<uint32_t>>;  // ways out of each block; 0 enters

  Graph graph(uint32_t blocks) {
    Graph g(1);
    while (g.size() < blocks) {
      uint32_t x = pick(static_cast<uint32_t>(g.size()));
      if (pick(3) == 0 && x != 0 && g[x].size() < 2 && !has(g[x], x)) {
        g[x].push_back(x);
        continue;
      }
      split(g, x);
    }
    return g;
  }

  // A long one: shapes of a few blocks, one behind the other.
  Graph chain(uint32_t blocks) {
    Graph g;
    while (g.size() < blocks) {
      auto first = static_cast<uint32_t>(g.size());
      Graph part = graph(12);
      auto d = distances(part);
      if (*std::max_element(d.begin(), d.end()) >= 1000000) continue;
      auto next = first + static_cast<uint32_t>(part.size());
      for (auto& ways : part) {
        for (uint32_t& s : ways) s += first;
        if (ways.empty() || (ways.size() == 1 && pick(4) == 0)) ways.push_back(next);
        g.push_back(ways);
      }
    }
    g.emplace_back();
    return g;
  }

  // A kernel NAME(out: int buffer, fuel: int): every work-item takes its own way through the
  // blocks, deciding by a hash that it also stores. When the fuel is used up it takes the shortest
  // way out, so blocks that cannot get out at all are given a return.
  void kernel(Module& m, const char* name, Graph g) {
    let_out(g);
    FuncId id = m.add_function(Symbol(name));
    Function& f = m.function(id);
    f.flags = kKernel | kDevice;
    f.params = {ptr_type(Space::Global), kInt32};
    std::vector<BlockId> blocks;
    BlockId entry = f.add_block(Symbol("entry"));
    for (size_t i = 0; i < g.size(); ++i) blocks.push_back(f.add_block());
    ValueId out = f.add_param(entry, f.params[0]), fuel0 = f.add_param(entry, kInt32);
    Builder b(m, f);
    b.at(entry);
    ValueId hash = b.slot(kInt32), fuel = b.slot(kInt32), sum = b.slot(kInt32);
    ValueId gid =
        b.binary(Op::Add, b.binary(Op::Mul, b.dim(Op::GroupId, 0), b.dim(Op::GroupSize, 0)),
                 b.dim(Op::LocalId, 0));
    ValueId at = b.ptradd(out, gid, 4);
    b.store(hash, b.binary(Op::Mul, b.binary(Op::Add, gid, c(f, 1)), c(f, 0x9e3779b9)));
    b.store(fuel, fuel0);
    b.store(sum, gid);
    b.jmp(blocks[0]);
    std::vector<std::pair<BlockId, ValueId>> made{{entry, gid}};
    std::vector<uint32_t> distance = distances(g);
    // Edges first, so that dominators are known when uses are chosen.
    std::vector<ValueId> conditions(g.size());
    for (uint32_t n = 0; n < g.size(); ++n) {
      b.at(blocks[n]);
      auto& ways = g[n];
      if (ways.empty()) b.ret();
      else if (ways.size() == 1) b.jmp(blocks[ways[0]]);
      else b.br(f.constant(kBool, 0), blocks[ways[0]], blocks[ways[1]]);
    }
    Cfg cfg(f);
    Dom dom = Dom::forward(f, cfg);
    for (BlockId block : dom.preorder()) {
      if (block == entry) continue;
      uint32_t n = block.index - 1;
      if (g[n].empty() && pick(2)) continue;  // an empty return
      ValueId last = f.terminator(block);
      f.block(block).insts.pop_back();
      b.at(block);
      ValueId h = b.load(kInt32, hash);
      ValueId h2 = b.binary(Op::Add, b.binary(Op::Mul, h, c(f, 1664525)), c(f, 1013904223 + 7 * n));
      b.store(hash, h2);
      // Something made earlier, wherever it dominates.
      auto& [from, value] = made[pick(static_cast<uint32_t>(made.size()))];
      ValueId s = b.load(kInt32, sum);
      s = b.binary(Op::Add, b.binary(Op::Mul, s, c(f, 31)),
                   dom.dominates(from, block) ? value : b.binary(Op::Xor, h, c(f, n)));
      b.store(sum, s);
      b.store(at, b.binary(Op::Xor, s, h2));
      made.emplace_back(block, pick(2) ? s : b.binary(Op::Sub, h2, s));
      ValueId left = b.binary(Op::Sub, b.load(kInt32, fuel), c(f, 1));
      b.store(fuel, left);
      if (g[n].size() == 2) {
        bool first_is_shorter = distance[g[n][0]] <= distance[g[n][1]];
        ValueId bit = b.convert(Op::Trunc, kBool, b.binary(Op::LShr, h2, c(f, 13 + pick(8))));
        ValueId free = b.binary(Op::Gt, left, c(f, 0));
        f.args(f.inst(last))[0] = b.select(free, bit, f.constant(kBool, first_is_shorter));
      }
      f.block(block).insts.push_back(last);
    }
  }

 private:
  static ValueId c(Function& f, int64_t v) { return f.constant(kInt32, v); }
  static bool has(const std::vector<uint32_t>& list, uint32_t n) {
    return std::find(list.begin(), list.end(), n) != list.end();
  }

  // x becomes x and a new block w that only x enters; ways out are shared out, or kept by both.
  void split(Graph& g, uint32_t x) {
    auto w = static_cast<uint32_t>(g.size());
    std::vector<uint32_t> old = g[x], mine{w}, its;
    for (uint32_t s : old) {
      uint32_t who = pick(3);
      if (who != 1 && mine.size() < 2) mine.push_back(s);
      if (who != 0 || !has(mine, s)) its.push_back(s);
    }
    if (pick(2)) std::reverse(mine.begin(), mine.end());
    if (pick(2)) std::reverse(its.begin(), its.end());
    g[x] = mine;
    g.push_back(its);
  }

  static std::vector<uint32_t> distances(const Graph& g) {
    std::vector<uint32_t> d(g.size(), 1000000);
    for (bool changed = true; changed;) {
      changed = false;
      for (size_t n = g.size(); n-- > 0;) {  // long graphs end at the end
        uint32_t best = g[n].empty() ? 0 : d[n];
        for (uint32_t s : g[n]) best = std::min(best, d[s] + 1);
        if (best < d[n]) d[n] = best, changed = true;
      }
    }
    return d;
  }
  void let_out(Graph& g) {
    for (;;) {
      auto d = distances(g);
      auto stuck = std::find_if(d.begin(), d.end(), [](uint32_t n) { return n >= 1000000; });
      if (stuck == d.end()) return;
      auto n = static_cast<size_t>(stuck - d.begin());
      if (g[n].size() == 2) g[n][pick(2)] = static_cast<uint32_t>(g.size());
      else g[n].push_back(static_cast<uint32_t>(g.size()));
      g.emplace_back();
    }
  }

  std::mt19937 random_;
};

}  // namespace ll::spirv
