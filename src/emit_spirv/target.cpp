#include "emit_spirv/target.h"

#include "emit_spirv/emit.h"

namespace ll::spirv {

const Target kTarget = {
    .kind = TargetKind::Spirv, .has_generic_pointers = false, .has_calls = false};

namespace {
constexpr TargetRow kTargets[] = {
#define TARGET(name, version, narrow, nan, fma, pin, env) \
  {name, version, narrow, nan, fma, pin, env},
#include "emit_spirv/target.def"
#undef TARGET
};
}  // namespace

std::span<const TargetRow> target_rows() { return kTargets; }

const TargetRow* find_target(std::string_view name) {
  for (const TargetRow& row : kTargets)
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace ll::spirv
