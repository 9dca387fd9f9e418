// The objects of a kernel that SPIR-V keeps in variables: slots, workgroup memory, constant data.
//
// Logical addressing: such memory has no addresses. A pointer to it is a pair of the variable,
// which must be known here, and an offset, a 32-bit integer. Every variable is an array of one
// element type, chosen so that each access is one element or several whole ones; nothing is ever
// read, changed and written back, so work-items do not disturb each other.
//
// All other pointers are 64-bit addresses of device memory.
#pragma once
#include <cstdint>
#include <vector>

#include "emit_spirv/instruction.h"
#include "ir/ir.h"
#include "opt/analysis/cfg.h"
#include "support/diag.h"

namespace ll::spirv {

struct Object {
  enum class Kind : uint8_t { Private, Shared, Constant };
  Kind kind;
  ValueId slot;     // Private: the instruction that makes it
  GlobalId global;  // the others
  uint64_t bytes = 0;
  // The element: `unit` bytes, of type `scalar` when all accesses agree, else an integer.
  uint32_t unit = 8;
  TypeId scalar;
  bool accessed = false, mixed = false;
  // Offsets count elements rather than bytes: every step is a multiple of the unit.
  bool in_units = true;
  uint32_t step_bits = 0;  // all scales and constant steps, or'ed

  SpvId variable = 0, array_type = 0, element_type = 0, element_pointer = 0;

  uint32_t count() const {
    uint64_t n = (bytes + unit - 1) / unit;
    return n == 0 ? 1 : static_cast<uint32_t>(n);
  }
};

// What a pointer value is based on.
struct Base {
  static constexpr uint32_t kUnknown = 0xffffffffu;  // null, undef, or not reached
  static constexpr uint32_t kAddress = 0xfffffffeu;  // device memory
  static constexpr uint32_t kMixed = 0xfffffffdu;    // several objects: not expressible
};

struct Objects {
  std::vector<Object> list;
  std::vector<uint32_t> base;  // by value: an index into `list`, or one of Base

  bool in_object(ValueId v) const { return base[v.index] < list.size(); }
};

// Nothing, with diagnostics, when an access needs a pointer whose object is not known.
bool find_objects(const Module& m, const Function& f, const Cfg& cfg, Objects& out, Diags& diags);

// The bytes one step of a copy moves: the largest power of two, up to 8, that divides the size
// and that the alignment allows.
uint32_t copy_unit(const Inst& copy);

}  // namespace ll::spirv
