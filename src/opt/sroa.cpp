// Scalar replacement of aggregates: a slot whose address is only used for loads, stores and copies
// at constant offsets becomes one slot per scalar, which `ssa` can then promote. Copies from and
// to it become loads and stores of the scalars.
//
// The scalars of a slot are the fields of its type (with bytes for padding, so that a copy out of
// the slot moves what a copy into it brought). Every access must be one whole field; its type may
// be another one of that size if all accesses agree. Slots copied to one another must agree on
// their fields.
//
// Needs Cfg; keeps the graph. Linear in the function, times kMaxFields for copies.
#include <algorithm>
#include <bit>

#include "opt/edit.h"
#include "opt/passes.h"

namespace ll::opt {
namespace {

constexpr size_t kMaxFields = 64;
constexpr uint32_t kNoObject = 0xffffffffu;

struct Field {
  uint32_t offset;
  TypeId type;
  bool accessed = false;  // by a load or store: type is final
  ValueId slot = {};      // what it became
};

struct Object {
  ValueId slot;
  std::vector<Field> fields;  // by offset, without gaps
  bool split = true;
};

// The fields of a type in order of offset; false when there are too many.
bool flatten(const Types& types, TypeId type, std::vector<Field>& out) {
  struct Item {
    TypeId type;
    uint64_t offset;
  };
  std::vector<Item> work{{type, 0}};
  while (!work.empty()) {
    Item item = work.back();
    work.pop_back();
    if (is_scalar(item.type)) {
      if (out.size() == kMaxFields) return false;
      // A bool that is only copied moves as the byte that it is.
      out.push_back({static_cast<uint32_t>(item.offset), item.type == kBool ? kInt8 : item.type});
    } else if (types.kind(item.type) == TypeKind::Array) {
      uint64_t count = types.array_count(item.type),
               size = types.size(types.array_element(item.type));
      if (count > kMaxFields) return false;
      for (uint64_t n = count; n-- > 0;)
        work.push_back({types.array_element(item.type), item.offset + n * size});
    } else {
      auto fields = types.fields(item.type);
      for (size_t n = fields.size(); n-- > 0;)
        work.push_back(
            {fields[n], item.offset + types.field_offset(item.type, static_cast<uint32_t>(n))});
    }
    if (work.size() > 4 * kMaxFields) return false;
  }
  return true;
}

// Adds the bytes between fields; false when there are too many.
bool fill_padding(uint64_t size, std::vector<Field>& fields) {
  std::vector<Field> all;
  uint64_t at = 0;
  auto fill_to = [&](uint64_t end) {
    while (at < end && all.size() <= kMaxFields) {
      TypeId type = at % 4 == 0 && end - at >= 4   ? kInt32
                    : at % 2 == 0 && end - at >= 2 ? kInt16
                                                   : kInt8;
      all.push_back({static_cast<uint32_t>(at), type});
      at += scalar_bytes(type);
    }
  };
  for (const Field& f : fields) {
    fill_to(f.offset);
    all.push_back(f);
    at = f.offset + scalar_bytes(f.type);
  }
  fill_to(size);
  fields = std::move(all);
  return fields.size() <= kMaxFields;
}

class Splitter {
 public:
  Splitter(Function& f, Analyses& a) : f_(f), a_(a), types_(a.module().types) {}

  bool run() {
    bool changed = remove_unreachable(f_, a_.cfg(f_));
    find_objects();
    if (objects_.empty()) return changed;
    for (BlockId b : a_.cfg(f_).rpo())
      for (ValueId v : f_.block(b).insts) check(v);
    settle_copies();
    uint64_t split = 0;
    for (const Object& o : objects_) split += o.split;
    if (split == 0) return changed;
    for (BlockId b : f_.layout) rewrite(b);
    add_slots();
    a_.count("sroa: slots split", split);
    return true;
  }

 private:
  struct Address {
    uint32_t object = kNoObject;
    int64_t offset = 0;
  };

  void find_objects() {
    addresses_.resize(f_.insts.size());
    for (ValueId v : f_.block(f_.entry()).insts) {
      const Inst& i = f_.inst(v);
      if (i.op != Op::Slot) continue;
      TypeId type(static_cast<uint32_t>(i.imm));
      if (!is_aggregate(type)) continue;
      Object o{v, {}};
      uint64_t size = types_.size(type);
      if (size > 8 * kMaxFields || !flatten(types_, type, o.fields) ||
          !fill_padding(size, o.fields))
        continue;
      addresses_[v.index] = {static_cast<uint32_t>(objects_.size()), 0};
      objects_.push_back(std::move(o));
    }
  }

