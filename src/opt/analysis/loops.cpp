#include "opt/analysis/loops.h"

#include <algorithm>

namespace ll {

namespace {

// Loops as they are found, innermost first: numbered in that order, parents by that number.
struct Found {
  std::vector<BlockId> headers;
  std::vector<LoopId> parents;
  std::vector<LoopId> innermost;  // by block

  LoopId outermost(LoopId l, std::vector<LoopId>& jump) const {
    while (jump[l.index].valid()) {  // path halving keeps this near-linear
      LoopId up = jump[l.index];
      if (jump[up.index].valid()) jump[l.index] = jump[up.index];
      l = up;
    }
    return l;
  }
};

// Headers are visited against dominator preorder, so loops inside a loop are complete before it.
// A loop is collected backwards from its latches; a loop already found counts as one node.
Found find_loops(const Cfg& cfg, const Dom& dom, size_t block_count) {
  Found found;
  found.innermost.resize(block_count);
  std::vector<LoopId> jump;  // towards the outermost loop found so far
  std::vector<BlockId> work;
  auto order = dom.preorder();
  for (size_t i = order.size(); i-- > 0;) {
    BlockId header = order[i];
    for (const Pred& p : cfg.preds(header))
      if (dom.dominates(header, p.from)) work.push_back(p.from);
    if (work.empty()) continue;
    LoopId l(static_cast<uint32_t>(found.headers.size()));
    found.headers.push_back(header);
    found.parents.emplace_back();
    jump.emplace_back();
    found.innermost[header.index] = l;
    while (!work.empty()) {
      BlockId b = work.back();
      work.pop_back();
      if (LoopId in = found.innermost[b.index]; in.valid()) {
        LoopId top = found.outermost(in, jump);
        if (top == l) continue;
        found.parents[top.index] = jump[top.index] = l;
        b = found.headers[top.index];
      } else {
        found.innermost[b.index] = l;
      }
      for (const Pred& p : cfg.preds(b)) work.push_back(p.from);
    }
  }
  return found;
}

}  // namespace

Loops::Loops(const Function& f, const Cfg& cfg, const Dom& dom) : loop_of_(f.blocks.size()) {
  Found found = find_loops(cfg, dom, f.blocks.size());
  auto count = static_cast<uint32_t>(found.headers.size());

  // Renumber in preorder of the loop forest: parents were found after their children.
  std::vector<uint32_t> size(count, 1), next(count), number(count);
  for (uint32_t i = 0; i < count; ++i)
    if (LoopId p = found.parents[i]; p.valid()) size[p.index] += size[i];
  uint32_t next_root = 0;
  loops_.resize(count);
  for (uint32_t i = count; i-- > 0;) {
    LoopId p = found.parents[i];
    uint32_t& place = p.valid() ? next[p.index] : next_root;
    number[i] = place;
    place += size[i];
    next[i] = number[i] + 1;
    Loop& l = loops_[number[i]];
    l.header = found.headers[i];
    l.parent = p.valid() ? LoopId(number[p.index]) : LoopId();
    l.depth = p.valid() ? loops_[l.parent.index].depth + 1 : 1;
    l.end = LoopId(number[i] + size[i]);
  }

  begin_.assign(count + 1, 0);
  for (BlockId b : cfg.rpo())
    if (LoopId l = found.innermost[b.index]; l.valid()) {
      loop_of_[b.index] = LoopId(number[l.index]);
      ++begin_[number[l.index] + 1];
    }
  for (uint32_t i = 1; i <= count; ++i) begin_[i] += begin_[i - 1];
  blocks_.resize(begin_.back());
  std::vector<uint32_t> at(begin_.begin(), begin_.end() - 1);
  for (BlockId b : cfg.rpo())
    if (LoopId l = loop_of_[b.index]; l.valid()) blocks_[at[l.index]++] = b;

  for (BlockId b : cfg.rpo())
    for (const Pred& p : cfg.preds(b))
      if (cfg.rpo_number(p.from) >= cfg.rpo_number(b) && !dom.dominates(b, p.from))
        irreducible_ = true;
}

}  // namespace ll
