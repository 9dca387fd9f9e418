// A fixed set of threads that all run the same body. The thread that asks takes part.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace ll::cpu {

class Pool {
 public:
  using Body = void (*)(void* context, unsigned thread);

  explicit Pool(unsigned threads);
  ~Pool();
  Pool(const Pool&) = delete;

  unsigned threads() const { return static_cast<unsigned>(workers_.size()) + 1; }

  // Calls `body(context, 0)` here and `body(context, t)` on up to `helpers` other threads.
  // Returns when all have returned. A thread that wakes up after the body has returned here is
  // sent back to sleep: it is the body's job to share out all of the work.
  void run(unsigned helpers, Body body, void* context);

 private:
  void work(unsigned thread);

  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  Body body_ = nullptr;
  void* context_ = nullptr;
  unsigned wanted_ = 0;  // helpers that may still join the current job
  unsigned active_ = 0;  // helpers inside the body
  uint64_t job_ = 0;     // counts jobs, so that none is joined twice
  bool stop_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace ll::cpu
