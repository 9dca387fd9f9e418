// Promotes slots to values (mem2reg).
//
// A slot is promoted when its address is only loaded from and stored to, always with one scalar
// type. Block parameters are placed on the iterated dominance frontier of the stores, pruned by
// liveness (Cytron et al., "Efficiently Computing Static Single Assignment Form"), then one walk
// over the dominator tree replaces loads by the value that reaches them. A load that no store
// reaches becomes undef.
//
// Needs Cfg, Dom, Frontiers; keeps the graph. Linear in the function plus the size of the
// frontiers visited.
#include "opt/edit.h"
#include "opt/passes.h"

namespace ll::opt {
namespace {

constexpr uint32_t kNoVariable = 0xffffffffu;

struct Variable {
  ValueId slot;
  TypeId type;  // kVoid until the first access
};

// (variable or block, block or variable) pairs grouped by the first.
struct Groups {
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  std::vector<uint32_t> begin, list;

  void build(size_t keys) {
    begin.assign(keys + 1, 0);
    for (auto [k, _] : pairs) ++begin[k + 1];
    for (size_t i = 1; i <= keys; ++i) begin[i] += begin[i - 1];
    list.resize(pairs.size());
    std::vector<uint32_t> next(begin.begin(), begin.end() - 1);
    for (auto [k, x] : pairs) list[next[k]++] = x;
  }
  std::span<const uint32_t> of(uint32_t key) const {
    return {list.data() + begin[key], begin[key + 1] - begin[key]};
  }
};

class Promoter {
 public:
  Promoter(Function& f, Analyses& a) : f_(f), a_(a), cfg_(a.cfg(f)), dom_(a.dom(f)) {}

  bool run() {
    bool changed = remove_unreachable(f_, cfg_);
    find_variables();
    if (variables_.empty()) return changed;
    collect_accesses();
    place_params();
    rename();
    replacements_.apply(f_);
    erase_insts(f_, [&](ValueId v) { return v.index < dead_.size() && dead_[v.index]; });
    a_.count("ssa: slots promoted", variables_.size());
    return true;
  }

 private:
  uint32_t variable(ValueId address) const { return variable_of_[address.index]; }

  void find_variables() {
    variable_of_.assign(f_.insts.size(), kNoVariable);
    for (ValueId v : f_.block(f_.entry()).insts)
      if (f_.inst(v).op == Op::Slot) {
        variable_of_[v.index] = static_cast<uint32_t>(variables_.size());
        variables_.push_back({v, kVoid});
      }
    if (variables_.empty()) return;
    std::vector<bool> escapes(variables_.size());
    const Types& types = a_.module().types;
    for (BlockId b : f_.layout)
      for (ValueId v : f_.block(b).insts) {
        const Inst& i = f_.inst(v);
        bool is_access = i.op == Op::Load || i.op == Op::Store;
        uint32_t position = 0;
        for_each_operand(f_, v, [&](ValueId operand) {
          bool is_address = is_access && position++ == 0;
          uint32_t x = variable(operand);
          if (x == kNoVariable) return;
          if (!is_address) {
            escapes[x] = true;
            return;
          }
          TypeId type = i.op == Op::Load ? i.type : f_.type(f_.args(i)[1]);
          TypeId& seen = variables_[x].type;
          if (seen == kVoid) seen = type;
          TypeId object(static_cast<uint32_t>(f_.inst(operand).imm));
          if (seen != type || scalar_bytes(type) > types.size(object)) escapes[x] = true;
        });
      }
    std::vector<Variable> kept;
    for (uint32_t x = 0; x < variables_.size(); ++x) {
      variable_of_[variables_[x].slot.index] =
          escapes[x] ? kNoVariable : static_cast<uint32_t>(kept.size());
      if (!escapes[x]) kept.push_back(variables_[x]);
    }
    variables_ = std::move(kept);
  }

  // In which blocks each variable is stored, and in which it is loaded before any store.
  void collect_accesses() {
    std::vector<uint32_t> stored(variables_.size(), kNoVariable),
        exposed(variables_.size(), kNoVariable);
    for (BlockId b : cfg_.rpo())
      for (ValueId v : f_.block(b).insts) {
        const Inst& i = f_.inst(v);
        if (i.op != Op::Load && i.op != Op::Store) continue;
        uint32_t x = variable(f_.args(i)[0]);
        if (x == kNoVariable || stored[x] == b.index) continue;
        if (i.op == Op::Store) {
          stored[x] = b.index;
          stores_.pairs.emplace_back(x, b.index);
        } else if (exposed[x] != b.index) {
          exposed[x] = b.index;
          exposed_.pairs.emplace_back(x, b.index);
        }
      }
    stores_.build(variables_.size());
    exposed_.build(variables_.size());
  }

