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

std::int64_t lifetime(const LiveRange& buffer) { return std::int64_t{buffer.last} - buffer.first + 1; }

/// For each buffer the most bytes that are live in any step of its range: how crowded the place is where it lives.
std::vector<std::int64_t> crowding(std::span<const LiveRange> buffers) {
  std::vector<std::int64_t> most(buffers.size(), 0);
  for (const LiveRange& section : buffers) {
    std::int64_t live = 0;
    for (const LiveRange& other : buffers)
      if (other.first <= section.first && section.first <= other.last) live += other.size;
    for (std::size_t i = 0; i < buffers.size(); ++i)
      if (buffers[i].first <= section.first && section.first <= buffers[i].last) most[i] = std::max(most[i], live);
  }
  return most;
}

Offsets place_in_order(std::span<const LiveRange> buffers, std::span<const std::size_t> order) {
  Offsets result;
  result.offset.assign(buffers.size(), 0);
  std::vector<std::pair<std::int64_t, std::int64_t>> taken;
  for (std::size_t placed = 0; placed < order.size(); ++placed) {
    const std::size_t buffer = order[placed];
    taken.clear();
    for (const std::size_t below : order.first(placed))
      if (live_together(buffers[buffer], buffers[below]))
        taken.emplace_back(result.offset[below], result.offset[below] + buffers[below].size);
    std::sort(taken.begin(), taken.end());
    std::int64_t offset = 0;
    for (const auto& [begin, end] : taken) {
      if (offset + buffers[buffer].size <= begin) break;
      offset = std::max(offset, end);
    }
    result.offset[buffer] = offset;
    result.peak = std::max(result.peak, offset + buffers[buffer].size);
  }
  return result;
}

std::int64_t most_live(std::span<const LiveRange> buffers) {
  const std::vector<std::int64_t> crowded = crowding(buffers);
  return crowded.empty() ? 0 : *std::max_element(crowded.begin(), crowded.end());
}

/// Positions in the order of the buffers that end at the peak.
std::vector<std::size_t> at_peak(std::span<const LiveRange> buffers, std::span<const std::size_t> order,
                                 const Offsets& offsets) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < order.size(); ++i)
    if (offsets.offset[order[i]] + buffers[order[i]].size == offsets.peak) positions.push_back(i);
  return positions;
}

}  // namespace

Offsets first_fit_by_moves(std::span<const LiveRange> buffers, int moves) {
  const std::int64_t bound = most_live(buffers);
  std::vector<std::size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return buffers[a].size > buffers[b].size; });
  Offsets best = place_in_order(buffers, order);
  std::mt19937 random(1);
  for (int move = 0; move < moves && best.peak > bound; ++move) {
    const std::vector<std::size_t> peaks = at_peak(buffers, order, best);
    const std::size_t from = peaks[random() % peaks.size()];
    if (from == 0) continue;
    const std::size_t to = random() % from;
    std::vector<std::size_t> changed = order;
    std::rotate(changed.begin() + static_cast<std::ptrdiff_t>(to), changed.begin() + static_cast<std::ptrdiff_t>(from),
                changed.begin() + static_cast<std::ptrdiff_t>(from) + 1);
    Offsets found = place_in_order(buffers, changed);
    if (found.peak > best.peak) continue;
    best = std::move(found);
    order = std::move(changed);
  }
  best.optimal = best.peak == bound;
  return best;
}

Offsets first_fit(std::span<const LiveRange> buffers) {
  const std::vector<std::int64_t> crowded = crowding(buffers);
  const std::int64_t bound = most_live(buffers);
  using Keys = std::array<std::int64_t, 3>;  // Compared from the first on; larger goes first.
  const auto by_size = [&](std::size_t i) { return Keys{buffers[i].size, lifetime(buffers[i]), 0}; };
  const auto by_area = [&](std::size_t i) { return Keys{buffers[i].size * lifetime(buffers[i]), buffers[i].size, 0}; };
  const auto by_lifetime = [&](std::size_t i) { return Keys{lifetime(buffers[i]), buffers[i].size, 0}; };
  const auto by_crowding = [&](std::size_t i) { return Keys{crowded[i], buffers[i].size, lifetime(buffers[i])}; };
  const auto by_crowding_and_lifetime = [&](std::size_t i) {
    return Keys{crowded[i], lifetime(buffers[i]), buffers[i].size};
  };
  const auto by_start = [&](std::size_t i) { return Keys{-buffers[i].first, buffers[i].size, 0}; };

  Offsets best;
  const auto attempt = [&](const auto& keys) {
    if (best.optimal) return;
    std::vector<std::size_t> order(buffers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return keys(a) > keys(b); });
    Offsets found = place_in_order(buffers, order);
    found.optimal = found.peak == bound;
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
