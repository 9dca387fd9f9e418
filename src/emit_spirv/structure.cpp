#include "emit_spirv/structure.h"

#include <fmt/format.h>

#include "emit_spirv/placement.h"
#include "support/check.h"

namespace ll::spirv {
namespace {

using End = PlanBlock::End;
using Kind = PlanBlock::Kind;

// Where a piece of the program is being written: the loop around it, and the merge of the
// innermost selection around it (kNone where nothing can fall out of that).
struct Context {
  LoopId loop;
  uint32_t merge = kNone;
};

// One step that is still to be done; the last one added is done first.
struct Task {
  enum What : uint8_t { Region, Joins, Pass, Place, LoopEnd } what;
  BlockId block;        // whose region, joins or passing ways
  uint32_t at = kNone;  // the plan's block to write
  uint32_t join = 0;    // Joins: the first one that is left
  Context context = {};
};

class Planner {
 public:
  Planner(const Function& f, const Placement& place, size_t loops, bool pin)
      : f_(f), place_(place), pin_(pin), merge_of_(loops), next_of_(loops), tests_(0) {
    plan_.code_block.assign(f.blocks.size(), kNone);
    plan_.entry_block.assign(f.blocks.size(), kNone);
    plan_.in_variables.assign(f.blocks.size(), false);
  }

  Plan run() {
    todo_.push_back({Task::Region, f_.entry(), kNone, 0, {}});
    while (!todo_.empty()) {
      Task t = todo_.back();
      todo_.pop_back();
      switch (t.what) {
        case Task::Region:
          region(t.block, t.context);
          break;
        case Task::Joins:
          joins(t);
          break;
        case Task::Pass:
          pass(t);
          break;
        case Task::Place:
          plan_.order.push_back(t.at);
          break;
        case Task::LoopEnd:
          loop_end(t);
          break;
      }
    }
    return std::move(plan_);
  }

 private:
  PlanBlock& at(uint32_t b) { return plan_.blocks[b]; }

  uint32_t add(PlanBlock b) {
    plan_.blocks.push_back(b);
    tests_.push_back(false);
    return static_cast<uint32_t>(plan_.blocks.size() - 1);
  }
  uint32_t add_pad(BlockId carries = {}) {
    PlanBlock b;
    b.carries = carries;
    return add(b);
  }
  // A merge that several goals share.
  uint32_t add_shared() {
    uint32_t b = add_pad();
    tests_[b] = true;
    plan_.uses_code = true;
    return b;
  }

  // The plan's block through which control enters a block's region.
  uint32_t entry(BlockId b) {
    uint32_t& e = plan_.entry_block[b.index];
    if (e != kNone) return e;
    PlanBlock made;
    made.kind = place_.is_header(b) ? Kind::Header : Kind::Code;
    made.block = made.carries = b;
    return e = add(made);
  }
  // The same as the merge of a construct: never itself the header of a loop.
  uint32_t entry_as_merge(BlockId b, Context c) {
    todo_.push_back({Task::Region, b, kNone, 0, c});
    if (!place_.is_header(b)) return entry(b);
    uint32_t pad = add_pad(b);
    jump(pad, {entry(b), b, kNone, kNone});
    todo_.push_back({Task::Place, {}, pad, 0, {}});
    return pad;
  }

  void jump(uint32_t from, PlanEdge e) {
    at(from).end = End::Jump;
    at(from).out[0] = e;
  }

  // The way to a goal from a place: where it goes next, and the number it needs.
  PlanEdge toward(Goal g, uint32_t edge, Context c) {
    PlanEdge e{kNone, g.block, edge, kNone};
    switch (place_.way_in(c.loop, g)) {
      case Way::Again:
        e.to = next_of_[c.loop.index];
        break;
      case Way::Out:
        e.to = merge_of_[c.loop.index];
        break;
      default:
        e.to = c.merge;
    }
    LL_CHECK(e.to != kNone, "a way leads nowhere");
    if (tests_[e.to]) {
      e.code = place_.code(g);
      plan_.in_variables[g.block.index] = true;
    }
    return e;
  }

  uint32_t edge_index(BlockId b, unsigned arm) const {
    return static_cast<uint32_t>(f_.inst(f_.terminator(b)).imm) + arm;
  }

