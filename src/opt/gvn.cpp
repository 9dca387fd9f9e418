// Global value numbering over the dominator tree (Briggs, Cooper and Simpson), with redundant
// load elimination, store-to-load forwarding and facts from branches.
//
// Blocks are visited in dominator-tree preorder, operands are rewritten to their leaders on the
// way, and a hash table gives the last leader of each expression; it counts if its block dominates
// the current one. (After a subtree is left, it is never entered again, so one entry per
// expression is enough.)
//
// Memory is one variable in SSA form (a simple MemorySSA): every write makes a version, and joins
// of different versions make one, placed on the iterated dominance frontier of the writes. A load
// is numbered by type, address and the last version that may have changed its bytes.
//
// Where a block is entered only by one side of a branch, the condition is a constant in all that
// the block dominates, and so is x when the condition is x = constant.
//
// Needs Cfg, Dom, Frontiers; keeps the graph. Expected linear.
#include "opt/analysis/alias.h"
#include "opt/edit.h"
#include "opt/fold.h"
#include "opt/passes.h"

namespace ll::opt {
namespace {

constexpr int kMaxWalk = 32;  // writes looked past for one load

struct Key {
  Op op = Op::Undef;
  TypeId type;
  uint32_t version = 0;  // of memory, for loads
  int64_t imm = 0;
  ValueId args[3];
  bool operator==(const Key&) const = default;

  uint64_t hash() const {
    uint64_t h = uint64_t(op) ^ uint64_t { type.index } << 8 ^ uint64_t { version } << 32;
    auto mix = [&](uint64_t x) {
      h = (h ^ x) * 0x9e3779b97f4a7c15ull;
      h ^= h >> 29;
    };
    mix(static_cast<uint64_t>(imm));
    for (ValueId a : args) mix(a.index);
    return h;
  }
};

// Open addressing; the newest leader of an expression overwrites the older one.
class Table {
 public:
  struct Entry {
    Key key;
    ValueId leader;  // invalid: free
    BlockId block;
  };
  explicit Table(size_t expected) {
    size_t size = 64;
    while (size < expected * 2) size *= 2;
    entries_.resize(size);
  }
  Entry& find(const Key& key) {
    if ((used_ + 1) * 4 > entries_.size() * 3) grow();
    Entry& e = *slot(entries_, key);
    if (!e.leader.valid() && e.key != key) {
      e.key = key;
      ++used_;
    }
    return e;
  }

 private:
  static Entry* slot(std::vector<Entry>& in, const Key& key) {
    size_t mask = in.size() - 1, at = key.hash() & mask;
    while (in[at].key.op != Op::Undef && in[at].key != key) at = (at + 1) & mask;
    return &in[at];
  }
  void grow() {
    std::vector<Entry> bigger(entries_.size() * 2);
    for (Entry& e : entries_)
      if (e.key.op != Op::Undef) *slot(bigger, e.key) = e;
    entries_ = std::move(bigger);
  }
  std::vector<Entry> entries_;
  size_t used_ = 0;
};

// The comparison with its operands exchanged, where one of the two is preferred.
Op swapped_compare(Op op) {
  switch (op) {
    case Op::Gt:
      return Op::Lt;
    case Op::Ge:
      return Op::Le;
    case Op::UGt:
      return Op::ULt;
    case Op::UGe:
      return Op::ULe;
    case Op::FGt:
      return Op::FLt;
    case Op::FGe:
      return Op::FLe;
    default:
      return op;
  }
}

class Numbering {
 public:
  Numbering(Function& f, Analyses& a)
      : f_(f),
        a_(a),
        cfg_(a.cfg(f)),
        dom_(a.dom(f)),
        alias_(a.module(), f, cfg_),
        table_(f.insts.size()),
        facts_(f.insts.size()) {}

  bool run() {
    bool changed = remove_unreachable(f_, cfg_);
    place_memory_joins();
    std::vector<size_t> marks;
    for (BlockId b : dom_.preorder()) {
      uint32_t depth = dom_.depth(b);
      if (depth < marks.size()) {
        forget_facts(marks[depth]);
        marks.resize(depth);
      }
      marks.push_back(fact_log_.size());
      enter(b);
      auto& list = f_.block(b).insts;
      size_t kept = 0;
      for (ValueId v : list)
        if (!visit(v)) list[kept++] = v;
      list.resize(kept);
      exit_version_[b.index] = version_;
    }
    a_.count("gvn: values replaced", replaced_);
    a_.count("gvn: loads replaced", loads_);
    a_.count("gvn: stores removed", stores_);
    return changed || any_;
  }

 private:
  struct Write {
    ValueId inst;  // invalid: a join, or the entry
    uint32_t before;
  };

  void place_memory_joins() {
    join_.assign(f_.blocks.size(), false);
    exit_version_.assign(f_.blocks.size(), 0);
    writes_.push_back({ValueId(), 0});
    std::vector<BlockId> work;
    for (BlockId b : cfg_.rpo())
      for (ValueId v : f_.block(b).insts)
        if (is_memory_def(f_.inst(v))) {
          work.push_back(b);
          break;
        }
    while (!work.empty()) {
      BlockId b = work.back();
      work.pop_back();
      for (BlockId join : a_.frontiers(f_).of(b))
        if (!join_[join.index]) {
          join_[join.index] = true;
          work.push_back(join);
        }
    }
  }

  uint32_t new_version(ValueId write) {
    writes_.push_back({write, version_});
    return static_cast<uint32_t>(writes_.size() - 1);
  }

