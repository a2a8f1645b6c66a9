// plan/offsets.cpp
#include "plan/offsets.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "plan/first_fit.h"

namespace thimble::plan {
namespace {

void check(std::span<const LiveRange> buffers) {
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const LiveRange& buffer = buffers[i];
    if (buffer.size < 0) fail("offsets: buffer {} has a negative size ({} bytes)", i, buffer.size);
    if (buffer.last < buffer.first)
      fail("offsets: buffer {} has an empty live range ([{}, {}])", i, buffer.first, buffer.last);
  }
}

/// Indices of the buffers that are live in a step, for each step at which a buffer becomes live: all steps that can
/// need most bytes. Sections that lie within another one are left out.
std::vector<std::vector<std::size_t>> sections_of(std::span<const LiveRange> buffers) {
  std::vector<int> starts;
  for (const LiveRange& buffer : buffers) starts.push_back(buffer.first);
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  std::vector<std::vector<std::size_t>> sections;
  for (const int step : starts) {
    std::vector<std::size_t> live;
    for (std::size_t i = 0; i < buffers.size(); ++i)
      if (buffers[i].first <= step && step <= buffers[i].last) live.push_back(i);
    if (!sections.empty() && std::includes(live.begin(), live.end(), sections.back().begin(), sections.back().end()))
      sections.pop_back();
    sections.push_back(std::move(live));
  }
  return sections;
}

/// Depth-first search over canonical placements. Pushing all buffers of any solution down, the lowest first, gives a
/// solution no higher in which each rests on the floor or on a buffer below it; so it is enough to place buffers in the
/// order of their offsets, each at the lowest offset that those already placed leave it (its rest).
class Search {
 public:
  Search(std::span<const LiveRange> buffers, const OffsetOptions& options, const Offsets& first)
      : buffers_(buffers), options_(options), best_(first) {
    const std::size_t count = buffers.size();
    sections_ = sections_of(buffers);
    neighbours_.resize(count);
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j < count; ++j)
        if (i != j && live_together(buffers[i], buffers[j])) neighbours_[i].push_back(j);
    rest_.assign(count, 0);
    placed_.assign(count, false);
    left_ = count;
    bound_ = section_bound(buffers);
  }

  Offsets run() {
    extend(0, 0);
    best_.optimal = best_.peak == bound_ || nodes_ < options_.max_nodes;
    return best_;
  }

 private:
  bool finished() const { return best_.peak == bound_ || nodes_ >= options_.max_nodes; }

  /// Tries every buffer that may be placed next, at or above `lowest`; among those at exactly `lowest` only buffers
  /// from index `from` on, because buffers that rest at one height do not meet and need no second order.
  void extend(std::int64_t lowest, std::size_t from) {
    ++nodes_;
    if (left_ == 0) {
      keep();
      return;
    }
    if (!may_improve(lowest)) return;
    const std::size_t depth_begin = candidates_.size();
    collect_candidates(lowest, from);
    const std::size_t depth_end = candidates_.size();
    for (std::size_t c = depth_begin; c < depth_end && !finished(); ++c) place_and_extend(candidates_[c]);
    candidates_.resize(depth_begin);
  }

  void place_and_extend(std::size_t buffer) {
    const std::size_t undo_begin = undo_.size();
    const std::int64_t offset = rest_[buffer];
    const std::int64_t top = offset + buffers_[buffer].size;
    placed_[buffer] = true;
    --left_;
    for (const std::size_t other : neighbours_[buffer])
      if (!placed_[other] && rest_[other] < top) {
        undo_.emplace_back(other, rest_[other]);
        rest_[other] = top;
      }
    extend(offset, buffer + 1);
    for (; undo_.size() > undo_begin; undo_.pop_back()) rest_[undo_.back().first] = undo_.back().second;
    ++left_;
    placed_[buffer] = false;
  }

  void keep() {
    std::int64_t peak = 0;
    for (std::size_t i = 0; i < buffers_.size(); ++i) peak = std::max(peak, rest_[i] + buffers_[i].size);
    if (peak >= best_.peak) return;
    best_.peak = peak;
    best_.offset = rest_;
  }