  void place_params() {
    std::vector<uint32_t> live(f_.blocks.size(), kNoVariable),
        stored(f_.blocks.size(), kNoVariable), placed(f_.blocks.size(), kNoVariable), work;
    for (uint32_t x = 0; x < variables_.size(); ++x) {
      if (exposed_.of(x).empty()) continue;  // every load has a store before it
      for (uint32_t b : stores_.of(x)) stored[b] = x;
      auto make_live = [&](uint32_t b) {
        if (live[b] == x) return;
        live[b] = x;
        work.push_back(b);
      };
      for (uint32_t b : exposed_.of(x)) make_live(b);
      while (!work.empty()) {
        BlockId b(work.back());
        work.pop_back();
        for (const Pred& p : cfg_.preds(b))
          if (stored[p.from.index] != x) make_live(p.from.index);
      }
      const Frontiers& frontiers = a_.frontiers(f_);
      work.assign(stores_.of(x).begin(), stores_.of(x).end());
      while (!work.empty()) {
        BlockId b(work.back());
        work.pop_back();
        for (BlockId join : frontiers.of(b)) {
          if (placed[join.index] == x || live[join.index] != x) continue;
          placed[join.index] = x;
          params_.pairs.emplace_back(join.index, x);
          work.push_back(join.index);
        }
      }
    }
    params_.build(f_.blocks.size());
  }

  void rename() {
    current_.assign(variables_.size(), ValueId());
    dead_.assign(f_.insts.size(), false);
    std::vector<uint32_t> marks;  // by depth: where its undo log begins
    for (BlockId b : dom_.preorder()) {
      uint32_t depth = dom_.depth(b);
      if (depth < marks.size()) {
        undo_to(marks[depth]);
        marks.resize(depth);
      }
      marks.push_back(static_cast<uint32_t>(undo_.size()));
      rename_block(b);
    }
    for (const Variable& x : variables_) dead_[x.slot.index] = true;
  }

  void rename_block(BlockId b) {
    for (uint32_t x : params_.of(b.index)) {
      const Variable& variable = variables_[x];
      ValueId param = f_.add_param(b, variable.type, f_.inst(variable.slot).span);
      if (Symbol name = f_.name_of(variable.slot)) f_.set_name(param, name);
      assign(x, param);
    }
    for (ValueId v : f_.block(b).insts) {
      const Inst& i = f_.inst(v);
      if (i.op != Op::Load && i.op != Op::Store) continue;
      uint32_t x = variable(f_.args(i)[0]);
      if (x == kNoVariable) continue;
      dead_[v.index] = true;
      if (i.op == Op::Store) assign(x, replacements_.find(f_.args(i)[1]));
      else replacements_.replace(v, value(x));
    }
    for (Edge& e : f_.succs(f_.inst(f_.terminator(b)))) {
      auto added = params_.of(e.to.index);
      if (added.empty()) continue;
      edge_args_.assign(f_.args(e).begin(), f_.args(e).end());
      for (uint32_t x : added) edge_args_.push_back(value(x));
      e = f_.make_edge(e.to, edge_args_);
    }
  }

  ValueId value(uint32_t x) {
    if (!current_[x].valid()) assign(x, f_.undef(variables_[x].type));
    return current_[x];
  }
  void assign(uint32_t x, ValueId v) {
    undo_.push_back({x, current_[x]});
    current_[x] = v;
  }
  void undo_to(size_t mark) {
    for (; undo_.size() > mark; undo_.pop_back())
      current_[undo_.back().first] = undo_.back().second;
  }

  Function& f_;
  Analyses& a_;
  const Cfg& cfg_;
  const Dom& dom_;
  std::vector<Variable> variables_;
  std::vector<uint32_t> variable_of_;  // by value
  Groups stores_, exposed_, params_;   // params_ is by block
  std::vector<ValueId> current_, edge_args_;
  std::vector<std::pair<uint32_t, ValueId>> undo_;
  std::vector<bool> dead_;
  Replacements replacements_;
};

}  // namespace

bool ssa(Function& f, Analyses& a) { return Promoter(f, a).run(); }

}  // namespace ll::opt
