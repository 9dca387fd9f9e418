// The IR: one SSA form for host and device code.
//
// A Module owns types, globals and functions. A Function owns flat tables: instructions, an
// operand pool, edges, blocks. Everything refers by 32-bit id. A value *is* the instruction that
// defines it (block parameters are instructions of op Param), so there is one id space. What an
// instruction is stands in `Function::insts`; where it stands is known only to the blocks, which
// list instruction ids in order. An instruction in no block is dead, unless it is a leaf
// (constants and addresses of globals), which lives in no block and is available everywhere.
//
// Control flow: blocks have parameters instead of phis, and the edges of a terminator carry the
// arguments. `layout[0]` is the entry; its parameters are the function's.
//
// Aggregates are not values. Types `arr` and `struct` describe memory (slots, globals, elements)
// and signatures. A struct argument is passed as the address of a readable object that the callee
// copies (it sees a private copy, as an address, in its parameter); for a struct result the call
// takes, before the arguments, the address the result is to be written to, is itself void, and
// `ret` takes the address of the value. So the operand count of a call is
// (ret is aggregate) + params, and every operand is a scalar.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "ir/types.h"
#include "support/source.h"
#include "support/symbol.h"

namespace ll {

using ValueId = Id<struct ValueTag>;  // an index into Function::insts
using BlockId = Id<struct BlockTag>;
using FuncId = Id<struct FuncTag>;
using GlobalId = Id<struct GlobalTag>;

enum class Op : uint8_t {
#define OP(name, ...) name,
#include "ir/ops.def"
#undef OP
};
inline constexpr unsigned kOpCount = 0
#define OP(...) +1
#include "ir/ops.def"
#undef OP
    ;

// What `args`, `imm`, `aux` and `type` of an instruction hold.
enum class Format : uint8_t {
  Param,  // imm = position in the block's parameter list
  Leaf,   // imm = bits, or GlobalId
  Nullary,
  Dim,  // imm = 0, 1, 2
  Unary,
  Binary,
  Ternary,
  Convert,  // one operand; `type` is the result type
  Slot,     // imm = TypeId of the object, aux = log2 of the alignment
  Alloc,    // args = count (any integer, sign extended); imm = TypeId of one object; aux as Slot
  PtrAdd,   // args = pointer [index]; imm = scale and offset, see PtrAddImm
  Load,     // args = address; type = loaded type; aux = log2 of the alignment
  Store,    // args = address, value; aux = log2 of the alignment
  Copy,     // args = to, from; imm = bytes; aux = log2 of the alignment of both
  Call,     // args as above; imm = FuncId
  Jmp,
  Br,    // args = - or condition; imm = edge slice
  Ret,   // args = - or value
  Trap,  // imm = TrapKind
};

enum class TypeRule : uint8_t {
  Param,
  Const,
  Undef,
  GlobalAddr,
  Int,           // every operand and the result: one integer type or bool
  Float,         // every operand and the result: float or double
  IntCompare,    // two operands of one integer type, bool, or pointer type of one space -> bool
  FloatCompare,  // two operands of one float type -> bool
  Select,        // bool, T, T -> T, T any scalar
  Narrow,
  Widen,
  FloatWiden,
  FloatNarrow,
  IntToFloat,
  FloatToInt,
  PtrToInt,
  IntToPtr,
  Bits,
  SpaceCast,
  Slot,
  Alloc,   // -> generic or private pointer
  PtrAdd,  // pointer [, integer] -> the same pointer type
  Load,
  Store,
  Copy,
  Call,
  Jmp,
  Br,
  Ret,
  Trap,
  Dim,      // -> int
  Nullary,  // no operand, no result
};

namespace op_property {
enum : uint16_t { P = 1, C = 2, R = 4, W = 8, T = 16, X = 32, V = 64, D = 128, L = 256 };
}

struct OpInfo {
  std::string_view name;  // enumerator
  std::string_view text;
  Format format;
  TypeRule rule;
  uint16_t properties;
  std::string_view meaning;
};
extern const OpInfo kOps[kOpCount];
// Operands of every instruction of the format; -1 where the number varies (PtrAdd, Call, Ret).
int operand_count(Format format);
// Whether instructions with this rule never have a result (a call may or may not).
bool is_statement(TypeRule rule);
inline const OpInfo& info(Op op) { return kOps[static_cast<unsigned>(op)]; }
inline bool has(Op op, uint16_t property) { return (info(op).properties & property) != 0; }
inline bool is_pure(Op op) { return has(op, op_property::P); }
inline bool is_commutative(Op op) { return has(op, op_property::C); }
inline bool reads_memory(Op op) { return has(op, op_property::R); }
inline bool writes_memory(Op op) { return has(op, op_property::W); }
inline bool is_terminator(Op op) { return has(op, op_property::T); }
inline bool may_stop(Op op) { return has(op, op_property::X); }
inline bool is_convergent(Op op) { return has(op, op_property::V); }
inline bool is_device_only(Op op) { return has(op, op_property::D); }
inline bool is_leaf(Op op) { return has(op, op_property::L); }

enum class TrapKind : uint8_t { DivideByZero, DivideOverflow, DivergentBarrier, Unreachable };
std::string_view trap_text(TrapKind kind);     // "div-by-zero", in the text form
std::string_view trap_message(TrapKind kind);  // "division by zero", to the user
inline constexpr unsigned kTrapKinds = 4;

//   63            32 31             0
//   +---------------+---------------+
//   | offset (int)  | scale (uint)  |     scale is 0 when there is no index operand
//   +---------------+---------------+
struct PtrAddImm {
  uint32_t scale;
  int32_t offset;
  static PtrAddImm unpack(int64_t imm) {
    return {static_cast<uint32_t>(imm), static_cast<int32_t>(imm >> 32)};
  }
  int64_t pack() const {
    return static_cast<int64_t>(uint64_t{static_cast<uint32_t>(offset)} << 32 | scale);
  }
};

inline constexpr unsigned kMaxAlignLog2 = 12;  // no alignment above a page

struct Inst {
  Op op = Op::Undef;
  uint8_t flags = 0;  // reserved for float relaxations
  uint16_t aux = 0;
  TypeId type = kVoid;      // of the result
  uint32_t args_begin = 0;  // slice of Function::pool
  uint32_t args_count = 0;
  int64_t imm = 0;
  Span span = {};
};
static_assert(sizeof(Inst) == 32 && std::is_trivially_copyable_v<Inst>);

struct Edge {
  BlockId to;
  uint32_t args_begin = 0, args_count = 0;  // slice of Function::pool
};

struct Block {
  Symbol name;  // label; may be empty
  std::vector<ValueId> params;
  std::vector<ValueId> insts;  // the last one is the terminator
};

enum FuncFlag : uint32_t {
  kKernel = 1,  // an entry point for launches; returns void, takes scalars
  kAlwaysInline = 2,
  kExternal = 4,    // declared, no body: found by link_name when the program is linked
  kDevice = 8,      // division never stops it (kernels and functions made from them)
  kInternal = 16,   // not visible outside the module: may be removed when nothing calls it
  kCpuKernel = 32,  // a kernel lowered to run a whole workgroup; see opt/workgroup.cpp
};

class Function {
 public:
  Symbol name;       // unique in the module
  Symbol link_name;  // what the linker calls it
  Span span;         // of the name in the source
  uint32_t flags = 0;
  uint32_t shared_bytes = 0, context_bytes = 0;  // of a kCpuKernel
  TypeId ret = kVoid;
  std::vector<TypeId> params;  // as declared: may be aggregates

