// plan/offsets.cpp
#include "plan/offsets.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "plan/columns.h"
#include "plan/first_fit.h"

namespace thimble::plan {
namespace {

/// A buffer is over one that exists, and not in the end over itself.
void check_over(std::span<const LiveRange> buffers, std::size_t buffer) {
  int at = static_cast<int>(buffer);
  for (std::size_t steps = 0; at != LiveRange::nothing; ++steps) {
    if (at < 0 || at >= static_cast<int>(buffers.size()) || steps > buffers.size())
      fail("offsets: buffer {} is over buffer {}, which cannot be", buffer, buffers[buffer].over);
    at = buffers[static_cast<std::size_t>(at)].over;
  }
}

void check(std::span<const LiveRange> buffers) {
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const LiveRange& buffer = buffers[i];
    if (buffer.size < 0) fail("offsets: buffer {} has a negative size ({} bytes)", i, buffer.size);
    if (buffer.last < buffer.first)
      fail("offsets: buffer {} has an empty live range ([{}, {}])", i, buffer.first, buffer.last);
    check_over(buffers, i);
    const bool meets = buffer.meets != LiveRange::nothing;
    if (meets && (buffer.meets < 0 || buffer.meets >= static_cast<int>(buffers.size()) || buffer.gap <= 0))
      fail("offsets: buffer {} meets buffer {} at a gap of {} bytes, which cannot be", i, buffer.meets, buffer.gap);
  }
}

/// The columns that are live in a step and their bytes then.
using Section = std::vector<std::pair<std::size_t, std::int64_t>>;

/// Whether each column of `part` is in `whole` with as many bytes. Both are in the order of columns.
bool is_within(const Section& part, const Section& whole) {
  auto at = whole.begin();
  for (const auto& [column, bytes] : part) {
    while (at != whole.end() && at->first < column) ++at;
    if (at == whole.end() || at->first != column || at->second < bytes) return false;
  }
  return true;
}

/// The sections of all steps that can need most bytes: those at which something becomes live. Sections that lie within
/// the next one are left out.
std::vector<Section> sections_of(std::span<const Column> columns) {
  std::vector<Section> sections;
  for (const int step : starts_of(columns)) {
    Section live;
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (const std::int64_t bytes = bytes_at(columns[i], step); bytes > 0) live.emplace_back(i, bytes);
    if (!sections.empty() && is_within(sections.back(), live)) sections.pop_back();
    sections.push_back(std::move(live));
  }
  return sections;
}

/// Depth-first search over canonical placements. Pushing all columns of any solution down, the lowest first, gives a
/// solution no higher in which each rests on a column below it or on the floor, of the arena or of a region; so it is
/// enough to place columns in the order of their offsets, each at the lowest offset that those already placed, and the
/// boundaries between regions, leave it (its rest).
class Search {
 public:
  Search(std::span<const Column> columns, std::span<const std::int64_t> boundaries, const OffsetOptions& options,
         const Offsets& first)
      : columns_(columns), boundaries_(boundaries), options_(options), best_(first) {
    const std::size_t count = columns.size();
    sections_ = sections_of(columns);
    neighbours_.resize(count);
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t j = 0; j < count; ++j)
        if (const std::int64_t height = height_below(columns[i], columns[j]); i != j && height > 0)
          neighbours_[i].emplace_back(j, height);
    for (const Column& column : columns) rest_.push_back(lifted(0, column.size, boundaries));
    placed_.assign(count, false);
    left_ = count;
    for (const Section& section : sections_) {
      std::int64_t live = 0;
      for (const auto& [column, bytes] : section) live += bytes;
      bound_ = std::max(bound_, live);
    }
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

  void place_and_extend(std::size_t column) {
    const std::size_t undo_begin = undo_.size();
    const std::int64_t offset = rest_[column];
    placed_[column] = true;
    --left_;
    for (const auto& [other, height] : neighbours_[column])
      if (!placed_[other] && rest_[other] < offset + height) {
        undo_.emplace_back(other, rest_[other]);
        rest_[other] = lifted(offset + height, columns_[other].size, boundaries_);
      }
    extend(offset, column + 1);
    for (; undo_.size() > undo_begin; undo_.pop_back()) rest_[undo_.back().first] = undo_.back().second;
    ++left_;
    placed_[column] = false;
  }

