#include "emit_spirv/placement.h"

#include <algorithm>
#include <tuple>

#include "support/check.h"

namespace ll::spirv {

Placement::Placement(const Function& f, const Cfg& cfg, const Dom& dom, const Loops& loops)
    : f_(f), cfg_(cfg), dom_(dom), loops_(loops), returns_(f.blocks.size()),
      is_tail_(f.blocks.size()), is_join_(f.blocks.size()), only_way_(f.blocks.size()),
      tails_(loops.all().size()), place_(f.blocks.size()), depth_(loops.all().size()),
      parent_(f.blocks.size()), seq_(f.blocks.size()), end_(f.blocks.size()),
      exits_(loops.all().size()), high_(f.blocks.size()), arm_high_(f.blocks.size() * 2),
      loop_high_(loops.all().size()) {
  find_returns();
  choose_tails();
  collect_joins();
  number_regions();
  find_exits();
  find_highs();
  count_ways();
  number_codes();
}

void Placement::find_returns() {
  for (BlockId b : cfg_.rpo()) {
    const auto& insts = f_.block(b).insts;
    Op last = f_.inst(insts.back()).op;
    returns_[b.index] = b != f_.entry() && insts.size() == 1 && (last == Op::Ret || last == Op::Trap);
  }
}

// A tail is a block that is dominated by the loop but not in it. Whatever of that is not chosen
// is written inside the loop, so any choice is right as long as no way leads from the tail back to
// what is inside; the best one keeps the rest of the program out of the loop.
void Placement::choose_tails() {
  std::vector<std::vector<BlockId>> candidates(loops_.all().size());
  for (BlockId b : cfg_.rpo()) {
    if (b == f_.entry() || returns_[b.index]) continue;
    for (LoopId l = loops_.innermost(dom_.idom(b)); l && !loops_.contains(l, b); l = loops_[l].parent)
      candidates[l.index].push_back(b);
  }
  for (uint32_t l = 0; l < tails_.size(); ++l) {
    std::erase_if(candidates[l], [&](BlockId b) { return is_tail_[b.index]; });
    tails_[l] = best_tail(LoopId(l), candidates[l]);
    if (tails_[l]) is_tail_[tails_[l].index] = true;
  }
}

BlockId Placement::best_tail(LoopId l, std::vector<BlockId>& candidates) const {
  auto order = dom_.preorder();
  std::vector<BlockId> sorted = candidates;                   // by place in the dominator tree
  std::sort(sorted.begin(), sorted.end(), [&](BlockId a, BlockId b) {
    return a != b && dom_number_less(a, b);
  });
  (void)order;
  std::vector<bool> leads_on(sorted.size());
  for (BlockId to : sorted)
    for (const Pred& p : cfg_.preds(to)) {
      if (loops_.contains(l, p.from)) continue;
      auto above = std::upper_bound(sorted.begin(), sorted.end(), p.from, [&](BlockId a, BlockId b) {
        return dom_number_less(a, b);
      });
      if (above == sorted.begin()) continue;
      auto i = static_cast<size_t>(above - sorted.begin() - 1);
      if (sorted[i] != to && dom_.dominates(sorted[i], p.from)) leads_on[i] = true;
    }
  BlockId best, header = loops_[l].header;
  auto worth = [&](BlockId b) {
    bool main_way = dom_.idom(b) == header || cfg_.preds(b).size() > 1;
    return std::tuple(main_way, dom_size(b), cfg_.rpo_number(b));
  };
  for (size_t i = 0; i < sorted.size(); ++i)
    if (!leads_on[i] && (!best || worth(best) < worth(sorted[i]))) best = sorted[i];
  return best;
}

}  // namespace ll::spirv