  std::vector<Inst> insts;
  std::vector<ValueId> pool;
  std::vector<Edge> edges;
  std::vector<Block> blocks;
  std::vector<BlockId> layout;  // blocks in order, entry first

  bool is(FuncFlag f) const { return (flags & f) != 0; }
  bool has_body() const { return !layout.empty(); }
  BlockId entry() const { return layout.front(); }

  const Inst& inst(ValueId v) const { return insts[v.index]; }
  Inst& inst(ValueId v) { return insts[v.index]; }
  const Block& block(BlockId b) const { return blocks[b.index]; }
  Block& block(BlockId b) { return blocks[b.index]; }
  ValueId terminator(BlockId b) const { return blocks[b.index].insts.back(); }

  std::span<const ValueId> args(const Inst& i) const {
    return {pool.data() + i.args_begin, i.args_count};
  }
  std::span<ValueId> args(const Inst& i) { return {pool.data() + i.args_begin, i.args_count}; }
  std::span<const ValueId> args(ValueId v) const { return args(inst(v)); }
  ValueId arg(ValueId v, unsigned n) const { return args(inst(v))[n]; }
  std::span<const ValueId> args(const Edge& e) const {
    return {pool.data() + e.args_begin, e.args_count};
  }
  std::span<ValueId> args(const Edge& e) { return {pool.data() + e.args_begin, e.args_count}; }
  // The edges of a terminator: none, one (jmp) or two (br: taken when true, when false).
  std::span<const Edge> succs(const Inst& i) const;
  std::span<Edge> succs(const Inst& i);
  std::span<const Edge> succs(BlockId b) const { return succs(inst(terminator(b))); }

