// The interpreter's entry points: storage of globals, calls from outside, and launches.
// How an operation behaves stands in interp_machine.cpp.
#include "ir/interp.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "ir/interp_machine.h"
#include "support/check.h"

namespace ll {
namespace {

constexpr uint64_t kHostChunk = 64 << 10, kItemChunk = 2 << 10;
constexpr uint64_t kMaxGroupItems = 1 << 16;

// Zeroed pages that cost nothing until touched, so that huge globals do no harm.
class Pages {
 public:
  Pages() = default;
  Pages(const Pages&) = delete;
  ~Pages() {
    if (base_) munmap(base_, size_);
  }
  bool map(uint64_t size) {
    size_ = std::max<uint64_t>(size, 1);
    void* p = mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p != MAP_FAILED) base_ = static_cast<std::byte*>(p);
    return base_ != nullptr;
  }
  std::byte* base() const { return base_; }

 private:
  std::byte* base_ = nullptr;
  uint64_t size_ = 0;
};

struct GlobalLayout {
  std::vector<uint64_t> offsets;
  uint64_t shared_begin = 0, shared_end = 0, total = 0;
};

// Shared globals lie together, as they are refilled for every workgroup.
GlobalLayout lay_out(const Module& m) {
  GlobalLayout out;
  out.offsets.resize(m.globals.size());
  auto place = [&](bool shared) {
    for (size_t n = 0; n < m.globals.size(); ++n) {
      const Global& g = m.globals[n];
      if ((g.space == Space::Shared) != shared) continue;
      out.total = (out.total + g.align - 1) & ~uint64_t{g.align - 1};
      out.offsets[n] = out.total;
      out.total += std::max<uint64_t>(m.types.size(g.type), 1);  // addresses differ
    }
  };
  place(true);
  out.shared_end = out.total;
  place(false);
  return out;
}

}  // namespace

struct Interpreter::State {
  State(const Module& m, External external)
      : layout(lay_out(m)),
        mapped(pages.map(layout.total)),
        machine(m, std::move(external), addresses(m)) {
    if (mapped) fill(m);
  }

  std::vector<std::byte*> addresses(const Module& m) const {
    std::vector<std::byte*> out(m.globals.size(), nullptr);
    for (size_t n = 0; mapped && n < out.size(); ++n) out[n] = pages.base() + layout.offsets[n];
    return out;
  }

  void fill(const Module& m) {
    for (size_t n = 0; n < m.globals.size(); ++n) {
      const Global& g = m.globals[n];
      std::byte* at = pages.base() + layout.offsets[n];
      if (!g.init.empty()) std::memcpy(at, g.init.data(), g.init.size());
      for (const Reloc& r : g.relocs) {
        uint64_t address = reinterpret_cast<uint64_t>(pages.base()) +
                           layout.offsets[r.target.index] + static_cast<uint64_t>(r.addend);
        std::memcpy(at + r.offset, &address, sizeof address);
      }
    }
  }

  bool ready(Span at, Failure& failure) const {
    if (!mapped) failure = {at, fmt::format("no memory for {} bytes of globals", layout.total)};
    return mapped;
  }

  // Calls nest when an external function comes back to the interpreter, so tasks are taken from
  // a pool, not one for all.
  std::unique_ptr<Task> take_task() {
    if (idle.empty()) return std::make_unique<Task>(kHostChunk);
    auto task = std::move(idle.back());
    idle.pop_back();
    return task;
  }
  void give_back(std::unique_ptr<Task> task) {
    task->frames.clear();
    task->stack.release({});
    idle.push_back(std::move(task));
  }

  bool run_group(FuncId kernel, std::span<const Word> args, std::vector<Task>& tasks,
                 Failure& failure);
  bool same_barrier(const std::vector<Task>& tasks) const;

  GlobalLayout layout;
  Pages pages;
  bool mapped;
  Machine machine;
  std::vector<std::unique_ptr<Task>> idle;
  int kernels_running = 0;
};

Interpreter::Interpreter(Verified program, External external)
    : state_(std::make_unique<State>(program.module(), std::move(external))) {}
Interpreter::~Interpreter() = default;

uint64_t Interpreter::executed() const { return state_->machine.executed; }

void* Interpreter::address_of(GlobalId g) {
  bool shared = state_->machine.module.global(g).space == Space::Shared;
  if (!state_->mapped || (shared && state_->kernels_running == 0)) return nullptr;
  return state_->pages.base() + state_->layout.offsets[g.index];
}