  void region(BlockId b, Context c) {
    uint32_t code = entry(b);
    plan_.order.push_back(code);
    if (place_.is_header(b)) code = open_loop(b, code, c);
    plan_.code_block[b.index] = code;
    switch (f_.inst(f_.terminator(b)).op) {
      case Op::Jmp:
        at(code).end = End::Jump, arm(b, 0, code, c);
        break;
      case Op::Br:
        branch(b, code, c);
        break;
      default:
        at(code).end = End::Return;
    }
  }

  // Header, body, continue target, merge. Returns the body's first block, and makes the context
  // that of the body.
  uint32_t open_loop(BlockId b, uint32_t header, Context& c) {
    LoopId l = place_.loop_of_header(b);
    const LoopExits& x = place_.exits(l);
    uint32_t next = add_pad(b);
    jump(next, {header, b, kNone, kNone});
    uint32_t merge;
    if (x.several) {
      merge = add_shared();
      todo_.push_back({Task::LoopEnd, b, merge, 0, c});
    } else if (x.tail) {
      merge = entry_as_merge(x.first.block, c);
    } else {
      merge = add_pad(x.any ? x.first.block : BlockId());
      todo_.push_back({Task::LoopEnd, b, merge, 0, c});
    }
    todo_.push_back({Task::Place, {}, next, 0, {}});
    PlanBlock body;
    body.kind = Kind::Code;
    body.block = b;
    uint32_t code = add(body);
    plan_.order.push_back(code);
    at(header).merge = merge;
    at(header).next = next;
    jump(header, {code, {}, kNone, kNone});
    if (pin_ && x.any && place_.leaks(l)) pin(header, l, x);
    merge_of_[l.index] = merge;
    next_of_[l.index] = next;
    c = {l, kNone};
    return code;
  }

  // A second way to the loop's merge, never taken. Parameters that come there cannot be phis.
  // Each depth has a condition of its own: inside a loop, its own condition is known to hold.
  void pin(uint32_t header, LoopId l, const LoopExits& x) {
    PlanBlock& h = at(header);
    h.end = End::TestAlways;
    h.code = ~place_.depth(l);
    h.out[1] = {h.merge, {}, kNone, kNone};
    plan_.in_variables[x.first.block.index] = true;
    plan_.uses_always = true;
  }

  // Makes way `n` of b's terminator, in the block `code`, lead where it should.
  void arm(BlockId b, unsigned n, uint32_t code, Context c) {
    at(code).out[at(code).end == End::Jump ? 0 : n] = arm_edge(b, n, c);
  }
  PlanEdge arm_edge(BlockId b, unsigned n, Context c) {
    BlockId to = f_.succs(b)[n].to;
    switch (place_.way(b, to)) {
      case Way::Inner:
        todo_.push_back({Task::Region, to, kNone, 0, c});
        return {entry(to), to, edge_index(b, n), kNone};
      case Way::Return:
        return {return_block(c), {}, kNone, kNone};
      default:
        return toward(place_.goal(b, to), edge_index(b, n), c);
    }
  }
  uint32_t return_block(Context c) {
    if (c.loop && place_.exits(c.loop).returns) return merge_of_[c.loop.index];
    uint32_t b = add_pad();
    at(b).end = End::Return;
    todo_.push_back({Task::Place, {}, b, 0, {}});
    return b;
  }
  // The same in a block of its own, which is returned.
  uint32_t arm_block(BlockId b, unsigned n, Context c) {
    uint32_t pad = add_pad();
    PlanEdge e = arm_edge(b, n, c);
    jump(pad, e);
    todo_.push_back({Task::Place, {}, pad, 0, {}});
    return pad;
  }

  void branch(BlockId b, uint32_t code, Context c) {
    at(code).end = End::Branch;
    if (!place_.joins(b).empty()) {
      Context inside{c.loop, first_join(b, c)};
      at(code).merge = inside.merge;
      arms(b, code, inside);
    } else if (place_.arm_leaves(b, 0) && place_.arm_leaves(b, 1)) {
      Context inside{c.loop, add_pass(b, c)};
      at(code).merge = inside.merge;
      arms(b, code, inside);
    } else {
      one_sided(b, code, c);
    }
  }