  void enter(BlockId b) {
    block_ = b;
    version_ = dom_.idom(b).valid() ? exit_version_[dom_.idom(b).index] : 0;
    if (join_[b.index]) version_ = new_version(ValueId());
    BlockId from = cfg_.single_pred(b);
    if (!from.valid()) return;
    const Inst& br = f_.inst(f_.terminator(from));
    if (br.op != Op::Br || f_.succs(br)[0].to == f_.succs(br)[1].to) return;
    bool taken = f_.succs(br)[0].to == b;
    ValueId c = f_.args(br)[0];
    if (f_.is_const(c)) return;
    learn(c, f_.constant(kBool, taken));
    const Inst condition = f_.inst(c);
    if (condition.op == Op::Eq || condition.op == Op::Ne) {
      auto args = f_.args(condition);
      if ((condition.op == Op::Eq) == taken && f_.is_const(args[1]) &&
          !is_leaf(f_.inst(args[0]).op))
        learn(args[0], args[1]);
    }
  }

  void learn(ValueId v, ValueId is) {
    if (v.index >= facts_.size()) return;
    fact_log_.push_back({v, facts_[v.index]});
    facts_[v.index] = is;
  }
  void forget_facts(size_t mark) {
    for (; fact_log_.size() > mark; fact_log_.pop_back())
      facts_[fact_log_.back().first.index] = fact_log_.back().second;
  }

  ValueId leader(ValueId v) {
    v = replacements_.find(v);
    if (v.index < facts_.size() && facts_[v.index].valid()) return facts_[v.index];
    return v;
  }

  // True when the instruction is to go.
  bool visit(ValueId v) {
    for_each_operand(f_, v, [&](ValueId& a) {
      ValueId l = leader(a);
      any_ |= l != a;
      a = l;
    });
    const Inst& i = f_.inst(v);
    if (i.op == Op::Load) return visit_load(v, i);
    if (i.op == Op::Store) return visit_store(v, i);
    if (is_memory_def(i)) version_ = new_version(v);
    if (!is_pure(i.op) || i.args_count > 3) return false;
    if (auto bits = fold(f_, i)) return replace(v, f_.constant(f_.type(v), *bits));
    Table::Entry& e = table_.find(key_of(i));
    if (usable(e)) return replace(v, e.leader);
    e.leader = v;
    e.block = block_;
    return false;
  }

  bool usable(const Table::Entry& e) const {
    return e.leader.valid() && dom_.dominates(e.block, block_);
  }

  bool replace(ValueId v, ValueId by) {
    replacements_.replace(v, by);
    ++replaced_;
    return any_ = true;
  }

  Key key_of(const Inst& i) const {
    Key k{.op = i.op, .type = i.type, .imm = i.imm, .args = {}};
    auto args = f_.args(i);
    std::copy(args.begin(), args.end(), k.args);
    Op swapped = swapped_compare(i.op);
    // Floats are not exchanged: which of two NaNs survives depends on their order.
    bool exchange =
        swapped != i.op || (is_commutative(i.op) && !is_float(i.type) && k.args[1] < k.args[0]);
    k.op = swapped;
    if (exchange) std::swap(k.args[0], k.args[1]);
    return k;
  }

  // The last version that may have changed the location.
  uint32_t version_of(const Alias::Location& at) const {
    if (alias_.is_constant(at)) return 0;
    uint32_t w = version_;
    for (int step = 0; step < kMaxWalk; ++step) {
      ValueId write = writes_[w].inst;
      if (!write.valid() || alias_.may_clobber(f_.inst(write), at)) return w;
      w = writes_[w].before;
    }
    return w;
  }

  Table::Entry& memory_entry(TypeId type, ValueId address, uint32_t version) {
    return table_.find(
        {.op = Op::Load, .type = type, .version = version, .args = {address, {}, {}}});
  }

  bool visit_load(ValueId v, const Inst& i) {
    Table::Entry& e = memory_entry(i.type, f_.args(i)[0], version_of(alias_.accessed(i)));
    if (usable(e)) {
      ++loads_;
      return replace(v, e.leader);
    }
    e.leader = v;
    e.block = block_;
    return false;
  }

  bool visit_store(ValueId v, const Inst& i) {
    ValueId address = f_.args(i)[0], value = f_.args(i)[1];
    TypeId type = f_.type(value);
    Table::Entry& before = memory_entry(type, address, version_of(alias_.accessed(i)));
    if (usable(before) && before.leader == value) {  // it holds that value already
      ++stores_;
      return any_ = true;
    }
    version_ = new_version(v);
    Table::Entry& after = memory_entry(type, address, version_);
    after.leader = value;
    after.block = block_;
    return false;
  }

  Function& f_;
  Analyses& a_;
  const Cfg& cfg_;
  const Dom& dom_;
  Alias alias_;
  Table table_;
  Replacements replacements_;
  BlockId block_;
  uint32_t version_ = 0;
  std::vector<Write> writes_;           // by version
  std::vector<uint32_t> exit_version_;  // by block
  std::vector<bool> join_;
  std::vector<ValueId> facts_;  // by value: the constant it is here
  std::vector<std::pair<ValueId, ValueId>> fact_log_;
  uint64_t replaced_ = 0, loads_ = 0, stores_ = 0;
  bool any_ = false;
};

}  // namespace

bool gvn(Function& f, Analyses& a) { return Numbering(f, a).run(); }

}  // namespace ll::opt
