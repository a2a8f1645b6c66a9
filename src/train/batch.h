// train/batch.h
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "data/augment.h"
#include "data/dataset.h"
#include "data/normalization.h"

namespace thimble::train {

/// Samples as a network takes them: N x H x W x C floats, and their labels.
struct Batch {
  std::vector<float> values;
  std::vector<std::int64_t> labels;
};

/// Where random changes of pictures come from: the same picture in the same epoch of the same run changes the same way,
/// whichever worker makes it.
struct AugmentationSource {
  data::Augmentation augmentation;
  std::uint64_t seed = 0;
  std::uint64_t epoch = 0;
};

/// Makes batches of a dataset of pictures. Safe to use from several threads.
class BatchMaker {
 public:
  /// @throws Error if the samples are not uint8 pictures or the normalization does not fit their channels.
  BatchMaker(data::Dataset dataset, const data::Normalization& normalization);

  const data::Dataset& dataset() const { return dataset_; }

  /// Fills `batch` (its memory is reused) with the samples at `positions`; augmented if `augmentation` is given.
  void fill(std::span<const std::size_t> positions, const AugmentationSource* augmentation, Batch& batch) const;

 private:
  data::Dataset dataset_;
  /// Real value of each pixel value, by channel: what data::to_real computes.
  std::vector<std::array<float, 256>> real_;
};

}  // namespace thimble::train