  void arms(BlockId b, uint32_t code, Context c) {
    for (unsigned n : {1u, 0u}) at(code).out[n] = arm_edge(b, n, c);
    // Numbers are set, and phis told apart, by the block that a way starts in.
    bool same = at(code).out[0].to == at(code).out[1].to;
    for (unsigned n : {1u, 0u})
      if (PlanEdge e = at(code).out[n]; e.code != kNone || same) {
        uint32_t pad = add_pad();
        jump(pad, e);
        todo_.push_back({Task::Place, {}, pad, 0, {}});
        at(code).out[n] = {pad, {}, kNone, kNone};
      }
  }

  // One arm never falls out of the selection, so the other is what comes behind it.
  void one_sided(BlockId b, uint32_t code, Context c) {
    auto succs = f_.succs(b);
    auto size = [&](unsigned n) {
      return place_.way(b, succs[n].to) == Way::Inner ? place_.size(succs[n].to) : 0;
    };
    unsigned behind = place_.arm_leaves(b, 0)   ? 0
                      : place_.arm_leaves(b, 1) ? 1
                      : size(0) > size(1)       ? 0
                                                : 1;
    PlanEdge e;
    BlockId to = succs[behind].to;
    Way way = place_.way(b, to);
    if (way == Way::Inner && !place_.is_header(to))
      e = {entry_as_merge(to, c), to, edge_index(b, behind), kNone};
    else if (way == Way::Return && !(c.loop && place_.exits(c.loop).returns))
      e = {return_block(c), {}, kNone, kNone};
    else e = {arm_block(b, behind, c), {}, kNone, kNone};
    at(code).merge = e.to;
    at(code).out[behind] = e;
    unsigned inside = 1 - behind;
    Context in{c.loop, kNone};
    bool direct = place_.way(b, succs[inside].to) == Way::Inner;
    if (!direct) direct = !needs_block(b, inside, in);
    PlanEdge arm =
        direct ? arm_edge(b, inside, in) : PlanEdge{arm_block(b, inside, in), {}, kNone, kNone};
    at(code).out[inside] = arm;
  }
  bool needs_block(BlockId b, unsigned n, Context c) {
    BlockId to = f_.succs(b)[n].to;
    if (place_.way(b, to) == Way::Return) return false;
    return toward(place_.goal(b, to), kNone, c).code != kNone;
  }

  // The merge before the joins of b; what comes behind it is left to do.
  uint32_t first_join(BlockId b, Context c) { return next_join(b, 0, c); }
  uint32_t next_join(BlockId b, uint32_t n, Context c) {
    auto joins = place_.joins(b);
    if (n == joins.size()) return add_pass(b, c);
    if (place_.is_only_way(joins[n])) {
      LL_CHECK(n + 1 == joins.size(), "the last join alone can be the only goal");
      return entry_as_merge(joins[n], c);
    }
    uint32_t merge = add_shared();
    todo_.push_back({Task::Joins, b, merge, n, c});
    return merge;
  }
  // if (number = join) { join } — then the next one.
  void joins(const Task& t) {
    plan_.order.push_back(t.at);
    BlockId join = place_.joins(t.block)[t.join];
    uint32_t merge = next_join(t.block, t.join + 1, t.context);
    todo_.push_back({Task::Region, join, kNone, 0, {t.context.loop, merge}});
    test(t.at, End::TestEqual, place_.code({join, false}), {entry(join), {}, kNone, kNone}, merge);
  }
  void test(uint32_t from, End end, uint32_t code, PlanEdge yes, uint32_t merge) {
    PlanBlock& b = at(from);
    b.end = end;
    b.code = code;
    b.merge = merge;
    b.out[0] = yes;
    b.out[1] = {merge, {}, kNone, kNone};
  }

  // A merge behind b's region that hands on the ways that still have further to go.
  uint32_t add_pass(BlockId b, Context c) {
    BlockId goal = place_.only_goal(b);
    uint32_t merge = goal ? add_pad(goal) : add_shared();
    todo_.push_back({Task::Pass, b, merge, 0, c});
    return merge;
  }
  void pass(const Task& t) {
    plan_.order.push_back(t.at);
    hand_on(t.at, t.context);
  }
  void hand_on(uint32_t merge, Context c) {
    BlockId goal = at(merge).carries;
    if (goal) jump(merge, toward({goal, false}, kNone, c));
    else jump(merge, {c.merge, {}, kNone, kNone});
  }