  TypeId type(ValueId v) const { return insts[v.index].type; }
  bool is_const(ValueId v) const { return inst(v).op == Op::Const; }
  bool is_const(ValueId v, int64_t value) const { return is_const(v) && inst(v).imm == value; }

  // Adding to the tables. New instructions are in no block until put there.
  BlockId add_block(Symbol name = {});  // appended to the layout
  ValueId add_param(BlockId b, TypeId type, Span span = {});
  ValueId add_inst(Inst i, std::span<const ValueId> args);
  uint32_t add_edges(std::span<const Edge> edges);  // returns the first one's index
  Edge make_edge(BlockId to, std::span<const ValueId> args);
  void set_edges(Inst& terminator, std::span<const Edge> edges);

  // Leaves, interned: the same request gives the same id. Integer bits are normalised (sign
  // extended from the type's width; bool to 0 or 1).
  ValueId leaf(Op op, TypeId type, int64_t imm);
  ValueId constant(TypeId type, int64_t bits) { return leaf(Op::Const, type, bits); }
  ValueId constant_float(TypeId type, double value);
  ValueId undef(TypeId type) { return leaf(Op::Undef, type, 0); }

  Symbol name_of(ValueId v) const { return v.index < names_.size() ? names_[v.index] : Symbol(); }
  void set_name(ValueId v, Symbol name);  // from the source, for readers only

 private:
  struct LeafKey {
    Op op;
    TypeId type;
    int64_t imm;
    bool operator==(const LeafKey&) const = default;
  };
  struct LeafHash {
    size_t operator()(const LeafKey& k) const noexcept {
      return (static_cast<uint64_t>(k.imm) ^ uint64_t{k.type.index} << 40 ^ uint64_t(k.op) << 56) *
                 0x9e3779b97f4a7c15ull >>
             16;
    }
  };
  std::unordered_map<LeafKey, ValueId, LeafHash> leaves_;
  std::vector<Symbol> names_;
};

// An address stored in a global's initial bytes: 8 bytes at `offset`.
struct Reloc {
  uint64_t offset;
  GlobalId target;
  int64_t addend;
};

struct Global {
  Symbol name;
  TypeId type = kVoid;
  Space space = Space::Generic;  // Shared: one per workgroup
  uint32_t align = 1;
  bool constant = false;      // never written (string literals)
  std::vector<uint8_t> init;  // empty: zero
  std::vector<Reloc> relocs;
  Span span;
};

class Module {
 public:
  explicit Module(SourceMap& sources) : sources(sources) {}
  Module(const Module&) = delete;

  SourceMap& sources;  // for messages with positions
  Types types;
  std::vector<Global> globals;
  std::vector<std::unique_ptr<Function>> functions;

  Function& function(FuncId f) { return *functions[f.index]; }
  const Function& function(FuncId f) const { return *functions[f.index]; }
  Global& global(GlobalId g) { return globals[g.index]; }
  const Global& global(GlobalId g) const { return globals[g.index]; }

  // Names are unique among functions and among globals; adding an existing one is a bug.
  FuncId add_function(Symbol name);
  GlobalId add_global(Global g);
  FuncId find_function(Symbol name) const;  // invalid id when there is none
  GlobalId find_global(Symbol name) const;
  const Function& callee(const Inst& call) const {
    return function(FuncId(static_cast<uint32_t>(call.imm)));
  }
  // Drops functions for which `keep` is false and renumbers calls. None of the kept may call one.
  void retain_functions(const std::vector<bool>& keep);
  std::unique_ptr<Module> clone() const;

 private:
  std::unordered_map<Symbol, FuncId> functions_by_name_;
  std::unordered_map<Symbol, GlobalId> globals_by_name_;
};

// Whether an instruction that nobody uses may be removed; depends on operands (a division by a
// known non-zero constant cannot stop the program) and on whether the function is device code.
bool is_removable(const Function& f, const Inst& i);
// Bits of a constant in canonical form for its type: sign extended, bool 0 or 1, float 32 bits.
int64_t normalize_bits(TypeId type, int64_t bits);

}  // namespace ll
