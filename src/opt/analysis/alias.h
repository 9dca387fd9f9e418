// Which memory accesses may touch the same bytes.
//
// Every address is traced through `ptradd` and `addrspacecast` to the object it points into, and
// to an anchor: the nearest address from which its distance is known exactly. Two accesses with
// one anchor are compared by offset. Else they are disjoint when they belong to different objects
// that are known apart: slots, allocs, globals, a struct parameter's private copy; and a local
// object whose address does not escape is apart from every address not derived from it.
// Access outside of the object that an address was derived from is an error of the program.
//
// Built in one linear walk; instructions made later point at unknown objects.
#pragma once
#include <cstdint>
#include <vector>

#include "opt/analysis/cfg.h"

namespace ll {

class Alias {
 public:
  Alias(const Module& m, const Function& f, const Cfg& cfg);

  struct Location {
    ValueId object, anchor;
    int64_t offset;  // from the anchor
    uint64_t size;
  };
  Location locate(ValueId address, uint64_t size) const {
    if (address.index >= addresses_.size()) return {address, address, 0, size};
    const Address& a = addresses_[address.index];
    return {a.object, a.anchor, a.offset, size};
  }
  // What a load reads, or a store or copy writes.
  Location accessed(const Inst& i) const;

  bool may_overlap(const Location& a, const Location& b) const;
  // Whether executing `i` may change the bytes of a location.
  bool may_clobber(const Inst& i, const Location& at) const;
  // Whether the location lies inside a slot or global, so that reading it never faults.
  bool is_dereferenceable(const Location& at) const;
  bool is_constant(const Location& at) const;  // never written while the program runs

 private:
  struct Address {
    ValueId object, anchor;
    int64_t offset = 0;
  };
  enum Kind : uint8_t { Unknown, FromOutside, Local, Global, Copied };
  Kind kind(ValueId object) const {
    return object.index < kinds_.size() ? kinds_[object.index] : Unknown;
  }
  // Made for this call, and no address of it is known to anyone else.
  bool is_private(ValueId object) const {
    Kind k = kind(object);
    return (k == Local || k == Copied) && !escapes_[object.index];
  }
  void trace(ValueId v);
  void find_escapes(ValueId v);

  const Module& m_;
  const Function& f_;
  std::vector<Address> addresses_;  // by value
  std::vector<Kind> kinds_;
  std::vector<bool> escapes_;
};

// Whether the optimiser must treat an instruction as writing memory. An alloc does not write
// what anyone could have read.
inline bool is_memory_def(const Inst& i) { return writes_memory(i.op) && i.op != Op::Alloc; }

}  // namespace ll
