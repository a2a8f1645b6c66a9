#include "search/arena_placement.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "base/index.h"
#include "plan/first_fit.h"
#include "plan/offsets.h"
#include "search/buffers.h"
#include "search/layer_memory.h"
#include "search/stream_memory.h"

namespace thimble::search {

namespace {

constexpr int none = -1;
constexpr int most_moves = 15;  ///< Ten microseconds each.

std::int64_t aligned(std::int64_t bytes) { return (bytes + 3) / 4 * 4; }

class Placement {
 public:
  Placement(const RowNetwork& network, std::span<const QuickSegment> segments, bool input_by_rows)
      : network_(network),
        segments_(segments),
        input_by_rows_(input_by_rows),
        segment_of_(network.ops.size()),
        is_ring_(network.tensors.size(), false),
        over_(network.tensors.size(), none),
        meeting_of_(network.tensors.size()),
        buffers_(network) {
    for (std::size_t i = 0; i < segments.size(); ++i)
      for (int op = segments[i].first; op < segments[i].end; ++op) segment_of_[to_index(op)] = static_cast<int>(i);
    buffers_.share_in_place([&](int op) { return !segments[to_index(segment_of_[to_index(op)])].streamed; });
  }

  std::int64_t arena() {
    for (std::size_t i = 0; i < segments_.size(); ++i)
      segments_[i].streamed ? add_stream(static_cast<int>(i)) : add_layer(static_cast<int>(i));
    add_tensors();
    std::int64_t peak = lowest_peak();
    const std::int64_t bound = plan::section_bound(ranges_);
    const auto try_again = [&](auto loosen) {
      if (peak == bound) return;
      std::ranges::for_each(ranges_, loosen);
      peak = std::min(peak, lowest_peak());
    };
    try_again([](plan::LiveRange& range) {
      if (range.over != plan::LiveRange::nothing && range.gap > 0) range.meets = range.over;
      range.over = plan::LiveRange::nothing;
    });
    try_again([](plan::LiveRange& range) { range.meets = plan::LiveRange::nothing; });
    return peak;
  }

 private:
  /// First fit in several orders, and in one that is changed step by step.
  std::int64_t lowest_peak() const {
    std::vector<plan::Column> columns = plan::columns_of(ranges_);
    std::ranges::stable_sort(columns, std::greater(), &plan::Column::size);
    const plan::Offsets found = plan::first_fit(columns);
    return found.optimal ? found.peak : std::min(found.peak, plan::first_fit_by_moves(columns, most_moves).peak);
  }

  void add_working_memory(std::int64_t bytes, int segment) {
    if (bytes > 0) ranges_.push_back({.size = aligned(bytes), .first = segment, .last = segment});
  }

  void add_stream(int segment) {
    const auto& [first, end, streamed, bytes] = segments_[to_index(segment)];
    const StreamNeeds needs = stream_needs(network_, first, end, input_by_rows_);
    add_working_memory(needs.working_bytes, segment);
    for (const int tensor : needs.rings) is_ring_[to_index(tensor)] = true;
    for (Meeting meeting : needs.meetings) {
      meeting.input = buffers_.holder_of(meeting.input);
      add_meeting(meeting);
    }
  }

  void add_layer(int segment) {
    const int op = segments_[to_index(segment)].first;
    add_working_memory(network_.op(op).cost->scratch_bytes, segment);
    const int input = buffers_.holder_of(network_.op(op).input);
    const bool dies = buffers_.dies_in(input, op);
    if (network_.op(op).elementwise || !dies || buffers_.holder_of(op + 1) != op + 1) return;
    if (network_.op(op).depthwise) {
      if (network_.op(op).cost->in_place) over_[to_index(op + 1)] = input;
      return;
    }
    const std::int64_t gap = gap_of_layer(network_, op);
    if (gap < network_.output_of(op).bytes()) add_meeting({input, op + 1, gap, false});
  }

  void add_meeting(const Meeting& meeting) {
    if (over_[to_index(meeting.result)] != none) return;
    if (meeting.same_place) over_[to_index(meeting.result)] = meeting.input;
    meeting_of_[to_index(meeting.result)] = {meeting.input, std::max<std::int64_t>(meeting.gap, 4)};
  }

  void add_tensors() {
    std::vector<int> range_of(network_.tensors.size(), none);
    for (int t = 0; t < static_cast<int>(range_of.size()); ++t) {
      if (buffers_.holder_of(t) != t || is_ring_[to_index(t)]) continue;
      range_of[to_index(t)] = static_cast<int>(ranges_.size());
      const int last = std::min(buffers_.last_of(t), network_.size() - 1);
      ranges_.push_back({.size = aligned(network_.tensor(t).bytes()),
                         .first = segment_of_[to_index(network_.tensor(t).first)],
                         .last = segment_of_[to_index(last)]});
    }
    for (int t = 0; t < static_cast<int>(range_of.size()); ++t) {
      if (range_of[to_index(t)] == none) continue;
      plan::LiveRange& range = ranges_[to_index(range_of[to_index(t)])];
      if (over_[to_index(t)] != none) range.over = range_of[to_index(over_[to_index(t)])];
      const auto [input, gap] = meeting_of_[to_index(t)];
      if (gap == 0) continue;
      if (range.over == plan::LiveRange::nothing) range.meets = range_of[to_index(input)];
      range.gap = gap;
    }
  }

  const RowNetwork& network_;
  std::span<const QuickSegment> segments_;
  bool input_by_rows_;
  std::vector<int> segment_of_;                           ///< By operator.
  std::vector<bool> is_ring_;                             ///< By tensor.
  std::vector<int> over_;                                 ///< By tensor: the one at whose first byte it begins.
  std::vector<std::pair<int, std::int64_t>> meeting_of_;  ///< By tensor: what it reaches into, and the gap, or 0.
  Buffers buffers_;
  std::vector<plan::LiveRange> ranges_;
};

}  // namespace

std::int64_t placed_arena(const RowNetwork& network, std::span<const QuickSegment> segments, bool input_by_rows) {
  return Placement(network, segments, input_by_rows).arena();
}

}  // namespace thimble::search
