// The interpreter: the executable form of what each operation means, and the oracle for every
// emitter. It works on real memory, so pointers can be handed to C. Kernels run a workgroup at a
// time, each work-item going from barrier to barrier.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "ir/verify.h"
#include "support/kernel_desc.h"

namespace ll {

// A scalar in a register: integers sign extended, bool 0 or 1, float in the low half, pointers
// and the addresses that stand for aggregates as they are. (normalize_bits)
using Word = uint64_t;

class Interpreter {
 public:
  // How a function without a body is called. `args` follow the call convention of ir.h: for an
  // aggregate result the address to write it to comes first. False, with a message, on failure.
  using External = std::function<bool(const Function& decl, std::span<const Word> args,
                                      Word& result, std::string& error)>;

  Interpreter(Verified program, External external);
  ~Interpreter();

  struct Failure {
    Span span;            // where the program was
    std::string message;  // "division by zero"
  };
  // False after a failure. `result` is the word of a scalar result.
  bool call(FuncId f, std::span<const Word> args, Word& result, Failure& failure);
  // `args` holds one 8-byte slot per parameter (kernel_desc.h).
  bool run_kernel(FuncId kernel, Dim3 grid, Dim3 group, const uint64_t* args, Failure& failure);

  // The address of a global's storage. Shared globals have one only while a kernel runs.
  void* address_of(GlobalId g);
  // Instructions executed so far; a deterministic measure of work.
  uint64_t executed() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ll
