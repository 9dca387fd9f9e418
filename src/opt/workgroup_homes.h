// Where the values of a kernel live while other work-items run.
#pragma once
#include <cstdint>
#include <vector>

#include "opt/workgroup_regions.h"

namespace ll {

// How a value is had again in a nest (or, where a nest has several starts, a block) other than
// the one that computes it.
enum class HomeKind : uint8_t {
  None,           // it never is
  Entry,          // known before any work-item runs: an argument, the group's place in the grid
  Recomputed,     // cheap to compute from such values and the local id
  Uniform,        // in a slot of the workgroup function
  Context,        // in the work-item's own memory, at `offset`
  ContextObject,  // the value is a slot's address, the slot is at `offset` of that memory
};

struct Home {
  HomeKind kind = HomeKind::None;
  uint32_t offset = 0;
};

class Homes {
 public:
  Homes(const Module& m, const Function& f, const Regions& regions, const Uniform& uniform,
        const Uses& uses, const Cfg& cfg);

  const Home& of(ValueId v) const { return homes_[v.index]; }
  uint32_t context_bytes() const { return (bytes_ + 15) & ~15u; }
  // Values with a home in memory that are computed in the nest and no start's parameters.
  const std::vector<ValueId>& kept_by(NestId n) const { return kept_[n.index]; }
  // The object memory of the kernel exceeds 32-bit offsets.
  bool overflows() const { return overflows_; }

 private:
  void place_object(const Module& m, const Inst& slot, Home& home);
  void place(const Function& f, ValueId v, NestId nest, bool is_uniform);
  bool is_used_elsewhere(const Function& f, const Regions& regions, const Uses& uses, ValueId v,
                         BlockId defined_in) const;
  void compute_cost(const Function& f, ValueId v);
  uint32_t reserve(uint64_t bytes, uint64_t align);

  static constexpr uint8_t kCostly = 255, kMaxCost = 6;  // instructions to recompute a value
  std::vector<Home> homes_;
  std::vector<uint8_t> cost_;
  std::vector<std::vector<ValueId>> kept_;
  uint32_t bytes_ = 0;
  bool overflows_ = false;
};

}  // namespace ll
