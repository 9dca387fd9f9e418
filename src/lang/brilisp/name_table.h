// A map from names to values that is emptied in constant time: one for the variables and labels
// of function after function. Indexed by symbol id, so a look-up is one array access.
#pragma once
#include <cstdint>
#include <vector>

#include "support/symbol.h"

namespace ll::brilisp {

template <class T>
class NameTable {
 public:
  T* find(Symbol name) {
    if (name.id() >= cells_.size() || cells_[name.id()].epoch != epoch_) return nullptr;
    return &cells_[name.id()].value;
  }
  // The reference is good until the next put.
  T& put(Symbol name, T value) {
    if (name.id() >= cells_.size()) cells_.resize(name.id() + name.id() / 2 + 16);
    Cell& cell = cells_[name.id()];
    if (cell.epoch != epoch_) names_.push_back(name);
    cell = {epoch_, std::move(value)};
    return cell.value;
  }
  void clear() {
    ++epoch_;
    names_.clear();
  }
  const std::vector<Symbol>& names() const { return names_; }  // in order of their first put

 private:
  struct Cell {
    uint32_t epoch = 0;
    T value;
  };
  std::vector<Cell> cells_;
  std::vector<Symbol> names_;
  uint32_t epoch_ = 1;
};

}  // namespace ll::brilisp