  void loop_end(const Task& t) {
    plan_.order.push_back(t.at);
    const LoopExits& x = place_.exits(place_.loop_of_header(t.block));
    if (x.several) return sort_exits(t, x);
    if (x.any) jump(t.at, toward(x.first, kNone, t.context));
    else at(t.at).end = x.returns ? End::Return : End::Unreachable;
  }

  // A loop was left for several goals: those of the loop around it go their way, then comes the
  // tail, then what lies behind the selections around the loop.
  void sort_exits(const Task& t, const LoopExits& x) {
    Context c = t.context;
    BlockId tail = place_.tail(place_.loop_of_header(t.block));
    uint32_t at_block = t.at;
    bool rest = x.tail || x.join;
    if (x.again) {
      Goal again = goal_of_next_round(c.loop);
      uint32_t code = place_.code(again), next = add_pad();
      plan_.order.push_back(next);
      test(at_block, End::TestEqual, code, {next_of_[c.loop.index], {}, kNone, kNone}, next);
      at_block = next;
    }
    if (x.outward && rest) {
      uint32_t next = add_pad();
      plan_.order.push_back(next);
      test(at_block, End::TestBelow, place_.first_code(c.loop),
           {merge_of_[c.loop.index], {}, kNone, kNone}, next);
      at_block = next;
    } else if (x.outward) {
      return jump(at_block, {merge_of_[c.loop.index], {}, kNone, kNone});
    }
    if (x.tail && x.join) {
      uint32_t merge = add_pass(t.block, c);
      todo_.push_back({Task::Region, tail, kNone, 0, {c.loop, merge}});
      test(at_block, End::TestEqual, place_.code({tail, false}), {entry(tail), {}, kNone, kNone},
           merge);
    } else if (x.tail) {
      todo_.push_back({Task::Region, tail, kNone, 0, c});
      jump(at_block, {entry(tail), {}, kNone, kNone});
    } else {
      LL_CHECK(x.join, "a loop's exits have somewhere to go");
      jump(at_block, {c.merge, {}, kNone, kNone});
    }
  }
  Goal goal_of_next_round(LoopId l) const { return {place_.header(l), true}; }

  const Function& f_;
  const Placement& place_;
  bool pin_;
  Plan plan_;
  std::vector<Task> todo_;
  std::vector<uint32_t> merge_of_, next_of_;  // by loop
  std::vector<bool> tests_;                   // by plan block: reads the number
};

// The edge that makes a graph irreducible, for the message: a retreating edge to a block that does
// not dominate its source.
void report_irreducible(const Function& f, const Cfg& cfg, const Dom& dom, Diags& diags) {
  for (BlockId b : cfg.rpo())
    for (const Edge& e : f.succs(b)) {
      if (cfg.rpo_number(e.to) > cfg.rpo_number(b) || dom.dominates(e.to, b)) continue;
      Symbol label = f.block(e.to).name;
      std::string name = label ? fmt::format("the label {}", label.str()) : "this label";
      Diag& d = diags.error(
          Code::E0760, f.inst(f.terminator(b)).span,
          fmt::format("kernel {} has a loop that is entered in two places, which a Vulkan device "
                      "cannot run: this branch goes back to {}, and the loop is also entered "
                      "elsewhere",
                      f.name.str(), name));
      for (const Pred& p : cfg.preds(e.to))
        if (p.from != b) d.note(f.inst(f.terminator(p.from)).span, "control also comes from here");
      d.suggest("let every way into the loop go through one label");
      return;
    }
  LL_UNREACHABLE("an irreducible graph has a retreating edge that is no back edge");
}

}  // namespace

std::optional<Plan> structure(const Function& f, bool pin, Diags& diags) {
  Cfg cfg(f);
  Dom dom = Dom::forward(f, cfg);
  Loops loops(f, cfg, dom);
  if (loops.irreducible()) {
    report_irreducible(f, cfg, dom, diags);
    return std::nullopt;
  }
  Placement place(f, cfg, dom, loops);
  return Planner(f, place, loops.all().size(), pin).run();
}

}  // namespace ll::spirv
