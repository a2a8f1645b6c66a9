#include "data/normalization.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "base/error.h"
#include "base/suggest.h"

namespace thimble::data {

namespace {

float stored_value(SampleType type, const std::byte* value) {
  switch (type) {
    case SampleType::uint8:
      return static_cast<float>(std::to_integer<std::uint8_t>(*value));
    case SampleType::int8:
      return static_cast<float>(static_cast<std::int8_t>(std::to_integer<std::uint8_t>(*value)));
    case SampleType::float32:
      break;
  }
  float real = 0;
  std::memcpy(&real, value, sizeof real);
  return real;
}

float per_channel(const std::vector<float>& values, std::size_t channel) {
  return values.size() == 1 ? values[0] : values[channel];
}

void check(const Normalization& normalization, const Dataset& dataset) {
  if (normalization.mode == Normalization::Mode::raw) return;
  const auto channels = static_cast<std::size_t>(dataset.shape().channels);
  for (const std::vector<float>* values : {&normalization.mean, &normalization.std}) {
    if (values->size() != 1 && values->size() != channels) {
      fail("{}: has {} channels, but the normalization is for {}", dataset.name(), channels, values->size());
    }
  }
  if (std::any_of(normalization.std.begin(), normalization.std.end(), [](float s) { return !(s > 0); })) {
    fail("a normalization's std must be positive");
  }
}

float real_of(const Dataset& dataset, float stored, const Normalization& normalization, std::size_t channel) {
  if (normalization.mode == Normalization::Mode::raw) return stored;
  const float value = dataset.type() == SampleType::uint8 ? stored / 255.0F : stored;
  return (value - per_channel(normalization.mean, channel)) / per_channel(normalization.std, channel);
}

struct Limits {
  int least, most;
};

Limits limits_of(const Dataset& dataset, const ir::Tensor& input) {
  if (input.type == ir::DataType::int8) return {-128, 127};
  if (input.type == ir::DataType::uint8) return {0, 255};
  fail("input \"{}\" is {}: samples of {} can feed float32, int8 and uint8", input.name, ir::name_of(input.type),
       dataset.name());
}

/// The integer with which a quantized input represents a stored value.
int quantized(const Dataset& dataset, float stored, const ir::Tensor& input, const Normalization& normalization,
              std::size_t channel) {
  const Limits limits = limits_of(dataset, input);
  if (normalization.mode == Normalization::Mode::raw) {
    const bool shifts = dataset.type() == SampleType::uint8 && input.type == ir::DataType::int8;
    const float value = shifts ? stored - 128.0F : stored;
    return static_cast<int>(
        std::clamp(std::round(value), static_cast<float>(limits.least), static_cast<float>(limits.most)));
  }
  const float real = real_of(dataset, stored, normalization, channel);
  const float steps = std::round(real / input.scale()) + static_cast<float>(input.zero_point());
  return static_cast<int>(std::clamp(steps, static_cast<float>(limits.least), static_cast<float>(limits.most)));
}

void quantize_sample(const Dataset& dataset, std::size_t index, const ir::Tensor& input,
                     const Normalization& normalization, std::vector<std::byte>& out) {
  const std::span<const std::byte> stored = dataset.bytes(index);
  const auto channels = static_cast<std::size_t>(dataset.shape().channels);
  if (dataset.type() != SampleType::uint8) {
    const std::size_t width = bytes_of(dataset.type());
    for (std::size_t i = 0; i < out.size(); ++i) {
      const float value = stored_value(dataset.type(), &stored[i * width]);
      out[i] = static_cast<std::byte>(quantized(dataset, value, input, normalization, i % channels));
    }
    return;
  }
  // A picture has at most 256 different values in each channel: compute each once.
  std::vector<std::array<std::byte, 256>> table(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t v = 0; v < 256; ++v) {
      table[c][v] = static_cast<std::byte>(quantized(dataset, static_cast<float>(v), input, normalization, c));
    }
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = table[i % channels][std::to_integer<std::size_t>(stored[i])];
}

void check_fits(const Dataset& dataset, const ir::Tensor& input) {
  const SampleShape wanted = picture_shape(input);
  const bool is_picture = wanted.height > 0 && dataset.type() == SampleType::uint8;
  const bool same =
      is_picture ? wanted == dataset.shape() : static_cast<std::size_t>(input.elements()) == dataset.shape().values();
  if (same) return;
  throw Error(fmt::format("{}: samples are {}, but input \"{}\" is {}", dataset.name(), text_of(dataset.shape()),
                          input.name, ir::text_of(input.shape)),
              is_picture ? "open the dataset with the model's resolution and channels" : "");
}

}  // namespace

Normalization normalization_named(std::string_view name) {
  if (name == "unit") return {};
  if (name == "symmetric") return {.mean = {0.5F}, .std = {0.5F}};
  if (name == "raw") return {.mode = Normalization::Mode::raw};
  if (name == "imagenet") return {.mean = {0.485F, 0.456F, 0.406F}, .std = {0.229F, 0.224F, 0.225F}};
  const std::vector<std::string> names{"unit", "symmetric", "raw", "imagenet"};
  const std::string meant = nearest(name, names);
  throw Error(fmt::format("there is no normalization \"{}\"", name),
              meant.empty() ? "unit, symmetric, raw and imagenet are known" : fmt::format("did you mean {}?", meant));
}

Normalization measure_normalization(const Dataset& dataset) {
  if (dataset.empty()) fail("{}: has no samples to measure a mean of", dataset.name());
  const auto channels = static_cast<std::size_t>(dataset.shape().channels);
  const std::size_t values = dataset.shape().values();
  const std::size_t step = std::max<std::size_t>(1, dataset.size() / 10'000);
  std::vector<double> sum(channels, 0.0);
  std::vector<double> squares(channels, 0.0);
  std::vector<float> real(values);
  double count = 0;
  for (std::size_t i = 0; i < dataset.size(); i += step) {
    to_real(dataset, i, Normalization{}, real);
    for (std::size_t v = 0; v < values; ++v) {
      sum[v % channels] += real[v];
      squares[v % channels] += static_cast<double>(real[v]) * real[v];
    }
    count += static_cast<double>(values / channels);
  }
  Normalization measured{.mean = {}, .std = {}};
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = sum[c] / count;
    const double variance = std::max(0.0, squares[c] / count - mean * mean);
    measured.mean.push_back(static_cast<float>(mean));
    // A constant channel has no deviation to divide by.
    measured.std.push_back(variance < 1e-12 ? 1.0F : static_cast<float>(std::sqrt(variance)));
  }
  return measured;
}

Json to_json(const Normalization& normalization) {
  return {{"mode", normalization.mode == Normalization::Mode::raw ? "raw" : "standard"},
          {"mean", normalization.mean},
          {"std", normalization.std}};
}

Normalization normalization_from_json(const Json& json) {
  try {
    const auto mode = json.at("mode").get<std::string>();
    if (mode != "raw" && mode != "standard") fail("normalization: mode \"{}\" is neither standard nor raw", mode);
    Normalization read{.mode = mode == "raw" ? Normalization::Mode::raw : Normalization::Mode::standard,
                       .mean = json.at("mean").get<std::vector<float>>(),
                       .std = json.at("std").get<std::vector<float>>()};
    if (read.mean.empty() || read.std.empty()) fail("normalization: mean or std is empty");
    return read;
  } catch (const nlohmann::json::exception&) {
    fail("normalization: is not an object with mode, mean and std");
  }
}

void to_real(const Dataset& dataset, std::size_t index, const Normalization& normalization, std::span<float> out) {
  check(normalization, dataset);
  const std::span<const std::byte> stored = dataset.bytes(index);
  const auto channels = static_cast<std::size_t>(dataset.shape().channels);
  const std::size_t width = bytes_of(dataset.type());
  if (out.size() != dataset.shape().values())
    fail("{}: a sample has {} values", dataset.name(), dataset.shape().values());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = real_of(dataset, stored_value(dataset.type(), &stored[i * width]), normalization, i % channels);
  }
}

std::vector<std::byte> to_input(const Dataset& dataset, std::size_t index, const ir::Tensor& input,
                                const Normalization& normalization) {
  check(normalization, dataset);
  check_fits(dataset, input);
  std::vector<std::byte> out(static_cast<std::size_t>(input.bytes()));
  if (input.type == ir::DataType::float32) {
    std::vector<float> real(dataset.shape().values());
    to_real(dataset, index, normalization, real);
    std::memcpy(out.data(), real.data(), out.size());
    return out;
  }
  if (normalization.mode == Normalization::Mode::standard && !input.quantization) {
    fail("input \"{}\" is {} but has no scale", input.name, ir::name_of(input.type));
  }
  quantize_sample(dataset, index, input, normalization, out);
  return out;
}

SampleShape picture_shape(const ir::Tensor& input) {
  const bool is_picture = input.shape.size() == 4 && (input.shape[3] == 1 || input.shape[3] == 3);
  if (!is_picture) return {.height = 0, .width = 0, .channels = 0};
  return {.height = input.shape[1], .width = input.shape[2], .channels = input.shape[3]};
}

}  // namespace thimble::data