  Address address(ValueId v) const {
    return v.index < addresses_.size() ? addresses_[v.index] : Address();
  }
  void reject(Address a) {
    if (a.object != kNoObject) objects_[a.object].split = false;
  }

  size_t find_field(Address a) const {
    const auto& fields = objects_[a.object].fields;
    auto at =
        std::lower_bound(fields.begin(), fields.end(), a.offset,
                         [](const Field& f, int64_t offset) { return int64_t{f.offset} < offset; });
    bool found = at != fields.end() && int64_t{at->offset} == a.offset;
    return found ? static_cast<size_t>(at - fields.begin()) : fields.size();
  }

  void access(Address a, TypeId type) {
    if (a.object == kNoObject) return;
    Object& o = objects_[a.object];
    size_t n = find_field(a);
    if (n == o.fields.size() || scalar_bytes(o.fields[n].type) != scalar_bytes(type))
      return reject(a);
    Field& field = o.fields[n];
    if (field.accessed && field.type != type) return reject(a);
    field.type = type;
    field.accessed = true;
  }

  // Offsets and fields of what an instruction does with an object, or the object's rejection.
  void check(ValueId v) {
    const Inst& i = f_.inst(v);
    auto args = f_.args(i);
    switch (i.op) {
      case Op::Slot:
        return;
      case Op::PtrAdd:
        return add_offset(v, i);
      case Op::Load:
        return access(address(args[0]), i.type);
      case Op::Store:
        access(address(args[0]), f_.type(args[1]));
        return reject(address(args[1]));
      case Op::Copy:
        if (address(args[0]).object != kNoObject || address(args[1]).object != kNoObject)
          copies_.push_back(v);
        return;
      default:
        for_each_operand(f_, v, [&](ValueId a) { reject(address(a)); });
    }
  }

  void add_offset(ValueId v, const Inst& i) {
    auto args = f_.args(i);
    Address from = address(args[0]);
    if (args.size() > 1 && address(args[1]).object != kNoObject) reject(address(args[1]));
    if (from.object == kNoObject) return;
    PtrAddImm p = PtrAddImm::unpack(i.imm);
    if (args.size() > 1 && !f_.is_const(args[1])) return reject(from);
    int64_t index = args.size() > 1 ? f_.inst(args[1]).imm : 0;
    if (index > 1 << 20 || index < -(1 << 20)) return reject(from);
    from.offset += index * p.scale + p.offset;
    addresses_[v.index] = from;
  }

  // The fields that exactly cover `bytes` from an address; empty when there are none.
  std::span<Field> covered(Address a, int64_t bytes) {
    auto& fields = objects_[a.object].fields;
    size_t from = find_field(a), to = from;
    while (to < fields.size() && int64_t{fields[to].offset} < a.offset + bytes) ++to;
    if (from == to) return {};
    const Field& last = fields[to - 1];
    if (int64_t{last.offset} + scalar_bytes(last.type) != a.offset + bytes) return {};
    return {fields.data() + from, to - from};
  }

  bool is_split(Address a) const { return a.object != kNoObject && objects_[a.object].split; }

  // Rejecting one object never makes another copy impossible: what is not split is memory. So
  // only agreement between two split objects takes rounds; after a few, disagreement rejects.
  void settle_copies() {
    for (ValueId v : copies_)
      for (ValueId a : f_.args(v))
        if (is_split(address(a)) && covered(address(a), f_.inst(v).imm).empty()) reject(address(a));
    constexpr int kRounds = 8;
    bool again = true;
    for (int round = 0; again && round <= kRounds; ++round) {
      again = false;
      for (ValueId v : copies_) {
        Address to = address(f_.arg(v, 0)), from = address(f_.arg(v, 1));
        if (is_split(to) && is_split(from))
          again |= !agree(to, from, f_.inst(v).imm, round < kRounds);
      }
    }
  }

  // Gives the fields on both sides of a copy the same types, where they can have them and
  // `may_change`; else rejects one side. True when nothing was to be done.
  bool agree(Address to, Address from, int64_t bytes, bool may_change) {
    auto x = covered(to, bytes), y = covered(from, bytes);
    bool possible = x.size() == y.size(), changed = false;
    for (size_t n = 0; possible && n < x.size(); ++n) {
      possible = x[n].offset - to.offset == y[n].offset - from.offset &&
                 scalar_bytes(x[n].type) == scalar_bytes(y[n].type);
      if (!possible || (x[n].type == y[n].type && x[n].accessed == y[n].accessed)) continue;
      if (!may_change || (x[n].accessed && y[n].accessed)) {
        possible = false;
      } else {
        Field& known = x[n].accessed ? x[n] : y[n];
        Field& other = x[n].accessed ? y[n] : x[n];
        other.type = known.type;
        other.accessed = known.accessed;
        changed = true;
      }
    }
    if (!possible) reject(from);
    return possible && !changed;
  }

