// quantize/histogram.h
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "quantize/affine.h"

namespace thimble::quantize {

/// How often a tensor's values fall into equal parts of its range.
struct Histogram {
  Range range;
  std::vector<std::uint64_t> counts;

  float center(std::size_t bin) const;
  /// Values outside of the range count at its ends.
  void add(std::span<const float> values);
  void add(const Histogram& other);
};

/// The range that leaves out the share (100 - percentile) / 100 of the values at each end.
Range percentile_range(const Histogram& histogram, double percentile);

/// The range, inside the histogram's, whose int8 quantization has the least mean squared error: rounding errors fall
/// with the range, clipping errors grow. Shrinks each end in turn by a grid of factors.
Range least_error_range(const Histogram& histogram);

}  // namespace thimble::quantize
