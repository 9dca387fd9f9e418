// Joins the two sides of copies on edges when they are never live together, so that a loop's
// variable and its next value are one register from the start. Other copies are left to hints.
#include <algorithm>

#include "emit_x86/coalesce.h"

namespace ll::x86 {

namespace {

class Coalescer {
 public:
  Coalescer(MFunction& f, Liveness& live) : f_(f), live_(live) {}
  bool run();

 private:
  struct Class {
    uint32_t parent, begin = 0, end = 0;  // ranges, once computed
    bool computed = false;
  };
  uint32_t find(uint32_t v);
  std::span<const Range> ranges(uint32_t root);
  bool join(uint32_t a, uint32_t b);

  MFunction& f_;
  Liveness& live_;
  std::vector<Class> classes_;
  std::vector<Range> pool_;
};

uint32_t Coalescer::find(uint32_t v) {
  while (classes_[v].parent != v) v = classes_[v].parent = classes_[classes_[v].parent].parent;
  return v;
}

std::span<const Range> Coalescer::ranges(uint32_t root) {
  Class& c = classes_[root];
  if (!c.computed) {
    c.begin = static_cast<uint32_t>(pool_.size());
    live_.ranges(root, pool_);
    c.end = static_cast<uint32_t>(pool_.size());
    c.computed = true;
  }
  return {pool_.data() + c.begin, c.end - c.begin};
}

bool intersect(std::span<const Range> a, std::span<const Range> b) {
  if (a.size() > b.size()) std::swap(a, b);
  for (const Range& r : a) {
    auto at =
        std::partition_point(b.begin(), b.end(), [&](const Range& x) { return x.to <= r.from; });
    if (at != b.end() && at->from < r.to) return true;
  }
  return false;
}

bool Coalescer::join(uint32_t a, uint32_t b) {
  // Both must be computed before spans are taken: computing may move the pool.
  ranges(a);
  ranges(b);
  auto ra = ranges(a), rb = ranges(b);
  constexpr size_t kMaxRanges = 4096;  // bounds the work of long chains
  if (ra.size() + rb.size() > kMaxRanges || intersect(ra, rb)) return false;
  std::vector<Range> merged(ra.size() + rb.size());
  std::merge(ra.begin(), ra.end(), rb.begin(), rb.end(), merged.begin(),
             [](const Range& x, const Range& y) { return x.from < y.from; });
  classes_[b].parent = a;
  classes_[a].begin = static_cast<uint32_t>(pool_.size());
  for (const Range& r : merged) {
    if (pool_.size() > classes_[a].begin && pool_.back().to == r.from) pool_.back().to = r.to;
    else pool_.push_back(r);
  }
  classes_[a].end = static_cast<uint32_t>(pool_.size());
  return true;
}

bool Coalescer::run() {
  std::vector<uint32_t> copies;
  for (const MBlock& b : f_.blocks) {
    if (b.succ_count() != 1) continue;
    // The copies of an edge stand together before the jump.
    for (uint32_t n = b.end - 1; n > b.begin && is_copy(f_.insts[n - 1]); --n)
      copies.push_back(n - 1);
  }
  if (copies.empty()) return false;
  classes_.resize(f_.vregs.size());
  for (uint32_t v = 0; v < classes_.size(); ++v) classes_[v].parent = v;
  bool changed = false;
  for (uint32_t n : copies) {
    const MInst& i = f_.insts[n];
    if (!i.r[0].is_virt() || !i.r[1].is_virt()) continue;
    uint32_t a = find(i.r[0].vreg()), b = find(i.r[1].vreg());
    if (a == b || f_.vregs[a].bank != f_.vregs[b].bank || f_.vregs[a].bytes != f_.vregs[b].bytes)
      continue;
    changed |= join(a, b);
  }
  if (!changed) return false;
  for (MInst& i : f_.insts)
    for_each_reg(i, [&](Reg& r, Role, unsigned) {
      if (r.is_virt()) r = Reg::virt(find(r.vreg()));
    });
  return true;
}

}  // namespace

bool coalesce(MFunction& f, Liveness& live) { return Coalescer(f, live).run(); }

}  // namespace ll::x86
