#include "search/quick_peak.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/index.h"
#include "search/layer_memory.h"
#include "search/stream_estimate.h"
#include "search/stream_memory.h"

namespace thimble::search {

namespace {

class Divisions {
 public:
  Divisions(const RowNetwork& network, bool input_by_rows)
      : network_(network),
        by_rows_(input_by_rows),
        layers_(layer_bytes(network, LayerCounting::overlapping)),
        cautious_layers_(layer_bytes(network, LayerCounting::in_place)) {
    for (int first = 0; first < network.size(); ++first) {
      streams_.push_back(estimated_streams(network, first, input_by_rows));
      exact_.emplace_back(streams_.back().size(), false);
    }
  }

  QuickPeak least(std::int64_t enough) {
    QuickPeak best = exact_division(0, Prefer::layers);
    const std::int64_t bound = best.bytes;
    if (enough > 0 && bound > enough) return best;  // Too large, wherever buffers lie.
    best.bytes = placed_arena(network_, best.segments, by_rows_);
    for (const auto [percent, prefer] : others_to_try) {
      const std::int64_t limit = bound * percent / 100;
      if (best.bytes <= std::max(limit, enough)) break;
      QuickPeak other = exact_division(limit, prefer);
      other.bytes = placed_arena(network_, other.segments, by_rows_);
      if (other.bytes < best.bytes) best = std::move(other);
    }
    return best;
  }

 private:
  /// Of divisions whose largest segments need the same: the one with the fewest streams, or the one with the fewest
  /// cycles, as the planner does; or the latter with layers
  /// that do not overlap; or the one whose other segments need least, which leaves room to place buffers.
  enum class Prefer { layers, speed, safety, room };

  struct Attempt {
    std::int64_t percent;  ///< Of what the largest segment needs at least.
    Prefer prefer;
  };
  static constexpr std::array<Attempt, 5> others_to_try{
      {{100, Prefer::speed}, {100, Prefer::safety}, {100, Prefer::room}, {102, Prefer::safety}, {105, Prefer::layers}}};

  static constexpr int most_rounds = 8;

  /// The division whose largest segment needs least, if that is more than `limit`; else the one that is preferred
  /// of those that keep it. `bytes` is what the largest segment needs.
  QuickPeak exact_division(std::int64_t limit, Prefer prefer) {
    QuickPeak best;
    best.bytes = std::numeric_limits<std::int64_t>::max();
    for (int round = 0; round < most_rounds; ++round) {
      QuickPeak found = division_by_estimates(limit, prefer);
      const bool is_exact = make_exact(found);
      if (found.bytes < best.bytes) best = std::move(found);
      if (is_exact || best.bytes <= limit) break;
    }
    return best;
  }

  /// What reaches a position with the least of the largest segments so far, and of those at the least price.
  struct Arrival {
    std::int64_t bytes = std::numeric_limits<std::int64_t>::max();
    double price = 0;
    QuickSegment by;

    bool is_better_than(const Arrival& other) const {
      return bytes != other.bytes ? bytes < other.bytes : price < other.price;
    }
  };

  QuickPeak division_by_estimates(std::int64_t limit, Prefer prefer) const {
    std::vector<Arrival> arrivals(to_index(network_.size()) + 1);
    const std::vector<std::int64_t>& layers = prefer == Prefer::safety ? cautious_layers_ : layers_;
    arrivals[0].bytes = limit;
    for (int first = 0; first < network_.size(); ++first) {
      const Arrival& from = arrivals[to_index(first)];
      const auto arrive = [&](const QuickSegment& segment, double cycles) {
        double price = segment.streamed ? 1 : 0;
        if (prefer != Prefer::layers) price = cycles;
        if (prefer == Prefer::room) price = static_cast<double>(std::max<std::int64_t>(segment.bytes - limit / 2, 0));
        const Arrival arrival{std::max(from.bytes, segment.bytes), from.price + price, segment};
        Arrival& known = arrivals[to_index(segment.end)];
        if (arrival.is_better_than(known)) known = arrival;
      };
      arrive({first, first + 1, false, layers[to_index(first)]}, network_.op(first).cost->cycles);
      const std::vector<std::int64_t>& streams = streams_[to_index(first)];
      const std::size_t shortest = by_rows_ ? 0 : 1;
      double cycles = 0;
      for (std::size_t i = 0; i < streams.size(); ++i) {
        const int end = first + 1 + static_cast<int>(i);
        cycles += network_.op(end - 1).cost->row_cycles;
        if (i >= shortest) arrive({first, end, true, streams[i]}, cycles);
      }
    }
    QuickPeak found;
    for (int position = network_.size(); position > 0; position = arrivals[to_index(position)].by.first)
      found.segments.push_back(arrivals[to_index(position)].by);
    std::ranges::reverse(found.segments);
    return found;
  }

  /// Computes what was estimated. Whether nothing was.
  bool make_exact(QuickPeak& found) {
    bool is_exact = true;
    for (QuickSegment& segment : found.segments) {
      if (segment.streamed) {
        const std::size_t length = to_index(segment.end - segment.first - 1);
        if (!exact_[to_index(segment.first)][length]) {
          segment.bytes = stream_bytes(network_, segment.first, segment.end, by_rows_);
          is_exact = is_exact && segment.bytes <= streams_[to_index(segment.first)][length];
          streams_[to_index(segment.first)][length] = segment.bytes;
          exact_[to_index(segment.first)][length] = true;
        }
      }
      found.bytes = std::max(found.bytes, segment.bytes);
    }
    return is_exact;
  }

  const RowNetwork& network_;
  bool by_rows_;
  std::vector<std::int64_t> layers_;
  std::vector<std::int64_t> cautious_layers_;       ///< Overlaps of neighbours can exclude each other: without any.
  std::vector<std::vector<std::int64_t>> streams_;  ///< By the first operator, then by length.
  std::vector<std::vector<bool>> exact_;
};

}  // namespace

QuickPeak quick_peak(const RowNetwork& network, bool input_by_rows, std::int64_t enough) {
  return Divisions(network, input_by_rows).least(enough);
}

}  // namespace thimble::search
