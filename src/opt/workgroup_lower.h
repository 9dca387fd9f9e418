// Rewrites one kernel into the function that runs a workgroup. Used by workgroup.cpp only.
#pragma once
#include "opt/kernel_desc.h"
#include "opt/workgroup_homes.h"

namespace ll {

class WorkgroupLowering {
 public:
  WorkgroupLowering(Module& m, Function& f, const Regions& regions, const Homes& homes,
                    const Dom& dom, const Uses& uses)
      : m_(m),
        f_(f),
        regions_(regions),
        homes_(homes),
        dom_(dom),
        uses_(uses),
        original_pool_(f.pool),
        entry_values_(f.insts.size()),
        local_(f.insts.size()),
        stamp_(f.insts.size()) {}

  void run();

 private:
  struct NestBlocks {
    BlockId enter, z, y, x, next_x, step_x, next_y, next_z, leave;
    ValueId state;              // parameter of enter: which region
    ValueId ids[3], agreed[3];  // parameters of x, y, z
    ValueId next;               // parameter of next_x
    ValueId context;            // of the work-item
  };
  // A block on an edge that leaves the nest.
  struct Detour {
    BlockId block, from;
    int64_t next;  // a region, or return_state()
  };

  // Once a function
  void make_entry();
  void load_launch();
  void place_shared();
  void place_slots();
  ValueId entry_value(ValueId v) const {
    return v.index < entry_values_.size() ? entry_values_[v.index] : ValueId();
  }

  // Once a nest
  const Nest& nest() const { return regions_.nests()[nest_.index]; }
  void declare_loops(NestId n);
  void lower_nest(NestId n);
  void fill_loop_heads();
  void rewrite_block(BlockId b);
  void lower_terminator(BlockId b);
  void leave_by_edge(BlockId from, unsigned edge);
  void leave_by_return(BlockId from);
  void keep_on_detours();
  void keep_at_definitions();
  void fill_latches();
  void fill_leave();
  void enter_region(BlockId from, RegionId r);

  // Operands
  ValueId local(ValueId v, BlockId at);
  ValueId fetch(ValueId v, BlockId at);
  ValueId recompute(ValueId v, BlockId at, BlockId top);
  ValueId home_address(BlockId b, ValueId v);
  std::vector<ValueId>& prologue(BlockId b);

  // Appending
  ValueId append(BlockId b, Inst i, std::initializer_list<ValueId> args);
  ValueId append_load(BlockId b, TypeId type, ValueId address);
  void append_store(BlockId b, ValueId address, ValueId value);
  ValueId append_offset(BlockId b, ValueId pointer, int64_t offset);
  ValueId append_binary(BlockId b, Op op, TypeId type, ValueId x, ValueId y);
  void append_jmp(BlockId b, BlockId to, std::initializer_list<ValueId> args);
  void append_br(BlockId b, ValueId c, BlockId yes, std::initializer_list<ValueId> yes_args,
                 BlockId no);
  ValueId number(int64_t n) { return f_.constant(kInt32, n); }
  int64_t return_state() const { return static_cast<int64_t>(regions_.regions().size()); }

  Module& m_;
  Function& f_;
  const Regions& regions_;
  const Homes& homes_;
  const Dom& dom_;
  const Uses& uses_;

  const std::vector<ValueId> original_pool_;  // operands before any was rewritten

  BlockId entry_, fail_, done_;
  ValueId args_, launch_, shared_, context_;        // the four parameters
  ValueId dims_[3][3];                              // group id, size, count, by dimension
  std::vector<ValueId> entry_values_;               // by value: what stands for it
  std::vector<ValueId> slots_;                      // by value: its uniform home
  std::vector<std::vector<ValueId>> start_params_;  // by region: they live in their homes
  std::vector<NestBlocks> nests_;
  std::vector<std::vector<ValueId>> prologues_;  // by block: what goes to its top
  std::vector<BlockId> order_;                   // the new layout

  // Of the nest at work
  NestId nest_;
  NestBlocks* at_ = nullptr;
  std::vector<ValueId> local_;  // by value, valid where stamped
  std::vector<uint32_t> stamp_;
  std::vector<Detour> detours_;
};

}  // namespace ll
