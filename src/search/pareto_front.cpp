#include "search/pareto_front.h"

#include <algorithm>
#include <cstddef>

namespace thimble::search {

namespace {

bool dominates(const FrontPoint& a, const FrontPoint& b) {
  if (a.accuracy < b.accuracy) return false;
  bool better = a.accuracy > b.accuracy;
  for (std::size_t i = 0; i < a.costs.size(); ++i) {
    if (a.costs[i] > b.costs[i]) return false;
    better = better || a.costs[i] < b.costs[i];
  }
  return better;
}

}  // namespace

std::vector<bool> on_front(std::span<const FrontPoint> points) {
  std::vector<bool> is_on_front;
  for (const FrontPoint& point : points) {
    is_on_front.push_back(
        std::ranges::none_of(points, [&](const FrontPoint& other) { return dominates(other, point); }));
  }
  return is_on_front;
}

}  // namespace thimble::search
