#include "lang/brilisp/spelling.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace ll::brilisp {
namespace {

// Looking further costs more than a suggestion is worth.
constexpr size_t kMaxLength = 64, kMaxKnown = 2000;

// Edit distance with adjacent swaps counted once (optimal string alignment), row by row; gives up
// beyond `limit`.
size_t distance(std::string_view a, std::string_view b, size_t limit) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    size_t least = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

Symbol nearest_name(Symbol wrong, std::span<const Symbol> known) {
  std::string_view text = wrong.str();
  if (text.size() > kMaxLength || text.size() < 2) return {};
  size_t best = std::max<size_t>(1, text.size() / 3) + 1;
  Symbol found;
  for (Symbol s : known.first(std::min(known.size(), kMaxKnown))) {
    std::string_view other = s.str();
    size_t gap =
        other.size() > text.size() ? other.size() - text.size() : text.size() - other.size();
    if (s == wrong || gap >= best) continue;
    size_t d = distance(text, other, best - 1);
    // Equal distances are decided by the text, so that messages do not depend on table order.
    if (d < best || (d == best && found && other < found.str())) best = d, found = s;
  }
  return found;
}

void suggest_spelling(Diag& diag, Symbol wrong, std::span<const Symbol> known) {
  if (Symbol s = nearest_name(wrong, known))
    diag.suggest(fmt::format("did you mean '{}'?", s.str()));
}

}  // namespace ll::brilisp
