#include "opt/analysis/call_components.h"

#include <algorithm>

namespace ll {

CallComponents::CallComponents(const Module& m)
    : component_(m.functions.size()),
      call_count_(m.functions.size()),
      recursive_(m.functions.size()) {
  constexpr uint32_t kNone = 0xffffffffu;
  const auto count = static_cast<uint32_t>(m.functions.size());
  std::vector<std::vector<uint32_t>> calls(count);
  for (uint32_t n = 0; n < count; ++n)
    for (BlockId b : m.functions[n]->layout)
      for (ValueId v : m.functions[n]->block(b).insts)
        if (const Inst& i = m.functions[n]->inst(v); i.op == Op::Call) {
          auto callee = static_cast<uint32_t>(i.imm);
          ++call_count_[callee];
          if (calls[n].empty() || calls[n].back() != callee) calls[n].push_back(callee);
          if (callee == n) recursive_[n] = true;
        }

  std::vector<uint32_t> number(count, kNone), low(count), open;
  std::vector<bool> is_open(count);
  struct Visit {
    uint32_t function;
    size_t next;
  };
  std::vector<Visit> stack;
  uint32_t visited = 0, components = 0;
  auto enter = [&](uint32_t n) {
    number[n] = low[n] = visited++;
    open.push_back(n);
    is_open[n] = true;
    stack.push_back({n, 0});
  };
  for (uint32_t root = 0; root < count; ++root) {
    if (number[root] != kNone) continue;
    enter(root);
    while (!stack.empty()) {
      auto& [n, next] = stack.back();
      if (next < calls[n].size()) {
        uint32_t callee = calls[n][next++];
        if (number[callee] == kNone) enter(callee);
        else if (is_open[callee]) low[n] = std::min(low[n], number[callee]);
        continue;
      }
      const uint32_t done = n;
      stack.pop_back();
      if (!stack.empty())
        low[stack.back().function] = std::min(low[stack.back().function], low[done]);
      if (low[done] != number[done]) continue;
      bool several = open.back() != done;
      for (bool last = false; !last;) {
        uint32_t member = open.back();
        open.pop_back();
        is_open[member] = false;
        component_[member] = components;
        if (several) recursive_[member] = true;
        order_.push_back(FuncId(member));
        last = member == done;
      }
      ++components;
    }
  }
}

}  // namespace ll