  ValueId field_slot(Field& field, Span span) {
    if (!field.slot.valid()) {
      Inst slot{.op = Op::Slot,
                .aux = log2_bytes(field.type),
                .type = kPtr,
                .imm = field.type.index,
                .span = span};
      field.slot = f_.add_inst(slot, {});
      new_slots_.push_back(field.slot);
    }
    return field.slot;
  }
  static uint16_t log2_bytes(TypeId t) {
    return static_cast<uint16_t>(std::countr_zero(scalar_bytes(t)));
  }

  void rewrite(BlockId b) {
    std::vector<ValueId> out;
    bool changed = false;
    for (ValueId v : f_.block(b).insts) {
      const Inst i = f_.inst(v);
      bool gone = (i.op == Op::Slot || i.op == Op::PtrAdd) && is_split(address(v));
      if (i.op == Op::Load || i.op == Op::Store) {
        if (Address a = address(f_.args(i)[0]); is_split(a)) {
          Field& field = objects_[a.object].fields[find_field(a)];
          ValueId slot = field_slot(field, f_.inst(objects_[a.object].slot).span);
          f_.args(f_.inst(v))[0] = slot;
          f_.inst(v).aux = log2_bytes(field.type);
        }
      } else if (i.op == Op::Copy) {
        Address to = address(f_.args(i)[0]), from = address(f_.args(i)[1]);
        if (is_split(to) || is_split(from)) {
          expand_copy(v, to, from, out);
          gone = true;
        }
      }
      changed |= gone;
      if (!gone) out.push_back(v);
    }
    if (changed) f_.block(b).insts = std::move(out);
  }

  // One side of a copy: a field's slot, or memory at a distance from the operand.
  struct Side {
    ValueId address;
    uint16_t align;
  };
  Side side(Address a, ValueId base, int64_t distance, size_t n, const Inst& copy,
            std::vector<ValueId>& out) {
    if (is_split(a)) {
      Field& field = covered(a, copy.imm)[n];
      return {field_slot(field, copy.span), log2_bytes(field.type)};
    }
    int align =
        std::min<int>(copy.aux, distance ? std::countr_zero(static_cast<uint64_t>(distance)) : 63);
    if (distance == 0) return {base, static_cast<uint16_t>(align)};
    Inst add{.op = Op::PtrAdd,
             .type = f_.type(base),
             .imm = PtrAddImm{0, static_cast<int32_t>(distance)}.pack(),
             .span = copy.span};
    ValueId moved = f_.add_inst(add, {&base, 1});
    out.push_back(moved);
    return {moved, static_cast<uint16_t>(align)};
  }

  void expand_copy(ValueId v, Address to, Address from, std::vector<ValueId>& out) {
    const Inst copy = f_.inst(v);
    const ValueId to_base = f_.args(copy)[0], from_base = f_.args(copy)[1];
    Address shape = is_split(to) ? to : from;
    size_t count = covered(shape, copy.imm).size();
    for (size_t n = 0; n < count; ++n) {
      Field field = covered(shape, copy.imm)[n];
      int64_t distance = int64_t{field.offset} - shape.offset;
      Side source = side(from, from_base, distance, n, copy, out);
      uint16_t natural = log2_bytes(field.type);
      Inst load{.op = Op::Load,
                .aux = std::min(source.align, natural),
                .type = field.type,
                .span = copy.span};
      ValueId value = f_.add_inst(load, {&source.address, 1});
      out.push_back(value);
      Side target = side(to, to_base, distance, n, copy, out);
      Inst store{.op = Op::Store, .aux = std::min(target.align, natural), .span = copy.span};
      ValueId operands[] = {target.address, value};
      out.push_back(f_.add_inst(store, operands));
    }
  }

  void add_slots() {
    auto& entry = f_.block(f_.entry()).insts;
    entry.insert(entry.begin(), new_slots_.begin(), new_slots_.end());
  }

  Function& f_;
  Analyses& a_;
  const Types& types_;
  std::vector<Object> objects_;
  std::vector<Address> addresses_;  // by value
  std::vector<ValueId> copies_, new_slots_;
};

}  // namespace

bool sroa(Function& f, Analyses& a) { return Splitter(f, a).run(); }

}  // namespace ll::opt
