// search/pareto_front.h
#pragma once

#include <span>
#include <vector>

namespace thimble::search {

/// A network among others: its accuracy, and what it costs.
struct FrontPoint {
  double accuracy = 0;        ///< More is better.
  std::vector<double> costs;  ///< Less is better; as many for each point.
};

/// Of each point whether it is on the front: no other one is at least as good in everything and better in something.
std::vector<bool> on_front(std::span<const FrontPoint> points);

}  // namespace thimble::search