bool Interpreter::call(FuncId id, std::span<const Word> args, Word& result, Failure& failure) {
  Machine& machine = state_->machine;
  const Function& f = machine.module.function(id);
  if (!state_->ready(f.span, failure)) return false;
  size_t expected = f.params.size() + (is_aggregate(f.ret) ? 1 : 0);
  if (args.size() != expected) {
    failure = {f.span,
               fmt::format("'{}' takes {} arguments, not {}", f.name.str(), expected, args.size())};
    return false;
  }
  if (!f.has_body()) return machine.call_external(f, args, result, f.span, failure);
  auto task = state_->take_task();
  task->item = nullptr;
  bool good =
      machine.enter(*task, id, args, failure) && machine.run(*task, failure) == Outcome::Returned;
  result = good ? task->result : 0;
  state_->give_back(std::move(task));
  return good;
}

// Launches

// Whether all work-items wait at one place: the same barrier under the same calls.
bool Interpreter::State::same_barrier(const std::vector<Task>& tasks) const {
  const Task& first = tasks.front();
  return std::all_of(tasks.begin(), tasks.end(), [&](const Task& t) {
    return std::equal(t.frames.begin(), t.frames.end(), first.frames.begin(), first.frames.end(),
                      [](const Frame& a, const Frame& b) { return a.next == b.next; });
  });
}

// Every work-item in turn runs to its next barrier or its end, until all have ended.
bool Interpreter::State::run_group(FuncId kernel, std::span<const Word> args,
                                   std::vector<Task>& tasks, Failure& failure) {
  for (Task& t : tasks)
    if (!machine.enter(t, kernel, args, failure)) return false;
  for (;;) {
    size_t waiting = 0;
    for (Task& t : tasks) {
      Outcome outcome = machine.run(t, failure);
      if (outcome == Outcome::Failed) return false;
      if (outcome == Outcome::Waiting) ++waiting;
    }
    if (waiting == 0) return true;
    if (waiting == tasks.size() && same_barrier(tasks)) continue;
    auto at =
        std::find_if(tasks.begin(), tasks.end(), [](const Task& t) { return !t.frames.empty(); });
    const Frame& frame = at->frames.back();
    auto barrier = static_cast<size_t>(frame.next - frame.routine->steps.data() - 1);
    failure = {frame.routine->spans[barrier],
               std::string(trap_message(TrapKind::DivergentBarrier))};
    return false;
  }
}

bool Interpreter::run_kernel(FuncId kernel, Dim3 grid, Dim3 group, const uint64_t* args,
                             Failure& failure) {
  const Function& f = state_->machine.module.function(kernel);
  LL_CHECK(f.is(kKernel) && f.has_body(), "only kernels are launched");
  if (!state_->ready(f.span, failure)) return false;
  uint64_t items = uint64_t{group.x} * group.y;
  if (items > kMaxGroupItems || items * group.z > kMaxGroupItems) {
    failure = {f.span, fmt::format("a workgroup has more than {} work-items", kMaxGroupItems)};
    return false;
  }
  items *= group.z;
  if (items == 0 || grid.x == 0 || grid.y == 0 || grid.z == 0) {
    failure = {f.span, "a launch without work-items"};
    return false;
  }
  std::vector<WorkItem> places(items);
  std::vector<Task> tasks;
  tasks.reserve(items);
  for (uint64_t n = 0; n < items; ++n) {
    places[n] = {{static_cast<uint32_t>(n % group.x), static_cast<uint32_t>(n / group.x % group.y),
                  static_cast<uint32_t>(n / group.x / group.y)},
                 {0, 0, 0},
                 {group.x, group.y, group.z},
                 {grid.x, grid.y, grid.z}};
    tasks.emplace_back(kItemChunk).item = &places[n];
  }
  std::byte* shared = state_->pages.base() + state_->layout.shared_begin;
  uint64_t shared_bytes = state_->layout.shared_end - state_->layout.shared_begin;
  ++state_->kernels_running;
  bool good = true;
  for (uint32_t z = 0; good && z < grid.z; ++z)
    for (uint32_t y = 0; good && y < grid.y; ++y)
      for (uint32_t x = 0; good && x < grid.x; ++x) {
        for (WorkItem& place : places) place.group[0] = x, place.group[1] = y, place.group[2] = z;
        // Not zero: what a program reads before writing it shows.
        std::memset(shared, 0xa5, shared_bytes);
        good = state_->run_group(kernel, {args, f.params.size()}, tasks, failure);
      }
  --state_->kernels_running;
  return good;
}

}  // namespace ll
