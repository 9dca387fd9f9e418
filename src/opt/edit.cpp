#include "opt/edit.h"

#include <algorithm>

namespace ll {

void Replacements::apply(Function& f) {
  if (!any_) return;
  for (BlockId b : f.layout)
    for (ValueId v : f.block(b).insts) for_each_operand(f, v, [&](ValueId& a) { a = find(a); });
}

bool remove_unreachable(Function& f, const Cfg& cfg) {
  if (cfg.rpo().size() == f.layout.size()) return false;
  std::erase_if(f.layout, [&](BlockId b) {
    if (cfg.reachable(b)) return false;
    f.block(b).params.clear();
    f.block(b).insts.clear();
    return true;
  });
  return true;
}

BlockId split_edge(Function& f, uint32_t edge) {
  Edge to = f.edges[edge];
  BlockId middle = f.add_block();
  Inst jump{.op = Op::Jmp, .imm = f.add_edges({&to, 1}), .span = {}};
  f.block(middle).insts.push_back(f.add_inst(jump, {}));
  f.edges[edge] = {middle, 0, 0};
  return middle;
}

namespace {

bool enters(const Loops& loops, LoopId l, const Pred& p) { return !loops.contains(l, p.from); }

// A new block in front of a header with parameters of its own for the edges from outside.
void add_preheader(Function& f, BlockId header, std::span<const uint32_t> outside) {
  BlockId pre = f.add_block();
  std::vector<ValueId> args;
  const std::vector<ValueId> params = f.block(header).params;
  for (ValueId p : params) args.push_back(f.add_param(pre, f.type(p), f.inst(p).span));
  for (uint32_t e : outside) f.edges[e].to = pre;
  Edge to = f.make_edge(header, args);
  Inst jump{.op = Op::Jmp, .imm = f.add_edges({&to, 1}), .span = {}};
  f.block(pre).insts.push_back(f.add_inst(jump, {}));
}

}  // namespace

BlockId preheader(const Function& f, const Cfg& cfg, const Loops& loops, LoopId l) {
  BlockId found;
  for (const Pred& p : cfg.preds(loops[l].header)) {
    if (!enters(loops, l, p)) continue;
    if (found.valid() || f.inst(f.terminator(p.from)).op != Op::Jmp) return BlockId();
    found = p.from;
  }
  return found;
}

bool make_preheaders(Function& f, Analyses& a) {
  const Cfg& cfg = a.cfg(f);
  const Loops& loops = a.loops(f);
  std::vector<uint32_t> outside;
  std::vector<BlockId> before(f.blocks.size());  // by header: its new preheader
  bool changed = false;
  for (uint32_t n = 0; n < loops.all().size(); ++n) {
    LoopId l(n);
    if (preheader(f, cfg, loops, l).valid()) continue;
    BlockId header = loops[l].header;
    outside.clear();
    for (const Pred& p : cfg.preds(header))
      if (enters(loops, l, p)) outside.push_back(p.edge);
    add_preheader(f, header, outside);
    before[header.index] = f.layout.back();
    f.layout.pop_back();
    changed = true;
  }
  if (!changed) return false;
  std::vector<BlockId> layout;
  for (BlockId b : f.layout) {
    if (b.index < before.size() && before[b.index].valid()) layout.push_back(before[b.index]);
    layout.push_back(b);
  }
  f.layout = std::move(layout);
  a.invalidate(f);
  return true;
}

}  // namespace ll
