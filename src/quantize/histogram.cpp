#include "quantize/histogram.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace thimble::quantize {

namespace {

double squared_error(const Histogram& histogram, const Range& range) {
  const Affine affine = int8_affine(range);
  double sum = 0;
  for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
    if (histogram.counts[bin] == 0) continue;
    const float value = histogram.center(bin);
    const double error = value - dequantized(quantized(value, affine), affine);
    sum += error * error * static_cast<double>(histogram.counts[bin]);
  }
  return sum;
}

}  // namespace

float Histogram::center(std::size_t bin) const {
  const float width = (range.max - range.min) / static_cast<float>(counts.size());
  return range.min + (static_cast<float>(bin) + 0.5F) * width;
}

void Histogram::add(std::span<const float> values) {
  const float width = range.max - range.min;
  const float bins_per_unit = width > 0 ? static_cast<float>(counts.size()) / width : 0.0F;
  const auto last = static_cast<float>(counts.size() - 1);
  for (const float value : values) {
    const float bin = std::clamp((value - range.min) * bins_per_unit, 0.0F, last);
    ++counts[static_cast<std::size_t>(bin)];
  }
}

void Histogram::add(const Histogram& other) {
  for (std::size_t bin = 0; bin < counts.size(); ++bin) counts[bin] += other.counts[bin];
}

Range percentile_range(const Histogram& histogram, double percentile) {
  const auto total =
      static_cast<double>(std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::uint64_t{0}));
  const double left_out = total * (100.0 - percentile) / 100.0;
  std::size_t first = 0;
  std::size_t last = histogram.counts.size() - 1;
  for (double below = static_cast<double>(histogram.counts[first]); below <= left_out && first < last;) {
    below += static_cast<double>(histogram.counts[++first]);
  }
  for (double above = static_cast<double>(histogram.counts[last]); above <= left_out && last > first;) {
    above += static_cast<double>(histogram.counts[--last]);
  }
  // The outer edges of the bins that are kept.
  const float width = (histogram.range.max - histogram.range.min) / static_cast<float>(histogram.counts.size());
  const bool keeps_top = last + 1 == histogram.counts.size();
  return {.min = histogram.range.min + static_cast<float>(first) * width,
          .max = keeps_top ? histogram.range.max : histogram.range.min + static_cast<float>(last + 1) * width};
}

Range least_error_range(const Histogram& histogram) {
  Range best = histogram.range;
  double least = squared_error(histogram, best);
  constexpr int steps = 40;
  for (int round = 0; round < 2; ++round) {
    for (float Range::*end : {&Range::max, &Range::min}) {
      const float full = histogram.range.*end;
      for (int step = 1; step < steps; ++step) {
        Range candidate = best;
        candidate.*end = full * static_cast<float>(steps - step) / static_cast<float>(steps);
        if (candidate.min >= candidate.max) continue;
        const double error = squared_error(histogram, candidate);
        if (error < least) {
          least = error;
          best = candidate;
        }
      }
    }
  }
  return best;
}

}  // namespace thimble::quantize
