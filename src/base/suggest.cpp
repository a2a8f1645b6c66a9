#include "base/suggest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace thimble {

namespace {

/// Levenshtein distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string best;
  std::size_t least = word.size() / 2 + 2;
  for (const std::string& candidate : candidates) {
    // "f746" is meant as "stm32f746": a candidate that contains the word is as near as two typing errors.
    const bool contains = word.size() >= 3 && candidate.find(word) != std::string::npos;
    const std::size_t d = contains ? std::min<std::size_t>(2, distance(word, candidate)) : distance(word, candidate);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

}  // namespace thimble
