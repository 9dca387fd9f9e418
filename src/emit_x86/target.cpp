#include "emit_x86/emit.h"
#include "emit_x86/features.h"

namespace ll::x86 {

const Target kTarget{.kind = TargetKind::X86, .has_generic_pointers = true, .has_calls = true};

namespace {
struct Level {
  std::string_view name;
  uint32_t features;
};
constexpr Level kLevels[] = {
#define LEVEL(name, features) {name, features},
#include "emit_x86/target.def"
#undef LEVEL
};
}  // namespace

std::optional<Features> find_features(std::string_view arch) {
  if (arch == "native") return native_features();
  for (const Level& level : kLevels)
    if (level.name == arch) return Features(level.features);
  return std::nullopt;
}

std::vector<std::string_view> arch_names() {
  std::vector<std::string_view> names{"native"};
  for (const Level& level : kLevels) names.push_back(level.name);
  return names;
}

}  // namespace ll::x86
