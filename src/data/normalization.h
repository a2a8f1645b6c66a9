// data/normalization.h
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "data/dataset.h"
#include "ir/graph.h"

namespace thimble::data {

/// How stored values become a network's input. It is trained into the weights, so checkpoints record it and
/// calibration, evaluation and the firmware's host side use the recorded one.
struct Normalization {
  enum class Mode {
    /// real = (value / 255 - mean) / std for uint8 pictures; real = (value - mean) / std for features. Integer inputs
    /// quantize that with their own scale and zero point.
    standard,
    /// What published int8 models are fed with: uint8 input = pixel, int8 input = pixel - 128, float input = pixel,
    /// whatever scale the input declares. Features: the stored value, which must fit the input's type.
    raw,
  };
  Mode mode = Mode::standard;
  /// One value for each channel, or one for all.
  std::vector<float> mean{0.0F};
  std::vector<float> std{1.0F};

  bool operator==(const Normalization&) const = default;
};

/// "unit": pixel / 255. "symmetric": pixel / 127.5 - 1. "raw": see Mode::raw. "imagenet": the usual mean and standard
/// deviation of RGB. @throws Error for another name.
Normalization normalization_named(std::string_view name);

/// Mean and standard deviation of each channel over (at most 10,000 evenly spaced samples of) a dataset.
Normalization measure_normalization(const Dataset& dataset);

/// {"mode": "standard", "mean": [...], "std": [...]}
Json to_json(const Normalization& normalization);
/// @throws Error if the object is not a normalization.
Normalization normalization_from_json(const Json& json);

/// The real values of a sample under Mode::standard or Mode::raw, in the sample's order.
void to_real(const Dataset& dataset, std::size_t index, const Normalization& normalization, std::span<float> out);

/// The bytes with which `input`, a model's input tensor, is fed: exactly its type (float32, int8 or uint8) and size.
/// Quantized as TFLite does: round(real / scale) + zero point, ties away from zero, clamped.
/// @throws Error if shapes do not fit together, or the type is another.
std::vector<std::byte> to_input(const Dataset& dataset, std::size_t index, const ir::Tensor& input,
                                const Normalization& normalization);

/// The size and channels that a model's input asks of pictures: 1 x H x W x C. Zeros for inputs of other ranks.
SampleShape picture_shape(const ir::Tensor& input);

}  // namespace thimble::data
