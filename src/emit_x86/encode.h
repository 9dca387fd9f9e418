// Encoding: machine instructions over physical registers to bytes, through xbyak. Branches are
// shortened where the target is near; calls and symbols become relocations.
#pragma once
#include <memory>
#include <string>

#include "emit_x86/features.h"
#include "emit_x86/mir.h"
#include "emit_x86/object_builder.h"

namespace ll::x86 {

class Encoder {
 public:
  Encoder(Features features, ObjectBuilder& object);
  ~Encoder();
  // Appends the function to the text section and defines its symbol. `relax`: look for short
  // forward branches also.
  void encode(const MFunction& f, uint32_t symbol, bool relax);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ll::x86
