#include "emit_ptx/target.h"

namespace ll::ptx {
namespace {
constexpr Arch kArchs[] = {
#define ARCH(name, ptx) {#name, ptx},
#include "emit_ptx/target.def"
#undef ARCH
};
}  // namespace

std::span<const Arch> archs() { return kArchs; }

const Arch* find_arch(std::string_view name) {
  for (const Arch& a : kArchs)
    if (a.name == name) return &a;
  return nullptr;
}

}  // namespace ll::ptx
