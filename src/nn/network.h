// nn/network.h
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <torch/types.h>

#include "ir/netconfig_layers.h"

namespace thimble::nn {

/// A tensor of a network with its place in it.
struct NamedTensor {
  std::string name;  ///< "block3/expand/weight": the layer's name and weight, bias, gamma, beta, mean or variance.
  torch::Tensor value;
};

/// What a forward pass does with batch normalization and ranges.
enum class Mode {
  infer,         ///< Uses the running statistics.
  train,         ///< Uses the batch's statistics and tracks them; dropout is on.
  train_frozen,  ///< Trains, but uses the running statistics and the ranges as they are.
  measure,       ///< Uses the batch's statistics and makes the running ones the mean of all measured batches.
  observe,       ///< Uses the running statistics; the ranges become the mean of all observed batches'.
  calibrate,     ///< See match_statistics.
};

/// Gives the tensor of a layer whose `kind` is "weight" (O x I x K x K; depthwise O x 1 x K x K), "bias", "gamma",
/// "beta", "mean" or "variance" (O).
using TensorSource = std::function<torch::Tensor(const ir::NetLayer& layer, std::string_view kind)>;

/// A float network that trains: the layers of a NetConfig over plain tensors. It is a list walked in order rather than
/// a tree of torch::nn modules, so that what trains is by construction what ir::to_graph writes.
///
/// Pictures are N x C x H x W in channels_last memory format, as everything inside is (without it a step takes half as
/// long again). Convolutions are bias-free before a batch normalization. Not copyable: tensors are shared handles.
class Network {
 public:
  /// Weights drawn by He et al.'s rule for ReLU (fan out), batch normalization neutral. The seed decides everything.
  Network(ir::NetConfig config, std::uint64_t seed, torch::Device device = torch::kCPU);
  /// Over the tensors that `source` gives. They may be part of another graph of gradients, as slices of a supernet are.
  Network(ir::NetConfig config, const TensorSource& source, torch::Device device = torch::kCPU);
  Network(Network&&) = default;
  Network& operator=(Network&&) = default;

  const ir::NetConfig& config() const { return config_; }
  const std::vector<ir::NetLayer>& layers() const { return layers_; }
  torch::Device device() const { return device_; }

  /// Logits N x classes. Dropout draws from `dropout_seed`.
  torch::Tensor forward(const torch::Tensor& pictures, Mode mode, std::uint64_t dropout_seed = 0);

  /// What the optimizer changes: weights, biases, gamma, beta.
  const std::vector<NamedTensor>& parameters() const { return parameters_; }
  /// Running means and variances.
  const std::vector<NamedTensor>& statistics() const { return statistics_; }
  /// Both, parameters first.
  std::vector<NamedTensor> state() const;

  /// A network over the same parameter memory, but with gradients and statistics of its own: a data-parallel worker.
  Network replica() const;
  /// A network with memory of its own.
  Network clone() const;
  /// Adds a range (minimum, maximum) for the pictures and for every layer's output to the parameters: "input/range",
  /// "block3/expand/range". From then on a forward pass computes what int8 will: weights rounded with their batch
  /// normalization folded in, activations rounded and clamped to their ranges (fake_quantize.h).
  void simulate_int8();
  bool simulates_int8() const { return input_range_ >= 0; }
  /// Parameters become leaves that collect gradients: what an optimizer changes.
  void collect_gradients();
  /// The next batch in Mode::measure or Mode::observe is the first.
  void restart_measurement() { measured_batches_ = 0; }

 private:
  /// What of the lists above belongs to a layer; -1: it has none.
  struct LayerTensors {
    int weight = -1, bias = -1, gamma = -1, beta = -1, mean = -1, variance = -1, range = -1, shifted = -1;
  };
  Network() : device_(torch::kCPU) {}
  torch::Tensor apply(std::size_t layer, const torch::Tensor& input, const torch::Tensor& other, Mode mode);
  torch::Tensor convolve(std::size_t layer, const torch::Tensor& input, Mode mode);
  void match(const LayerTensors& own, const torch::Tensor& x);
  torch::Tensor hard_sigmoid(std::size_t layer, const torch::Tensor& x, Mode mode);
  torch::Tensor weight_of(const LayerTensors& own, Mode mode) const;
  torch::Tensor ranged(int range, const torch::Tensor& x, Mode mode);
  const torch::Tensor& parameter(int index) const { return parameters_.at(static_cast<std::size_t>(index)).value; }

  ir::NetConfig config_;
  std::vector<ir::NetLayer> layers_;
  std::vector<LayerTensors> tensors_;
  std::vector<NamedTensor> parameters_;
  std::vector<NamedTensor> statistics_;
  torch::Device device_;
  int input_range_ = -1;  ///< Of parameters_; -1: float.
  int measured_batches_ = 0;
};

/// Whether weight decay applies to a parameter: to weights, not to biases and batch normalization.
bool decays(const NamedTensor& parameter);

/// Copies each of `from` into the tensor of `to` that has its name. @throws Error if one of `to` gets nothing or has
/// another shape.
void copy_by_name(const std::vector<NamedTensor>& to, const std::vector<NamedTensor>& from);
void load_state(Network& network, const std::vector<NamedTensor>& values);

/// Makes every batch normalization of a network whose weights came from elsewhere, with the normalization folded in and
/// the bias in `beta`, an identity on these pictures: mean and variance are measured layer by layer, gamma and beta
/// undo them. Training then starts from the function that the weights were made for, in which each channel keeps its
/// scale.
void match_statistics(Network& network, const torch::Tensor& pictures);

/// Makes the running statistics the mean over these batches, as a sub-network needs whose weights were trained with
/// other neighbours. Nothing else changes.
void measure_statistics(Network& network, std::span<const torch::Tensor> batches);

}  // namespace thimble::nn
