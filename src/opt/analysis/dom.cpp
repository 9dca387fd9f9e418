#include "opt/analysis/dom.h"

#include <algorithm>
#include <utility>

namespace ll {

// Adjacency in compressed rows; nodes are block indices, and one more for a virtual exit.
struct Dom::Graph {
  std::vector<uint32_t> begin, to;

  Graph(uint32_t nodes, std::span<const std::pair<uint32_t, uint32_t>> edges)
      : begin(nodes + 1), to(edges.size()) {
    for (auto [from, _] : edges) ++begin[from + 1];
    for (uint32_t i = 1; i <= nodes; ++i) begin[i] += begin[i - 1];
    std::vector<uint32_t> next(begin.begin(), begin.end() - 1);
    for (auto [from, target] : edges) to[next[from]++] = target;
  }
  std::span<const uint32_t> row(uint32_t node) const {
    return {to.data() + begin[node], begin[node + 1] - begin[node]};
  }
};

namespace {

using EdgeList = std::vector<std::pair<uint32_t, uint32_t>>;
constexpr uint32_t kNone = 0xffffffffu;

EdgeList reversed(const EdgeList& edges) {
  EdgeList r(edges.size());
  std::transform(edges.begin(), edges.end(), r.begin(),
                 [](auto e) { return std::pair(e.second, e.first); });
  return r;
}

EdgeList edges_of(const Function& f, const Cfg& cfg) {
  EdgeList edges;
  for (BlockId b : cfg.rpo())
    for (const Edge& e : f.succs(b)) edges.emplace_back(b.index, e.to.index);
  return edges;
}

// The part of Semi-NCA that finds semidominators: nodes are preorder numbers of a depth-first
// tree, and `up`/`best` are the link-eval forest with path compression.
struct SemiNca {
  std::vector<uint32_t> up, best, semi, path;

  explicit SemiNca(const std::vector<uint32_t>& parent) : up(parent), best(parent.size()), semi(parent.size()) {
    for (uint32_t i = 0; i < parent.size(); ++i) best[i] = semi[i] = i;
  }
  // The node of least semidominator on the forest path from v; nodes below `linked` are roots.
  uint32_t eval(uint32_t v, uint32_t linked) {
    for (uint32_t n = v; up[n] != kNone && up[n] >= linked; n = up[n]) path.push_back(n);
    while (!path.empty()) {
      uint32_t n = path.back(), above = up[n];
      path.pop_back();
      if (semi[best[above]] < semi[best[n]]) best[n] = best[above];
      up[n] = up[above];
    }
    return best[v];
  }
};

}  // namespace

void Dom::build(const Graph& succs, const Graph& preds, uint32_t root) {
  auto nodes = static_cast<uint32_t>(succs.begin.size() - 1);
  std::vector<uint32_t> number(nodes, kNone), order, parent;
  std::vector<std::pair<uint32_t, uint32_t>> stack{{root, kNone}};
  while (!stack.empty()) {
    auto [n, from] = stack.back();
    stack.pop_back();
    if (number[n] != kNone) continue;
    number[n] = static_cast<uint32_t>(order.size());
    order.push_back(n);
    parent.push_back(from);
    auto row = succs.row(n);
    for (size_t i = row.size(); i-- > 0;)
      if (number[row[i]] == kNone) stack.emplace_back(row[i], number[n]);
  }
  auto count = static_cast<uint32_t>(order.size());
  SemiNca nca(parent);
  for (uint32_t i = count; i-- > 1;) {
    uint32_t least = parent[i];
    for (uint32_t p : preds.row(order[i]))
      if (number[p] != kNone) least = std::min(least, nca.semi[nca.eval(number[p], i + 1)]);
    nca.semi[i] = least;
  }
  std::vector<uint32_t> idom = parent, size(count, 1), depth(count, 0), next(count), first(count);
  for (uint32_t i = 1; i < count; ++i) {
    while (idom[i] > nca.semi[i]) idom[i] = idom[idom[i]];
    depth[i] = depth[idom[i]] + 1;
  }
  for (uint32_t i = count; i-- > 1;) size[idom[i]] += size[i];

  // Preorder numbers of the tree: a node takes the next place under its dominator. The virtual
  // exit, where there is one, takes none.
  auto blocks = nodes - (root + 1 == nodes && succs.row(root).size() > 0 && preds.row(root).empty() &&
                                 virtual_root_ ? 1u : 0u);
  (void)blocks;
}

}  // namespace ll
