#include "search/patch_memory.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "base/index.h"
#include "search/layer_memory.h"

namespace thimble::search {

namespace {

constexpr int largest_grid = 4;

/// The rows of every tensor that one part of the output needs; columns are the same, images being square.
using Extents = std::vector<RowRead>;

class PatchStage {
 public:
  PatchStage(const RowNetwork& network, int grid, int split) : network_(network), grid_(grid), split_(split) {
    for (int part = 0; part < grid; ++part) extents_[to_index(part)] = extents_of(part);
  }

  std::int64_t peak_bytes() const {
    std::int64_t peak = 0;
    for (int row = 0; row < grid_; ++row)
      for (int column = 0; column < grid_; ++column) peak = std::max(peak, peak_of(row, column));
    return peak + network_.tensor(split_).bytes();
  }

  /// Every operator's output pixels, summed over patches, times what one pixel takes.
  std::int64_t executed_macs() const {
    std::int64_t macs = 0;
    for (int op = 0; op < split_; ++op) {
      std::int64_t rows = 0;
      for (int part = 0; part < grid_; ++part) rows += count(part, op + 1);
      macs += rows * rows * network_.op(op).macs_a_pixel;
    }
    return macs;
  }

 private:
  Extents extents_of(int part) const {
    Extents extents(to_index(split_) + 1, {std::numeric_limits<int>::max(), 0});
    const int rows = network_.tensor(split_).rows;
    extents[to_index(split_)] = {rows * part / grid_, rows * (part + 1) / grid_};
    for (int op = split_ - 1; op >= 0; --op) {
      const RowRead output = extents[to_index(op + 1)];
      for (const int t : {network_.op(op).input, network_.op(op).other}) {
        if (t == RowOp::none) continue;
        RowRead& needed = extents[to_index(t)];
        needed.first = std::min(needed.first, rows_read(network_, network_.op(op), t, output.first, false).first);
        needed.end = std::max(needed.end, rows_read(network_, network_.op(op), t, output.end - 1, false).end);
      }
    }
    return extents;
  }

  std::int64_t count(int part, int tensor) const {
    const RowRead& extent = extents_[to_index(part)][to_index(tensor)];
    return extent.end - extent.first;
  }

  /// Of a patch, all tensors but the one in which patches are assembled.
  std::int64_t bytes_of(int row, int column, int tensor) const {
    if (tensor == split_) return 0;
    const RowTensor& whole = network_.tensor(tensor);
    return count(row, tensor) * count(column, tensor) * (whole.row_bytes / whole.rows);
  }

  std::int64_t peak_of(int row, int column) const {
    std::int64_t peak = 0;
    std::int64_t live = bytes_of(row, column, 0);
    for (int op = 0; op < split_; ++op) {
      const std::int64_t output = bytes_of(row, column, op + 1);
      live += output;
      std::int64_t shared = 0;
      std::int64_t dying = 0;
      const RowOp& layer = network_.op(op);
      for (const int t : {layer.input, layer.other}) {
        if (t == RowOp::none || network_.tensor(t).last != op) continue;
        const std::int64_t bytes = bytes_of(row, column, t);
        dying += bytes;
        if (layer.elementwise || layer.depthwise) shared = std::max(shared, std::min(bytes, output));
      }
      peak = std::max(peak, live - shared);
      live -= dying;
    }
    return peak;
  }

  const RowNetwork& network_;
  int grid_;
  int split_;
  std::array<Extents, largest_grid> extents_;  ///< By part of the output.
};

bool is_cut(const RowNetwork& network, int split) {
  for (int t = 0; t < split; ++t)
    if (network.tensor(t).last >= split) return false;
  return true;
}

bool needs_whole_images(const RowNetwork& network, int split) {
  for (int op = 0; op < split; ++op)
    if (network.op(op).cost->sums_rows || network.output_of(op).rows == 1) return true;
  return false;
}

/// The peak of the operators from `split` on, for every split.
std::vector<std::int64_t> peaks_after(const RowNetwork& network) {
  std::vector<std::int64_t> peaks = layer_bytes(network, LayerCounting::in_place_depthwise);
  for (std::size_t i = peaks.size() - 1; i-- > 0;) peaks[i] = std::max(peaks[i], peaks[i + 1]);
  return peaks;
}

PatchSchedule scheduled(const RowNetwork& network, int grid, int split, std::int64_t rest_peak) {
  const PatchStage stage(network, grid, split);
  std::int64_t once = 0;
  for (int op = 0; op < split; ++op) {
    const std::int64_t rows = network.output_of(op).rows;
    once += rows * rows * network.op(op).macs_a_pixel;
  }
  return {grid, split, std::max(stage.peak_bytes(), rest_peak), macs_of(network) - once + stage.executed_macs()};
}

bool can_be_patched(const RowNetwork& network, int grid, int split) {
  return grid > 1 && grid <= largest_grid && split > 0 && split < network.size() && is_cut(network, split) &&
         !needs_whole_images(network, split) && network.tensor(split).rows >= grid;
}

}  // namespace

std::int64_t macs_of(const RowNetwork& network) {
  std::int64_t macs = 0;
  for (int op = 0; op < network.size(); ++op) {
    const std::int64_t rows = network.output_of(op).rows;
    macs += rows * rows * network.op(op).macs_a_pixel;
  }
  return macs;
}

std::optional<PatchSchedule> patch_schedule(const RowNetwork& network, int grid, int split) {
  const std::vector<std::int64_t> rest = peaks_after(network);
  if (grid == 1) return PatchSchedule{1, 0, rest[0], macs_of(network)};
  if (!can_be_patched(network, grid, split)) return std::nullopt;
  return scheduled(network, grid, split, rest[to_index(split)]);
}

PatchSchedule best_patches(const RowNetwork& network, int most_grid, std::int64_t limit) {
  const std::vector<std::int64_t> rest = peaks_after(network);
  PatchSchedule best{1, 0, rest[0], macs_of(network)};
  const auto is_better = [limit](const PatchSchedule& a, const PatchSchedule& b) {
    const std::int64_t excess_a = std::max(a.bytes, limit);
    const std::int64_t excess_b = std::max(b.bytes, limit);
    return std::pair(excess_a, a.executed_macs) < std::pair(excess_b, b.executed_macs);
  };
  for (int split = 1; split < network.size() && !needs_whole_images(network, split); ++split)
    for (int grid = 2; grid <= std::min(most_grid, largest_grid); ++grid) {
      if (!can_be_patched(network, grid, split)) continue;
      const PatchSchedule schedule = scheduled(network, grid, split, rest[to_index(split)]);
      if (is_better(schedule, best)) best = schedule;
    }
  return best;
}

}  // namespace thimble::search
