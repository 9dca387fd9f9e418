#include "emit_ptx/insts.h"

#include <array>
#include <vector>

#include "support/check.h"

namespace ll::ptx {
namespace {

enum ClassSet : uint16_t {
  V = 1 << 0,
  B = 1 << 1,
  I8 = 1 << 2,
  I16 = 1 << 3,
  I32 = 1 << 4,
  I64 = 1 << 5,
  F32 = 1 << 6,
  F64 = 1 << 7,
  P = 1 << 8,
  K = 1 << 15,
  Ints = I8 | I16 | I32 | I64,
  Same = 0
};

constexpr uint16_t bit(Class c) { return static_cast<uint16_t>(1u << static_cast<unsigned>(c)); }

std::vector<Row> build_rows() {
  std::vector<Row> table = {
#define INST(op, from, to, ptx, text) \
  {Op::op, static_cast<uint16_t>((from) & ~K), to, ((from)&K) != 0, ptx, text},
#define LEGALISED(op, how)
#include "emit_ptx/insts.def"
#undef INST
#undef LEGALISED
  };
  for (Row& row : table)
    for (size_t at = row.text.find('$'); at != row.text.npos; at = row.text.find('$', at + 1)) {
      char c = row.text[at + 1];
      if (c >= 'a' && c <= 'c') row.in_register |= 1u << (c - 'a'), row.used |= 1u << (c - 'a');
      if (c >= 'A' && c <= 'C') row.used |= 1u << (c - 'A');
    }
  return table;
}

using Index = std::array<uint16_t, kOpCount * kClassCount * kClassCount * 2>;
constexpr size_t index_of(Op op, unsigned from, unsigned to, bool is_short) {
  return ((static_cast<size_t>(op) * kClassCount + from) * kClassCount + to) * 2 + is_short;
}

// Row numbers plus one, by operation, classes and form.
Index build_index() {
  Index index{};
  uint16_t number = 0;
  for (const Row& row : rows()) {
    ++number;
    for (unsigned from = 0; from < kClassCount; ++from) {
      if (!(row.from & 1u << from)) continue;
      for (unsigned to = 0; to < kClassCount; ++to) {
        if (row.to == Same ? to != from : !(row.to & 1u << to)) continue;
        uint16_t& entry = index[index_of(row.op, from, to, row.is_short)];
        LL_CHECK(entry == 0, "two rows of insts.def serve the same instruction");
        entry = number;
      }
    }
  }
  return index;
}

}  // namespace

Class class_of(TypeId t) {
  if (t == kVoid) return Class::V;
  if (is_ptr(t)) return Class::P;
  LL_CHECK(is_scalar(t), "values are scalars");
  return static_cast<Class>(t.index);
}
static_assert(static_cast<unsigned>(Class::B) == kBool.index);
static_assert(static_cast<unsigned>(Class::I64) == kInt64.index);
static_assert(static_cast<unsigned>(Class::F64) == kDouble.index);

std::span<const Row> rows() {
  static const std::vector<Row> table = build_rows();
  return table;
}

const Row* find_row(Op op, Class from, Class to, bool short_form) {
  static const Index index = build_index();
  auto at = [&](bool is_short) {
    return index[index_of(op, static_cast<unsigned>(from), static_cast<unsigned>(to), is_short)];
  };
  uint16_t number = short_form ? at(true) : 0;
  if (number == 0) number = at(false);
  return number == 0 ? nullptr : &rows()[number - 1u];
}

std::string_view legalised(Op op) {
  switch (op) {
#define INST(op, from, to, ptx, text)
#define LEGALISED(op, how) \
  case Op::op:             \
    return how;
#include "emit_ptx/insts.def"
#undef INST
#undef LEGALISED
    default:
      return {};
  }
}

TypeId deciding_type(const Function& f, const Inst& i) {
  auto args = f.args(i);
  switch (i.op) {
    case Op::Load:
    case Op::Select:
      return i.type;
    case Op::Store:
      return f.type(args[1]);
    case Op::PtrAdd:
      return f.type(args.back());
    case Op::Slot:
      return kPtr;
    case Op::Ret:
    case Op::Trap:
    case Op::Barrier:
      return kVoid;
    default:
      return args.empty() ? i.type : f.type(args[0]);
  }
}

bool is_short_form(const Function& f, const Inst& i) {
  switch (i.op) {
    case Op::Shl:
    case Op::LShr:
    case Op::AShr:
      return f.is_const(f.args(i)[1]);
    case Op::PtrAdd:
      return PtrAddImm::unpack(i.imm).scale <= INT32_MAX;
    case Op::Slot:
    case Op::Alloc:
      return i.type == ptr_type(Space::Private);
    default:
      return false;
  }
}

}  // namespace ll::ptx
