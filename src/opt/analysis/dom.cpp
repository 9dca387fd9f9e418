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

  explicit SemiNca(const std::vector<uint32_t>& parent)
      : up(parent), best(parent.size()), semi(parent.size()) {
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

void Dom::build(const Graph& succs, const Graph& preds, uint32_t root, uint32_t block_count) {
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
  std::vector<uint32_t> idom = parent, size(count, 1), depth(count, 0);
  for (uint32_t i = 1; i < count; ++i) {
    while (idom[i] > nca.semi[i]) idom[i] = idom[idom[i]];
    depth[i] = depth[idom[i]] + 1;
  }
  for (uint32_t i = count; i-- > 1;) size[idom[i]] += size[i];

  // Preorder numbers of the tree: a node takes the next place under its dominator.
  pre_.assign(block_count, kNone);
  end_.assign(block_count, 0);
  depth_.assign(block_count, 0);
  idom_.assign(block_count, BlockId());
  uint32_t hidden = root >= block_count ? 1 : 0;  // a virtual root takes no place
  preorder_.resize(count - hidden);
  std::vector<uint32_t> at(count), next(count);
  for (uint32_t i = 0; i < count; ++i) {
    bool is_hidden = i == 0 && hidden != 0;
    if (i > 0) {
      at[i] = next[idom[i]];
      next[idom[i]] += size[i];
    }
    next[i] = at[i] + (is_hidden ? 0 : 1);
    if (is_hidden) continue;
    BlockId b(order[i]);
    pre_[b.index] = at[i];
    end_[b.index] = at[i] + size[i];
    depth_[b.index] = depth[i] - hidden;
    preorder_[at[i]] = b;
    if (i > 0 && order[idom[i]] < block_count) idom_[b.index] = BlockId(order[idom[i]]);
  }
  collect_children(block_count);
}

void Dom::collect_children(uint32_t block_count) {
  child_begin_.assign(block_count + 1, 0);
  for (BlockId b : preorder_)
    if (idom(b)) ++child_begin_[idom(b).index + 1];
  for (uint32_t i = 1; i <= block_count; ++i) child_begin_[i] += child_begin_[i - 1];
  children_.resize(child_begin_.back());
  std::vector<uint32_t> next(child_begin_.begin(), child_begin_.end() - 1);
  for (BlockId b : preorder_)
    if (idom(b)) children_[next[idom(b).index]++] = b;
}

Dom Dom::forward(const Function& f, const Cfg& cfg) {
  auto blocks = static_cast<uint32_t>(f.blocks.size());
  EdgeList edges = edges_of(f, cfg);
  Dom d;
  d.build(Graph(blocks, edges), Graph(blocks, reversed(edges)), f.entry().index, blocks);
  return d;
}

Dom Dom::backward(const Function& f, const Cfg& cfg) {
  auto blocks = static_cast<uint32_t>(f.blocks.size());
  const uint32_t exit = blocks;
  EdgeList edges = edges_of(f, cfg);
  std::vector<bool> leaves(blocks);  // some path from here reaches the exit
  std::vector<uint32_t> work;
  auto add_exit = [&](BlockId b) {
    edges.emplace_back(b.index, exit);
    leaves[b.index] = true;
    work.push_back(b.index);
    while (!work.empty()) {
      uint32_t n = work.back();
      work.pop_back();
      for (const Pred& p : cfg.preds(BlockId(n)))
        if (!leaves[p.from.index]) {
          leaves[p.from.index] = true;
          work.push_back(p.from.index);
        }
    }
  };
  for (BlockId b : cfg.rpo())
    if (f.succs(b).empty()) add_exit(b);
  for (size_t i = cfg.rpo().size(); i-- > 0;)
    if (BlockId b = cfg.rpo()[i]; !leaves[b.index]) add_exit(b);
  Dom d;
  d.build(Graph(blocks + 1, reversed(edges)), Graph(blocks + 1, edges), exit, blocks);
  return d;
}

Frontiers::Frontiers(const Cfg& cfg, const Dom& dom, size_t block_count) : begin_(block_count + 1) {
  std::vector<std::pair<BlockId, BlockId>> found;  // (block, a join in its frontier)
  std::vector<BlockId> last(block_count);          // join last added to a block
  for (BlockId join : cfg.rpo()) {
    auto preds = cfg.preds(join);
    if (preds.size() < 2 && join != cfg.rpo().front()) continue;
    for (const Pred& p : preds)
      for (BlockId b = p.from; b.valid() && b != dom.idom(join) && last[b.index] != join;
           b = dom.idom(b)) {
        last[b.index] = join;
        found.emplace_back(b, join);
      }
  }
  for (auto [b, _] : found) ++begin_[b.index + 1];
  for (size_t i = 1; i <= block_count; ++i) begin_[i] += begin_[i - 1];
  list_.resize(found.size());
  std::vector<uint32_t> next(begin_.begin(), begin_.end() - 1);
  for (auto [b, join] : found) list_[next[b.index]++] = join;
}

}  // namespace ll
