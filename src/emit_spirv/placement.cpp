#include "emit_spirv/placement.h"

#include <algorithm>
#include <tuple>

#include "support/check.h"

namespace ll::spirv {

Placement::Placement(const Function& f, const Cfg& cfg, const Dom& dom, const Loops& loops)
    : f_(f),
      cfg_(cfg),
      dom_(dom),
      loops_(loops),
      dom_at_(f.blocks.size()),
      dom_size_(f.blocks.size()),
      returns_(f.blocks.size()),
      is_tail_(f.blocks.size()),
      is_join_(f.blocks.size()),
      only_way_(f.blocks.size()),
      tails_(loops.all().size()),
      place_(f.blocks.size()),
      depth_(loops.all().size()),
      parent_(f.blocks.size()),
      seq_(f.blocks.size()),
      end_(f.blocks.size()),
      exits_(loops.all().size()),
      leaks_(loops.all().size()),
      high_(f.blocks.size()),
      arm_high_(f.blocks.size() * 2),
      loop_high_(loops.all().size()) {
  find_returns();
  number_dominators();
  choose_tails();
  collect_joins();
  number_regions();
  find_exits();
  find_leaks();
  find_highs();
  count_ways();
  number_codes();
}

void Placement::find_returns() {
  for (BlockId b : cfg_.rpo()) {
    const auto& insts = f_.block(b).insts;
    Op last = f_.inst(insts.back()).op;
    returns_[b.index] =
        b != f_.entry() && insts.size() == 1 && (last == Op::Ret || last == Op::Trap);
  }
}

void Placement::number_dominators() {
  auto order = dom_.preorder();
  for (uint32_t i = 0; i < order.size(); ++i) dom_at_[order[i].index] = i;
  for (size_t i = order.size(); i-- > 0;) {
    uint32_t size = ++dom_size_[order[i].index];
    if (BlockId above = dom_.idom(order[i])) dom_size_[above.index] += size;
  }
}

// A tail is a block that is dominated by the loop but not in it. Whatever of that is not chosen
// is written inside the loop, so any choice is right as long as no way leads from the tail back to
// what is inside; the best one keeps the rest of the program out of the loop.
void Placement::choose_tails() {
  std::vector<std::vector<BlockId>> candidates(loops_.all().size());
  for (BlockId b : dom_.preorder()) {
    if (b == f_.entry() || returns_[b.index]) continue;
    for (LoopId l = loops_.innermost(dom_.idom(b)); l && !loops_.contains(l, b);
         l = loops_[l].parent)
      candidates[l.index].push_back(b);
  }
  for (uint32_t l = 0; l < tails_.size(); ++l) {  // outer loops choose first
    std::erase_if(candidates[l], [&](BlockId b) { return is_tail_[b.index]; });
    tails_[l] = best_tail(LoopId(l), candidates[l]);
    if (tails_[l]) is_tail_[tails_[l].index] = true;
  }
}

// `candidates` are in dominator preorder, and none dominates another.
BlockId Placement::best_tail(LoopId l, std::span<const BlockId> candidates) const {
  std::vector<bool> leads_on(candidates.size());
  for (BlockId to : candidates)
    for (const Pred& p : cfg_.preds(to)) {
      auto above = std::upper_bound(
          candidates.begin(), candidates.end(), p.from,
          [&](BlockId a, BlockId b) { return dom_at_[a.index] < dom_at_[b.index]; });
      if (above == candidates.begin()) continue;
      BlockId from = *--above;
      if (from != to && dom_.dominates(from, p.from))
        leads_on[static_cast<size_t>(above - candidates.begin())] = true;
    }
  auto worth = [&](BlockId b) {
    bool main_way = dom_.idom(b) == loops_[l].header || cfg_.preds(b).size() > 1;
    return std::tuple(main_way, dom_size_[b.index], cfg_.rpo_number(b));
  };
  BlockId best;
  for (size_t i = 0; i < candidates.size(); ++i)
    if (!leads_on[i] && (!best || worth(best) < worth(candidates[i]))) best = candidates[i];
  return best;
}

// A join is a block that is entered by several edges, next rounds of its own loop not counted.
void Placement::collect_joins() {
  join_begin_.assign(f_.blocks.size() + 1, 0);
  std::vector<BlockId> found;
  for (BlockId b : cfg_.rpo()) {
    if (b == f_.entry() || returns_[b.index] || is_tail_[b.index]) continue;
    unsigned ways = 0;
    for (const Pred& p : cfg_.preds(b)) ways += !goal(p.from, b).again;
    if (ways < 2) continue;
    is_join_[b.index] = true;
    found.push_back(b);
    ++join_begin_[dom_.idom(b).index + 1];
  }
  for (size_t i = 1; i < join_begin_.size(); ++i) join_begin_[i] += join_begin_[i - 1];
  std::vector<uint32_t> next(join_begin_.begin(), join_begin_.end() - 1);
  joins_.resize(found.size());
  for (BlockId b : found) joins_[next[dom_.idom(b).index]++] = b;  // reverse post order each
}

// Numbers the region tree in preorder: arms, joins in order, the loop's tail. Control only goes
// to greater numbers, but for next rounds.
void Placement::number_regions() {
  std::vector<BlockId> stack{f_.entry()};
  while (!stack.empty()) {
    BlockId b = stack.back();
    stack.pop_back();
    sequence_.push_back(b);
    seq_[b.index] = static_cast<uint32_t>(sequence_.size());
    LoopId inside = code_context(b);
    if (is_header(b)) depth_[inside.index] = depth(place_[b.index]) + 1;
    auto add = [&](BlockId child, LoopId place) {
      parent_[child.index] = b;
      place_[child.index] = place;
      stack.push_back(child);
    };
    if (is_header(b) && tail(inside)) add(tail(inside), place_[b.index]);
    auto behind = joins(b);
    for (size_t i = behind.size(); i-- > 0;) add(behind[i], inside);
    auto succs = f_.succs(b);
    for (size_t i = succs.size(); i-- > 0;)
      if (way(b, succs[i].to) == Way::Inner) add(succs[i].to, inside);
  }
  for (size_t i = sequence_.size(); i-- > 0;) {
    BlockId b = sequence_[i];
    uint32_t& end = end_[b.index];
    end = std::max(end, seq_[b.index] + 1);
    if (BlockId above = parent_[b.index]) end_[above.index] = std::max(end_[above.index], end);
  }
}

Way Placement::way(BlockId from, BlockId to) const {
  if (returns_[to.index]) return Way::Return;
  Goal g = goal(from, to);
  if (!g.again && !is_join_[to.index] && !is_tail_[to.index]) return Way::Inner;
  return way_in(code_context(from), g);
}

Way Placement::way_in(LoopId context, Goal g) const {
  if (g.again) return loops_.innermost(g.block) == context ? Way::Again : Way::Out;
  return goal_context(g) == context && !is_tail_[g.block.index] ? Way::Join : Way::Out;
}

void Placement::find_exits() {
  for (BlockId b : sequence_)
    for (const Edge& e : f_.succs(b)) {
      if (Way w = way(b, e.to); w == Way::Inner) continue;
      else if (w != Way::Return) note_exits(b, goal(b, e.to));
      else if (LoopId l = code_context(b)) exits_[l.index].returns = true;
    }
  for (uint32_t l = 0; l < exits_.size(); ++l)
    if (exits_[l].any) exits_[l].returns = false;
}

// Follows a way from loop to loop, up to the context of its goal.
void Placement::note_exits(BlockId from, Goal g) {
  LoopId at = code_context(from), last, until = goal_context(g);
  for (; at != until; last = at, at = around(at)) {
    LoopExits& x = exits_[at.index];
    x.several |= x.any && x.first != g;
    if (!x.any) x.first = g;
    x.any = true;
    LoopId outside = around(at);
    if (!g.again && tail(at) == g.block) x.tail = true;
    else switch (way_in(outside, g)) {
        case Way::Again:
          x.again = true;
          break;
        case Way::Out:
          x.outward = true;
          break;
        default:
          x.join = true;
      }
  }
  if (g.again || is_tail_[g.block.index]) return;
  // In the goal's own context the way passes selections, from the loop it came out of on.
  uint32_t seq = seq_[g.block.index];
  if (last) loop_high_[last.index] = std::max(loop_high_[last.index], seq);
  ways_.emplace_back(seq, seq_[(last ? loops_[last].header : from).index]);
}

void Placement::find_leaks() {
  std::vector<BlockId> home(f_.insts.size());
  for (BlockId b : sequence_) {
    if (!is_header(b))
      for (ValueId v : f_.block(b).params) home[v.index] = b;
    for (ValueId v : f_.block(b).insts) home[v.index] = b;
  }
  auto use = [&](ValueId v, LoopId context) {
    if (!home[v.index]) return;
    LoopId at = code_context(home[v.index]);
    // Outwards, to the first loop that has the use inside.
    for (uint32_t d = depth(context); depth(at) > d; at = around(at)) leaks_[at.index] = true;
    for (; at != context; at = around(at), context = around(context)) {
      while (depth(context) > depth(at)) context = around(context);
      if (at == context) break;
      leaks_[at.index] = true;
    }
  };
  for (BlockId b : sequence_) {
    for (ValueId v : f_.block(b).insts)
      for (ValueId a : f_.args(v)) use(a, code_context(b));
    for (const Edge& e : f_.succs(b))
      if (!returns_[e.to.index])
        for (ValueId a : f_.args(e)) use(a, goal_context(goal(b, e.to)));
  }
}

uint32_t Placement::arm_high(BlockId b, BlockId to) const {
  switch (way(b, to)) {
    case Way::Inner:
      return high_[to.index];
    case Way::Join:
      return seq_[to.index];
    default:
      return 0;
  }
}

// Bottom up. All that is pending at a join has its number or a greater one, so the greatest tells
// whether the join is the only goal.
void Placement::find_highs() {
  for (size_t i = sequence_.size(); i-- > 0;) {
    BlockId b = sequence_[i];
    uint32_t high = 0;
    auto succs = f_.succs(b);
    for (unsigned arm = 0; arm < succs.size(); ++arm) {
      uint32_t h = arm_high_[b.index * 2 + arm] = arm_high(b, succs[arm].to);
      high = std::max(high, h);
    }
    for (BlockId join : joins(b)) {
      only_way_[join.index] = high == seq_[join.index];
      high = std::max(high, high_[join.index]);
    }
    if (is_header(b)) {
      LoopId l = loop_of_header(b);
      high = loop_high_[l.index];
      if (tail(l)) high = std::max(high, high_[tail(l).index]);
    }
    high_[b.index] = high >= end_[b.index] ? high : 0;
  }
}

void Placement::count_ways() {
  std::sort(ways_.begin(), ways_.end());
  balance_.assign(sequence_.size() + 2, 0);
  for (auto [goal, source] : ways_) ++balance_[source + 1], --balance_[goal + 1];
  for (size_t i = 1; i < balance_.size(); ++i) balance_[i] += balance_[i - 1];
}

BlockId Placement::only_goal(BlockId b) const {
  uint32_t high = high_[b.index], first = seq_[b.index], end = end_[b.index];
  LL_CHECK(high != 0, "a region that nothing leaves has no goal");
  auto at = [&](uint32_t source) {
    return std::lower_bound(ways_.begin(), ways_.end(), std::pair(high, source));
  };
  // Of the ways that end in the region all but those to its first block start in it.
  int64_t entering = std::lower_bound(ways_.begin(), ways_.end(), std::pair(first + 1, 0u)) -
                     std::lower_bound(ways_.begin(), ways_.end(), std::pair(first, 0u));
  int64_t leaving = balance_[end] - balance_[first] + entering;
  return at(end) - at(first) == leaving ? sequence_[high - 1] : BlockId();
}

// Counting sort of goals by the depth of their context.
void Placement::number_codes() {
  size_t blocks = f_.blocks.size();
  codes_.assign(blocks + loops_.all().size(), 0);
  uint32_t deepest = 0;
  for (uint32_t d : depth_) deepest = std::max(deepest, d);
  depth_first_.assign(deepest + 3, 0);
  for (BlockId b : sequence_) ++depth_first_[depth(place_[b.index]) + 1];
  for (uint32_t d : depth_) ++depth_first_[d + 1];
  for (size_t d = 1; d < depth_first_.size(); ++d) depth_first_[d] += depth_first_[d - 1];
  std::vector<uint32_t> next = depth_first_;
  for (BlockId b : sequence_) codes_[b.index] = next[depth(place_[b.index])]++;
  for (size_t l = 0; l < depth_.size(); ++l) codes_[blocks + l] = next[depth_[l]]++;
}

}  // namespace ll::spirv
