// plan/first_fit.cpp
#include "plan/first_fit.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

namespace thimble::plan {
namespace {

std::int64_t lifetime(const Column& column) { return std::int64_t{column.last} - column.first + 1; }

/// Places columns in a given order.
class FirstFit {
 public:
  FirstFit(std::span<const Column> columns, std::span<const std::int64_t> boundaries)
      : columns_(columns), boundaries_(boundaries), heights_(heights_between(columns)) {
    const std::vector<int> starts = starts_of(columns);
    for (const Column& column : columns) crowding_.push_back(most_live(columns, starts, column.first, column.last));
    if (!crowding_.empty()) bound_ = *std::max_element(crowding_.begin(), crowding_.end());
  }

  /// For each column the most bytes that are live in any step of its range: how crowded the place is where it lives.
  const std::vector<std::int64_t>& crowding() const { return crowding_; }
  std::int64_t bound() const { return bound_; }

  Offsets place_in_order(std::span<const std::size_t> order) {
    Offsets result;
    result.offset.assign(columns_.size(), 0);
    for (std::size_t placed = 0; placed < order.size(); ++placed) {
      const std::size_t column = order[placed];
      find_taken(column, order.first(placed), result.offset);
      std::int64_t offset = 0;
      for (const auto& [begin, end] : taken_) {
        if (offset <= begin) break;
        offset = std::max(offset, end);
      }
      result.offset[column] = offset;
      result.peak = std::max(result.peak, offset + columns_[column].size);
    }
    result.optimal = result.peak == bound_;
    return result;
  }

 private:
  /// The offsets, strictly between two ends, at which a column would meet one that is placed or lie across a boundary,
  /// in order.
  void find_taken(std::size_t column, std::span<const std::size_t> placed, std::span<const std::int64_t> offset) {
    taken_.clear();
    for (const std::size_t other : placed)
      if (heights_[other][column] > 0)
        taken_.emplace_back(offset[other] - heights_[column][other], offset[other] + heights_[other][column]);
    for (const std::int64_t boundary : boundaries_) {
      const auto [after, before] = straddling(boundary, columns_[column].size);
      taken_.emplace_back(after, before);
    }
    std::sort(taken_.begin(), taken_.end());
  }

  std::span<const Column> columns_;
  std::span<const std::int64_t> boundaries_;
  std::vector<std::vector<std::int64_t>> heights_;
  std::vector<std::int64_t> crowding_;
  std::int64_t bound_ = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> taken_;
};

/// Positions in the order of the columns that end at the peak.
std::vector<std::size_t> at_peak(std::span<const Column> columns, std::span<const std::size_t> order,
                                 const Offsets& offsets) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < order.size(); ++i)
    if (offsets.offset[order[i]] + columns[order[i]].size == offsets.peak) positions.push_back(i);
  return positions;
}

/// The moves of one walk from the order by size.
Offsets walk(FirstFit& fit, std::span<const Column> columns, int moves, unsigned seed) {
  std::vector<std::size_t> order(columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return columns[a].size > columns[b].size; });
  Offsets best = fit.place_in_order(order);
  std::mt19937 random(seed);
  for (int move = 0; move < moves && !best.optimal; ++move) {
    const std::vector<std::size_t> peaks = at_peak(columns, order, best);
    const std::size_t from = peaks[random() % peaks.size()];
    if (from == 0) continue;
    const std::size_t to = random() % from;
    std::vector<std::size_t> changed = order;
    std::rotate(changed.begin() + static_cast<std::ptrdiff_t>(to), changed.begin() + static_cast<std::ptrdiff_t>(from),
                changed.begin() + static_cast<std::ptrdiff_t>(from) + 1);
    Offsets found = fit.place_in_order(changed);
    if (found.peak > best.peak) continue;
    best = std::move(found);
    order = std::move(changed);
  }
  return best;
}

}  // namespace

Offsets first_fit_by_moves(std::span<const Column> columns, int moves, std::span<const std::int64_t> boundaries) {
  constexpr unsigned walks = 4;  // One may end where no single move helps.
  FirstFit fit(columns, boundaries);
  Offsets best = walk(fit, columns, moves, 1);
  for (unsigned seed = 2; seed <= walks && !best.optimal; ++seed) {
    Offsets found = walk(fit, columns, moves, seed);
    if (found.peak < best.peak) best = std::move(found);
  }
  return best;
}

Offsets first_fit(std::span<const Column> columns, std::span<const std::int64_t> boundaries) {
  FirstFit fit(columns, boundaries);
  const std::vector<std::int64_t>& crowded = fit.crowding();
  using Keys = std::array<std::int64_t, 3>;  // Compared from the first on; larger goes first.
  const auto by_size = [&](std::size_t i) { return Keys{columns[i].size, lifetime(columns[i]), 0}; };
  const auto by_area = [&](std::size_t i) { return Keys{columns[i].size * lifetime(columns[i]), columns[i].size, 0}; };
  const auto by_lifetime = [&](std::size_t i) { return Keys{lifetime(columns[i]), columns[i].size, 0}; };
  const auto by_crowding = [&](std::size_t i) { return Keys{crowded[i], columns[i].size, lifetime(columns[i])}; };
  const auto by_crowding_and_lifetime = [&](std::size_t i) {
    return Keys{crowded[i], lifetime(columns[i]), columns[i].size};
  };
  const auto by_start = [&](std::size_t i) { return Keys{-columns[i].first, columns[i].size, 0}; };

  Offsets best;
  const auto attempt = [&](const auto& keys) {
    if (best.optimal) return;
    std::vector<std::size_t> order(columns.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys(a) > keys(b); });
    Offsets found = fit.place_in_order(order);
    if (best.offset.empty() || found.peak < best.peak) best = std::move(found);
  };
  attempt(by_size);
  attempt(by_area);
  attempt(by_crowding);
  attempt(by_crowding_and_lifetime);
  attempt(by_lifetime);
  attempt(by_start);
  return best;
}

}  // namespace thimble::plan
