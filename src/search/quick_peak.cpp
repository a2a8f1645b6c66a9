#include "search/quick_peak.h"

#include <algorithm>
#include <limits>

#include "search/layer_memory.h"
#include "search/stream_estimate.h"
#include "search/stream_memory.h"

namespace thimble::search {

namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

class Divisions {
 public:
  Divisions(const RowNetwork& network, bool input_by_rows)
      : network_(network), by_rows_(input_by_rows), layers_(layer_bytes(network, LayerCounting::overlapping)) {
    for (int first = 0; first < network.size(); ++first) {
      streams_.push_back(estimated_streams(network, first, input_by_rows));
      exact_.emplace_back(streams_.back().size(), false);
    }
  }

  QuickPeak least() {
    QuickPeak best;
    best.bytes = std::numeric_limits<std::int64_t>::max();
    for (int round = 0; round < most_rounds; ++round) {
      QuickPeak found = least_by_estimates();
      const bool is_exact = make_exact(found);
      if (found.bytes < best.bytes) best = std::move(found);
      if (is_exact) break;
    }
    return best;
  }

 private:
  static constexpr int most_rounds = 8;

  /// What reaches a position with the least of the largest segments so far, and of those with the fewest streams.
  struct Arrival {
    std::int64_t bytes = std::numeric_limits<std::int64_t>::max();
    int streams = 0;
    QuickSegment by;

    bool is_better_than(const Arrival& other) const {
      return bytes != other.bytes ? bytes < other.bytes : streams < other.streams;
    }
  };

  QuickPeak least_by_estimates() const {
    std::vector<Arrival> arrivals(at(network_.size()) + 1);
    arrivals[0].bytes = 0;
    for (int first = 0; first < network_.size(); ++first) {
      const Arrival& from = arrivals[at(first)];
      const auto arrive = [&](const QuickSegment& segment) {
        const Arrival arrival{std::max(from.bytes, segment.bytes), from.streams + (segment.streamed ? 1 : 0), segment};
        Arrival& known = arrivals[at(segment.end)];
        if (arrival.is_better_than(known)) known = arrival;
      };
      arrive({first, first + 1, false, layers_[at(first)]});
      const std::vector<std::int64_t>& streams = streams_[at(first)];
      const std::size_t shortest = by_rows_ ? 0 : 1;
      for (std::size_t i = shortest; i < streams.size(); ++i)
        arrive({first, first + 1 + static_cast<int>(i), true, streams[i]});
    }
    QuickPeak found;
    for (int position = network_.size(); position > 0; position = arrivals[at(position)].by.first)
      found.segments.push_back(arrivals[at(position)].by);
    std::ranges::reverse(found.segments);
    return found;
  }

  /// Computes what was estimated. Whether nothing was.
  bool make_exact(QuickPeak& found) {
    bool is_exact = true;
    for (QuickSegment& segment : found.segments) {
      if (segment.streamed) {
        const std::size_t length = at(segment.end - segment.first - 1);
        if (!exact_[at(segment.first)][length]) {
          segment.bytes = stream_bytes(network_, segment.first, segment.end, by_rows_);
          is_exact = is_exact && segment.bytes <= streams_[at(segment.first)][length];
          streams_[at(segment.first)][length] = segment.bytes;
          exact_[at(segment.first)][length] = true;
        }
      }
      found.bytes = std::max(found.bytes, segment.bytes);
    }
    return is_exact;
  }

  const RowNetwork& network_;
  bool by_rows_;
  std::vector<std::int64_t> layers_;
  std::vector<std::vector<std::int64_t>> streams_;  ///< By the first operator, then by length.
  std::vector<std::vector<bool>> exact_;
};

}  // namespace

QuickPeak quick_peak(const RowNetwork& network, bool input_by_rows) {
  return Divisions(network, input_by_rows).least();
}

}  // namespace thimble::search
