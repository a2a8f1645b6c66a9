#include "train/batch.h"

#include <utility>

#include "base/error.h"

namespace thimble::train {

namespace {

/// The normalized values of all 256 pixel values: asks data::to_real, so that there is one definition.
std::vector<std::array<float, 256>> real_values(const data::Dataset& dataset,
                                                const data::Normalization& normalization) {
  const int channels = dataset.shape().channels;
  data::SampleTable ramp;
  ramp.name = dataset.name();
  ramp.class_names = {"ramp"};
  ramp.type = data::SampleType::uint8;
  ramp.shape = {.height = 16, .width = 16, .channels = channels};
  for (int value = 0; value < 256; ++value) {
    ramp.values.insert(ramp.values.end(), static_cast<std::size_t>(channels), static_cast<std::byte>(value));
  }
  ramp.labels = {0};
  const data::Dataset one(std::move(ramp));
  std::vector<float> real(one.shape().values());
  data::to_real(one, 0, normalization, real);
  std::vector<std::array<float, 256>> table(static_cast<std::size_t>(channels));
  for (std::size_t i = 0; i < real.size(); ++i) table[i % table.size()][i / table.size()] = real[i];
  return table;
}

}  // namespace

BatchMaker::BatchMaker(data::Dataset dataset, const data::Normalization& normalization) : dataset_(std::move(dataset)) {
  if (dataset_.type() != data::SampleType::uint8) {
    fail("{}: holds features, not pictures; networks here take pictures", dataset_.name());
  }
  real_ = real_values(dataset_, normalization);
}

void BatchMaker::fill(std::span<const std::size_t> positions, const AugmentationSource* augmentation,
                      Batch& batch) const {
  const data::SampleShape& shape = dataset_.shape();
  const std::size_t values = shape.values();
  const std::size_t channels = real_.size();
  const bool changes = augmentation != nullptr && augmentation->augmentation.changes_anything();
  std::vector<std::uint8_t> changed(changes ? values : 0);
  batch.values.resize(positions.size() * values);
  batch.labels.resize(positions.size());
  for (std::size_t n = 0; n < positions.size(); ++n) {
    std::span<const std::uint8_t> pixels = dataset_.pixels(positions[n]);
    if (changes) {
      data::augment(pixels, shape, augmentation->augmentation, augmentation->seed, augmentation->epoch,
                    dataset_.row(positions[n]), changed);
      pixels = changed;
    }
    float* out = batch.values.data() + n * values;
    for (std::size_t i = 0; i < values; i += channels) {
      for (std::size_t c = 0; c < channels; ++c) out[i + c] = real_[c][pixels[i + c]];
    }
    batch.labels[n] = dataset_.label(positions[n]);
  }
}

}  // namespace thimble::train
