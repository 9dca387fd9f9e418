// Internal to the interpreter: threads of execution and the loop that runs them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ir/interp.h"
#include "ir/interp_code.h"
#include "support/kernel_desc.h"

namespace ll {

// Memory of frames and allocs: taken in order, given back to a mark. Addresses are stable, as
// programs hold them.
class Stack {
 public:
  // More than any program that is not in an endless recursion needs.
  static constexpr uint64_t kMaxBytes = uint64_t{64} << 20;

  struct Mark {
    uint32_t chunk = 0;
    uint64_t used = 0;
  };

  explicit Stack(uint64_t first_chunk) : next_size_(first_chunk) {}
  Mark mark() const { return at_; }
  void release(Mark m) { at_ = m; }
  // Null when the limit is reached.
  std::byte* take(uint64_t bytes, uint64_t align);

 private:
  struct Chunk {
    std::unique_ptr<std::byte[]> memory;
    uint64_t size;
  };
  std::vector<Chunk> chunks_;
  Mark at_;
  uint64_t total_ = 0, next_size_;
};

struct Frame {
  const Routine* routine;
  const Step* next;  // where it goes on
  Word* registers;
  std::byte* objects;
  Word result_address;       // for an aggregate result
  uint32_t result_register;  // of the caller
  Stack::Mark below;         // the stack without this frame
};

// Position of a work-item; what local-id and its like read.
struct WorkItem {
  uint32_t local[3], group[3], group_size[3], group_count[3];
};

// One thread of execution: the host program, or a work-item.
struct Task {
  explicit Task(uint64_t first_chunk) : stack(first_chunk) {}
  std::vector<Frame> frames;
  Stack stack;
  const WorkItem* item = nullptr;  // null on the host
  Word result = 0;
};

enum class Outcome : uint8_t { Returned, Waiting, Failed };  // Waiting: at a barrier

// What every task shares.
class Machine {
 public:
  Machine(const Module& m, Interpreter::External external, std::vector<std::byte*> globals)
      : module(m),
        external_(std::move(external)),
        globals_(std::move(globals)),
        routines_(m.functions.size()) {}

  // Makes the frame of a call; what is wrong goes into `failure`.
  bool enter(Task& t, FuncId f, std::span<const Word> args, Interpreter::Failure& failure);
  // Runs until the first frame returns, a barrier, or a failure.
  Outcome run(Task& t, Interpreter::Failure& failure);
  bool call_external(const Function& f, std::span<const Word> args, Word& result, Span at,
                     Interpreter::Failure& failure);

  const Module& module;
  uint64_t executed = 0;

 private:
  const Routine& routine(FuncId f);
  Frame* push_frame(Task& t, const Routine& routine);
  bool call(Task& t, const Step& s, Interpreter::Failure& failure);
  bool copy_parameters(Frame& frame, Span at, Interpreter::Failure& failure);
  void leave(Task& t, Word value);

  Interpreter::External external_;
  std::vector<std::byte*> globals_;
  std::vector<std::unique_ptr<Routine>> routines_;  // by function, made on first use
  std::vector<Word> arguments_;                     // of an external call
};

}  // namespace ll
