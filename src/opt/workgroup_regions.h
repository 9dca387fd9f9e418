// How a kernel is cut to run a workgroup at a time.
//
// A *region* starts at the kernel's entry or behind a barrier; every work-item runs it until it
// reaches the start of a region again, or returns. Where paths from different regions meet, the
// meeting block starts a region of its own if all work-items come there together, so that each
// block belongs to one region. Where they do not, the regions that share blocks form one *nest*:
// one loop over the work-items that enters at the region it is told to.
#pragma once
#include <cstdint>
#include <vector>

#include "opt/analysis/uniform.h"

namespace ll {

using RegionId = Id<struct RegionTag>;
using NestId = Id<struct NestTag>;

struct Region {
  BlockId start;
  NestId nest;
};

struct Nest {
  std::vector<RegionId> regions;
  std::vector<BlockId> blocks;  // in reverse post order
  std::vector<RegionId> nexts;  // regions that may follow
  bool returns = false;
  bool has_one_start() const { return regions.size() == 1; }
  unsigned exits() const { return static_cast<unsigned>(nexts.size()) + returns; }
};

// Replaces each barrier by a jump to a new block, and returns those blocks.
std::vector<BlockId> split_at_barriers(Function& f);

class Regions {
 public:
  Regions(const Function& f, const Cfg& cfg, const Uniform& uniform,
          const std::vector<BlockId>& barriers);

  const std::vector<Region>& regions() const { return regions_; }  // the entry's first
  const std::vector<Nest>& nests() const { return nests_; }
  // Invalid when the block starts no region.
  RegionId started_at(BlockId b) const { return started_[b.index]; }
  NestId nest_of(BlockId b) const { return nest_of_[b.index]; }  // invalid: unreachable

 private:
  void add_start(BlockId b);
  bool label_blocks(const Cfg& cfg, const Uniform& uniform);
  bool join(const Cfg& cfg, const Uniform& uniform, BlockId b);
  uint32_t find(uint32_t region);
  void make_nests(const Function& f, const Cfg& cfg);

  std::vector<Region> regions_;
  std::vector<Nest> nests_;
  std::vector<RegionId> started_;  // by block
  std::vector<NestId> nest_of_;    // by block
  std::vector<uint32_t> label_;    // by block: a region, before joining
  std::vector<uint32_t> joined_;   // by region: union-find parent
};

}  // namespace ll
