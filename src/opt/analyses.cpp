#include "opt/analyses.h"

namespace ll {

const Cfg& Analyses::cfg(const Function& f) {
  auto& slot = cache_[&f].cfg;
  return slot ? *slot : slot.emplace(f);
}

const Dom& Analyses::dom(const Function& f) {
  const Cfg& c = cfg(f);
  auto& slot = cache_[&f].dom;
  return slot ? *slot : slot.emplace(Dom::forward(f, c));
}

const Dom& Analyses::postdom(const Function& f) {
  const Cfg& c = cfg(f);
  auto& slot = cache_[&f].postdom;
  return slot ? *slot : slot.emplace(Dom::backward(f, c));
}

const Frontiers& Analyses::frontiers(const Function& f) {
  const Dom& d = dom(f);
  auto& slot = cache_[&f].frontiers;
  return slot ? *slot : slot.emplace(cfg(f), d, f.blocks.size());
}

const Loops& Analyses::loops(const Function& f) {
  const Dom& d = dom(f);
  auto& slot = cache_[&f].loops;
  return slot ? *slot : slot.emplace(f, cfg(f), d);
}

const Uses& Analyses::uses(const Function& f) {
  auto& slot = cache_[&f].uses;
  return slot ? *slot : slot.emplace(f);
}

void Analyses::keep(const Function& f, unsigned kept) {
  auto at = cache_.find(&f);
  if (at == cache_.end()) return;
  Entry& e = at->second;
  if (!(kept & analysis::Cfg)) e.cfg.reset();
  if (!(kept & analysis::Dom)) {
    e.dom.reset();
    e.postdom.reset();
    e.frontiers.reset();
  }
  if (!(kept & analysis::Loops)) e.loops.reset();
  if (!(kept & analysis::Uses)) e.uses.reset();
}

}  // namespace ll