  /// Whether what is placed leaves room for a peak below the best one.
  bool may_improve(std::int64_t lowest) const {
    for (std::size_t i = 0; i < buffers_.size(); ++i)
      if (!placed_[i] && std::max(rest_[i], lowest) + buffers_[i].size >= best_.peak) return false;
    if (!options_.bound_by_section) return true;
    for (const std::vector<std::size_t>& section : sections_) {
      std::int64_t floor = best_.peak;
      std::int64_t bytes = 0;
      for (const std::size_t i : section) {
        if (placed_[i]) continue;
        floor = std::min(floor, rest_[i]);
        bytes += buffers_[i].size;
      }
      if (bytes > 0 && std::max(floor, lowest) + bytes >= best_.peak) return false;
    }
    return true;
  }

  void collect_candidates(std::int64_t lowest, std::size_t from) {
    // A buffer that fits wholly below the next one's offset can be moved there without meeting anything: what is placed
    // later is higher. So the next offset is below every remaining buffer's lowest possible top.
    std::int64_t ceiling = best_.peak;
    if (options_.skip_dominated)
      for (std::size_t i = 0; i < buffers_.size(); ++i)
        if (!placed_[i]) ceiling = std::min(ceiling, rest_[i] + buffers_[i].size);
    const std::size_t begin = candidates_.size();
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      if (placed_[i] || rest_[i] < lowest || rest_[i] >= ceiling) continue;
      if (rest_[i] == lowest && i < from) continue;
      if (options_.break_symmetry && has_unplaced_twin_before(i)) continue;
      candidates_.push_back(i);
    }
    std::stable_sort(candidates_.begin() + static_cast<std::ptrdiff_t>(begin), candidates_.end(),
                     [this](std::size_t a, std::size_t b) { return rest_[a] < rest_[b]; });
  }

  /// The buffers are sorted, so twins are neighbours in the order.
  bool has_unplaced_twin_before(std::size_t i) const {
    if (i == 0 || placed_[i - 1]) return false;
    const LiveRange& a = buffers_[i - 1];
    const LiveRange& b = buffers_[i];
    return a.size == b.size && a.first == b.first && a.last == b.last;
  }

  std::span<const LiveRange> buffers_;
  const OffsetOptions& options_;
  Offsets best_;
  std::int64_t bound_ = 0;
  std::int64_t nodes_ = 0;
  std::vector<std::vector<std::size_t>> sections_;
  std::vector<std::vector<std::size_t>> neighbours_;
  std::vector<std::int64_t> rest_;  ///< Of a placed buffer its offset; of another one the lowest it can have.
  std::vector<bool> placed_;
  std::size_t left_ = 0;
  std::vector<std::size_t> candidates_;                     ///< Of all open nodes, one after another.
  std::vector<std::pair<std::size_t, std::int64_t>> undo_;  ///< Rests to restore when a placement is taken back.
};

}  // namespace

std::int64_t section_bound(std::span<const LiveRange> buffers) {
  std::int64_t most = 0;
  for (const LiveRange& start : buffers) {
    std::int64_t live = 0;
    for (const LiveRange& buffer : buffers)
      if (buffer.first <= start.first && start.first <= buffer.last) live += buffer.size;
    most = std::max(most, live);
  }
  return most;
}

Offsets place(std::span<const LiveRange> buffers, const OffsetOptions& options) {
  check(buffers);
  // The largest first: they decide the peak. Empty buffers take no part and stay at 0.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < buffers.size(); ++i)
    if (buffers[i].size > 0) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto key = [&](std::size_t i) { return std::tuple(-buffers[i].size, buffers[i].first, buffers[i].last); };
    return key(a) < key(b);
  });
  std::vector<LiveRange> sorted;
  for (const std::size_t i : order) sorted.push_back(buffers[i]);

  Offsets found = first_fit(sorted);
  if (sorted.empty()) found.optimal = true;
  if (options.exact && !found.optimal) {
    constexpr int moves = 2000;
    if (Offsets moved = first_fit_by_moves(sorted, moves); moved.peak < found.peak) found = std::move(moved);
  }
  if (options.exact && !found.optimal) found = Search(sorted, options, found).run();

  Offsets result{std::vector<std::int64_t>(buffers.size(), 0), found.peak, found.optimal};
  for (std::size_t i = 0; i < order.size(); ++i) result.offset[order[i]] = found.offset[i];
  return result;
}

}  // namespace thimble::plan
