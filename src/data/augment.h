// data/augment.h
#pragma once

#include <cstdint>
#include <span>

#include "data/dataset.h"

namespace thimble::data {

/// Random changes of training pictures.
struct Augmentation {
  /// Pads each border by this many pixels of value `fill` and cuts the original size out at a random place.
  int crop_padding = 0;
  /// Mirrors left and right with probability 1/2.
  bool horizontal_flip = false;
  /// Fills a square of this side around a random centre (DeVries and Taylor, arXiv 1708.04552); parts beyond the
  /// border are cut off. 0: none.
  int cutout = 0;
  std::uint8_t fill = 0;

  bool changes_anything() const { return crop_padding > 0 || horizontal_flip || cutout > 0; }
};

/// Writes the augmented picture to `out` (as large as `pixels`, not overlapping it). The result depends only on the
/// arguments: give the run's seed, the epoch and the sample's row (Dataset::row), and it is the same whichever thread
/// makes it and in whatever order.
void augment(std::span<const std::uint8_t> pixels, const SampleShape& shape, const Augmentation& augmentation,
             std::uint64_t seed, std::uint64_t epoch, std::uint64_t sample, std::span<std::uint8_t> out);

}  // namespace thimble::data