  void keep() {
    std::int64_t peak = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) peak = std::max(peak, rest_[i] + columns_[i].size);
    if (peak >= best_.peak) return;
    best_.peak = peak;
    best_.offset = rest_;
  }

  /// Whether what is placed leaves room for a peak below the best one.
  bool may_improve(std::int64_t lowest) const {
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (!placed_[i] && std::max(rest_[i], lowest) + columns_[i].size >= best_.peak) return false;
    if (!options_.bound_by_section) return true;
    for (const Section& section : sections_) {
      std::int64_t floor = best_.peak;
      std::int64_t bytes = 0;
      for (const auto& [i, live] : section) {
        if (placed_[i]) continue;
        floor = std::min(floor, rest_[i]);
        bytes += live;
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
      for (std::size_t i = 0; i < columns_.size(); ++i)
        if (!placed_[i]) ceiling = std::min(ceiling, rest_[i] + columns_[i].size);
    const std::size_t begin = candidates_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (placed_[i] || rest_[i] < lowest || rest_[i] >= ceiling) continue;
      if (rest_[i] == lowest && i < from) continue;
      if (options_.break_symmetry && has_unplaced_twin_before(i)) continue;
      candidates_.push_back(i);
    }
    std::stable_sort(candidates_.begin() + static_cast<std::ptrdiff_t>(begin), candidates_.end(),
                     [this](std::size_t a, std::size_t b) { return rest_[a] < rest_[b]; });
  }

  /// The columns are sorted, so twins are neighbours in the order.
  bool has_unplaced_twin_before(std::size_t i) const {
    if (i == 0 || placed_[i - 1]) return false;
    const Column& a = columns_[i - 1];
    const Column& b = columns_[i];
    const bool simple = a.parts.size() == 1 && b.parts.size() == 1 && !a.meets && !b.meets;
    return simple && a.size == b.size && a.first == b.first && a.last == b.last;
  }

  std::span<const Column> columns_;
  std::span<const std::int64_t> boundaries_;
  const OffsetOptions& options_;
  Offsets best_;
  std::int64_t bound_ = 0;
  std::int64_t nodes_ = 0;
  std::vector<Section> sections_;
  /// The columns that may not meet a column, and its height below each.
  std::vector<std::vector<std::pair<std::size_t, std::int64_t>>> neighbours_;
  std::vector<std::int64_t> rest_;  ///< Of a placed column its offset; of another one the lowest it can have.
  std::vector<bool> placed_;
  std::size_t left_ = 0;
  std::vector<std::size_t> candidates_;                     ///< Of all open nodes, one after another.
  std::vector<std::pair<std::size_t, std::int64_t>> undo_;  ///< Rests to restore when a placement is taken back.
};

}  // namespace

std::int64_t section_bound(std::span<const LiveRange> buffers) {
  const std::vector<Column> columns = columns_of(buffers);
  const std::vector<int> starts = starts_of(columns);
  return starts.empty() ? 0 : most_live(columns, starts, starts.front(), starts.back());
}

Offsets place(std::span<const LiveRange> buffers, const OffsetOptions& options, std::span<const std::int64_t> regions) {
  check(buffers);
  const std::vector<std::int64_t> boundaries = boundaries_of(regions);
  // The largest first: they decide the peak. Empty buffers take no part and stay at 0.
  std::vector<Column> columns = columns_of(buffers);
  std::stable_sort(columns.begin(), columns.end(), [](const Column& a, const Column& b) {
    return std::tuple(-a.size, a.first, a.last) < std::tuple(-b.size, b.first, b.last);
  });

  Offsets found = first_fit(columns, boundaries);
  if (columns.empty()) found.optimal = true;
  if (options.exact && !found.optimal) {
    constexpr std::size_t most_placements = 200'000;  // Of columns, in one walk: graphs in patches have hundreds.
    const int moves = static_cast<int>(std::min<std::size_t>(2000, most_placements / columns.size()));
    if (Offsets moved = first_fit_by_moves(columns, moves, boundaries); moved.peak < found.peak)
      found = std::move(moved);
  }
  if (options.exact && !found.optimal) found = Search(columns, boundaries, options, found).run();

  Offsets result{std::vector<std::int64_t>(buffers.size(), 0), found.peak, found.optimal};
  for (std::size_t i = 0; i < columns.size(); ++i)
    for (const std::size_t buffer : columns[i].buffers) result.offset[buffer] = found.offset[i];
  return result;
}

}  // namespace thimble::plan
