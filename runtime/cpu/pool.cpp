#include "runtime/cpu/pool.h"

#include <algorithm>

namespace ll::cpu {

Pool::Pool(unsigned threads) {
  for (unsigned t = 1; t < threads; ++t) workers_.emplace_back([this, t] { work(t); });
}

Pool::~Pool() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& w : workers_) w.join();
}

void Pool::run(unsigned helpers, Body body, void* context) {
  helpers = std::min<unsigned>(helpers, static_cast<unsigned>(workers_.size()));
  {
    std::lock_guard lock(mutex_);
    body_ = body;
    context_ = context;
    wanted_ = helpers;
    ++job_;
  }
  if (helpers == workers_.size()) {
    wake_.notify_all();
  } else {
    for (unsigned i = 0; i < helpers; ++i) wake_.notify_one();
  }
  body(context, 0);
  std::unique_lock lock(mutex_);
  wanted_ = 0;
  idle_.wait(lock, [this] { return active_ == 0; });
}

void Pool::work(unsigned thread) {
  std::unique_lock lock(mutex_);
  for (uint64_t seen = 0;;) {
    wake_.wait(lock, [&] { return stop_ || (wanted_ > 0 && job_ != seen); });
    if (stop_) return;
    seen = job_;
    --wanted_;
    ++active_;
    Body body = body_;
    void* context = context_;
    lock.unlock();
    body(context, thread);
    lock.lock();
    if (--active_ == 0) idle_.notify_one();
  }
}

}  // namespace ll::cpu
