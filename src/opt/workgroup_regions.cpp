#include "opt/workgroup_regions.h"

#include <algorithm>

namespace ll {

namespace {
constexpr uint32_t kNoLabel = 0xffffffffu;
}

std::vector<BlockId> split_at_barriers(Function& f) {
  std::vector<BlockId> starts, layout;
  const std::vector<BlockId> old_layout = f.layout;
  for (BlockId b : old_layout) {
    layout.push_back(b);
    std::vector<ValueId> insts = std::move(f.block(b).insts);
    f.block(b).insts.clear();
    BlockId at = b;
    for (ValueId v : insts) {
      f.block(at).insts.push_back(v);
      if (f.inst(v).op != Op::Barrier) continue;
      BlockId rest = f.add_block();
      Edge e{rest, 0, 0};
      f.inst(v) = {.op = Op::Jmp, .imm = f.add_edges({&e, 1}), .span = f.inst(v).span};
      starts.push_back(rest);
      layout.push_back(rest);
      at = rest;
    }
  }
  f.layout = std::move(layout);
  return starts;
}

Regions::Regions(const Function& f, const Cfg& cfg, const Uniform& uniform,
                 const std::vector<BlockId>& barriers)
    : started_(f.blocks.size()), nest_of_(f.blocks.size()), label_(f.blocks.size()) {
  add_start(f.entry());
  for (BlockId b : barriers)
    if (cfg.reachable(b)) add_start(b);
  // A new start changes the labels behind it; with natural loops two or three rounds settle them.
  while (!label_blocks(cfg, uniform)) {
  }
  make_nests(f, cfg);
}

void Regions::add_start(BlockId b) {
  started_[b.index] = RegionId(static_cast<uint32_t>(regions_.size()));
  regions_.push_back({b, {}});
}

uint32_t Regions::find(uint32_t r) {
  while (joined_[r] != r) r = joined_[r] = joined_[joined_[r]];
  return r;
}

// Labels each block with its region. False when a start was found that an earlier decision of the
// same round did not know.
bool Regions::label_blocks(const Cfg& cfg, const Uniform& uniform) {
  std::fill(label_.begin(), label_.end(), kNoLabel);
  joined_.clear();
  for (uint32_t r = 0; r < regions_.size(); ++r) joined_.push_back(r);
  for (BlockId b : cfg.rpo()) join(cfg, uniform, b);
  // Once more, now that the sources of retreating edges have labels.
  bool settled = true;
  for (BlockId b : cfg.rpo()) settled &= join(cfg, uniform, b);
  return settled;
}

// Gives b the label of its predecessors, if they agree or can be made to. False when b becomes a
// start.
bool Regions::join(const Cfg& cfg, const Uniform& uniform, BlockId b) {
  uint32_t& label = label_[b.index];
  if (RegionId own = started_[b.index]) {
    label = own.index;
    return true;
  }
  for (Pred p : cfg.preds(b)) {
    uint32_t from = label_[p.from.index];
    if (from == kNoLabel) continue;
    if (label == kNoLabel) label = from;
    if (find(label) == find(from)) continue;
    if (uniform.is_divergent(b)) {
      joined_[find(from)] = find(label);
      continue;
    }
    add_start(b);
    label = started_[b.index].index;
    joined_.push_back(label);
    return false;
  }
  return true;
}

void Regions::make_nests(const Function& f, const Cfg& cfg) {
  std::vector<NestId> nest_of_root(regions_.size());
  for (uint32_t r = 0; r < regions_.size(); ++r) {
    NestId& n = nest_of_root[find(r)];
    if (!n) {
      n = NestId(static_cast<uint32_t>(nests_.size()));
      nests_.emplace_back();
    }
    regions_[r].nest = n;
    nests_[n.index].regions.push_back(RegionId(r));
  }
  for (BlockId b : cfg.rpo()) {
    NestId n = nest_of_[b.index] = nest_of_root[find(label_[b.index])];
    Nest& nest = nests_[n.index];
    nest.blocks.push_back(b);
    nest.returns |= f.inst(f.terminator(b)).op == Op::Ret;
    for (const Edge& e : f.succs(b))
      if (RegionId next = started_[e.to.index]) nest.nexts.push_back(next);
  }
  for (Nest& nest : nests_) {
    std::sort(nest.nexts.begin(), nest.nexts.end());
    nest.nexts.erase(std::unique(nest.nexts.begin(), nest.nexts.end()), nest.nexts.end());
  }
}

}  // namespace ll
