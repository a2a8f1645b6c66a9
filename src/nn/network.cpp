#include "nn/network.h"

#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include <ATen/CPUGeneratorImpl.h>

#include "base/error.h"
#include "nn/batch_norm.h"
#include "nn/depthwise.h"
#include "nn/fake_quantize.h"

namespace thimble::nn {

namespace {

constexpr auto channels_last = torch::MemoryFormat::ChannelsLast;

Interval interval_of(ir::Activation activation) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  switch (activation) {
    case ir::Activation::relu:
      return {0, infinity};
    case ir::Activation::relu6:
      return {0, 6};
    case ir::Activation::relu_n1_to_1:
      return {-1, 1};
    case ir::Activation::none:
      break;
  }
  return {-infinity, infinity};
}

torch::Tensor activate(const torch::Tensor& x, ir::Activation activation) {
  if (activation == ir::Activation::none) return x;
  if (activation == ir::Activation::relu) return at::relu(x);
  const Interval interval = interval_of(activation);
  return at::hardtanh(x, interval.least, interval.most);
}

bool pools(const ir::NetLayer& layer) {
  return layer.kind == ir::LayerKind::max_pool || layer.kind == ir::LayerKind::average_pool;
}

torch::Tensor drop(const torch::Tensor& x, double rate, std::uint64_t seed) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const auto mask = at::empty(x.sizes(), torch::kFloat32).bernoulli_(1 - rate, generator);
  return x * mask.to(x.device()) / (1 - rate);
}

}  // namespace

namespace {

/// He et al.'s rule, and neutral batch normalization.
TensorSource random_tensors(std::uint64_t seed, torch::Device device) {
  return [generator = at::make_generator<at::CPUGeneratorImpl>(seed), device](const ir::NetLayer& layer,
                                                                              std::string_view kind) {
    if (kind == "gamma" || kind == "variance") return at::ones({layer.out_channels}, device);
    if (kind != "weight") return at::zeros({layer.out_channels}, device);
    const bool depthwise = layer.kind == ir::LayerKind::depthwise;
    const double fan_out = static_cast<double>(layer.weights()) / (depthwise ? layer.out_channels : layer.in_channels);
    const double deviation = layer.name == "classifier" ? 0.01 : std::sqrt(2.0 / fan_out);
    return at::empty({layer.out_channels, depthwise ? 1 : layer.in_channels, layer.kernel_size, layer.kernel_size})
        .normal_(0, deviation, generator)
        .contiguous(channels_last)
        .to(device);
  };
}

}  // namespace

Network::Network(ir::NetConfig config, std::uint64_t seed, torch::Device device)
    : Network(std::move(config), random_tensors(seed, device), device) {
  collect_gradients();
}

Network::Network(ir::NetConfig config, const TensorSource& source, torch::Device device)
    : config_(std::move(config)), layers_(ir::layers_of(config_)), tensors_(layers_.size()), device_(device) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const ir::NetLayer& layer = layers_[i];
    if (!layer.has_weights()) continue;
    const auto add = [&](std::vector<NamedTensor>& list, const char* kind) {
      list.push_back({layer.name + "/" + kind, source(layer, kind)});
      return static_cast<int>(list.size()) - 1;
    };
    tensors_[i].weight = add(parameters_, "weight");
    if (layer.bias) tensors_[i].bias = add(parameters_, "bias");
    if (layer.batch_norm) {
      tensors_[i].gamma = add(parameters_, "gamma");
      tensors_[i].beta = add(parameters_, "beta");
      tensors_[i].mean = add(statistics_, "mean");
      tensors_[i].variance = add(statistics_, "variance");
    }
  }
}

void Network::collect_gradients() {
  for (NamedTensor& parameter : parameters_) parameter.value.requires_grad_(true);
}

torch::Tensor Network::forward(const torch::Tensor& pictures, Mode mode, std::uint64_t dropout_seed) {
  if (mode == Mode::measure || mode == Mode::observe) ++measured_batches_;
  const torch::Tensor first = ranged(input_range_, pictures, mode);
  std::vector<torch::Tensor> outputs(layers_.size());
  const bool training = mode == Mode::train || mode == Mode::train_frozen;
  const auto output = [&](int layer) -> const torch::Tensor& {
    return layer < 0 ? first : outputs[static_cast<std::size_t>(layer)];
  };
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    torch::Tensor input = output(layers_[i].input);
    if (i + 1 == layers_.size() && training && config_.dropout > 0) input = drop(input, config_.dropout, dropout_seed);
    outputs[i] = apply(i, input, output(layers_[i].other), mode);
    // The range of a pooling is that of what it pools, and not its to observe.
    if (mode != Mode::observe || !pools(layers_[i])) outputs[i] = ranged(tensors_[i].range, outputs[i], mode);
  }
  return outputs.back().flatten(1);
}

torch::Tensor Network::apply(std::size_t i, const torch::Tensor& input, const torch::Tensor& other, Mode mode) {
  const ir::NetLayer& layer = layers_[i];
  switch (layer.kind) {
    case ir::LayerKind::conv:
    case ir::LayerKind::depthwise:
      return convolve(i, input, mode);
    case ir::LayerKind::max_pool:
      return at::max_pool2d(input, layer.kernel_size, layer.stride, layer.padding);
    case ir::LayerKind::average_pool:
      if (layer.kernel_size == layer.in_size && layer.padding == 0) return at::mean(input, {2, 3}, true);
      return at::avg_pool2d(input, layer.kernel_size, layer.stride, layer.padding, false, false);
    case ir::LayerKind::add:
      return activate(input + other, layer.activation);
    case ir::LayerKind::hard_sigmoid:
      return hard_sigmoid(i, input, mode);
    case ir::LayerKind::hard_swish:
      return at::hardswish(input);
    case ir::LayerKind::scale:
      return input * other;
  }
  return input;
}

torch::Tensor Network::convolve(std::size_t i, const torch::Tensor& input, Mode mode) {
  const ir::NetLayer& layer = layers_[i];
  const LayerTensors& own = tensors_[i];
  const torch::Tensor weight = weight_of(own, mode);
  const torch::Tensor bias = own.bias < 0 ? torch::Tensor() : parameter(own.bias);
  torch::Tensor x = layer.kind == ir::LayerKind::depthwise
                        ? depthwise(input, weight, layer.stride, layer.padding)
                        : at::conv2d(input, weight, bias, layer.stride, layer.padding);
  // A picture of one channel has no memory format of its own: the stem would go on in NCHW.
  if (layer.input < 0) x = x.contiguous(channels_last);
  if (own.gamma >= 0) {
    if (mode == Mode::calibrate) match(own, x);
    const bool from_batch = mode == Mode::train || mode == Mode::measure;
    const double momentum = mode == Mode::measure ? 1.0 / measured_batches_ : config_.bn_momentum;
    const BatchNorm norm{parameter(own.gamma), parameter(own.beta),
                         statistics_[static_cast<std::size_t>(own.mean)].value,
                         statistics_[static_cast<std::size_t>(own.variance)].value, config_.bn_eps};
    const Interval clamp = interval_of(layer.activation);
    return from_batch ? batch_norm_of_batch(x, norm, momentum, clamp) : batch_norm_of_running(x, norm, clamp);
  }
  return activate(x, layer.activation);
}

torch::Tensor Network::hard_sigmoid(std::size_t i, const torch::Tensor& x, Mode mode) {
  return ranged(tensors_[i].shifted, at::hardtanh(x + 3, 0, 6), mode) / 6;
}

torch::Tensor Network::weight_of(const LayerTensors& own, Mode mode) const {
  if (!simulates_int8() || mode == Mode::observe) return parameter(own.weight);
  torch::Tensor factor;
  if (own.gamma >= 0) {
    const torch::Tensor& variance = statistics_[static_cast<std::size_t>(own.variance)].value;
    factor = parameter(own.gamma).detach() * at::rsqrt(variance + config_.bn_eps);
  }
  return fake_quantize_weights(parameter(own.weight), factor);
}

torch::Tensor Network::ranged(int range, const torch::Tensor& x, Mode mode) {
  if (range < 0) return x;
  const torch::Tensor& ends = parameter(range);
  if (mode == Mode::observe) {
    const torch::Tensor seen = at::stack({x.min(), x.max()});
    const auto own = range == input_range_ ? at::stack({at::minimum(ends[0], seen[0]), at::maximum(ends[1], seen[1])})
                                           : at::lerp(ends, seen, 1.0 / measured_batches_);
    ends.copy_(own);
    return x;
  }
  const bool learns = mode == Mode::train && range != input_range_;
  return fake_quantize(x, learns ? ends : ends.detach());
}

void Network::simulate_int8() {
  if (simulates_int8()) return;
  const auto add = [&](const std::string& name) {
    parameters_.push_back({name + "/range", at::zeros({2}, device_).requires_grad_(true)});
    return static_cast<int>(parameters_.size()) - 1;
  };
  input_range_ = add("input");
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const ir::NetLayer& layer = layers_[i];
    if (layer.kind == ir::LayerKind::hard_sigmoid) tensors_[i].shifted = add(layer.name + "/shifted");
    // A pooling has the scale of what it pools (TFLite 8-bit quantization specification).
    const int source = layer.input < 0 ? input_range_ : tensors_[static_cast<std::size_t>(layer.input)].range;
    tensors_[i].range = pools(layer) ? source : add(layer.name);
  }
}

void Network::match(const LayerTensors& own, const torch::Tensor& x) {
  const auto [variance, mean] = at::var_mean(x, {0, 2, 3}, false);
  statistics_[static_cast<std::size_t>(own.mean)].value.copy_(mean);
  statistics_[static_cast<std::size_t>(own.variance)].value.copy_(variance);
  parameter(own.gamma).copy_((variance + config_.bn_eps).sqrt());
  parameter(own.beta).add_(mean);
}

std::vector<NamedTensor> Network::state() const {
  std::vector<NamedTensor> all = parameters_;
  all.insert(all.end(), statistics_.begin(), statistics_.end());
  return all;
}

Network Network::replica() const {
  Network other = clone();
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    other.parameters_[i].value = parameters_[i].value.detach().requires_grad_(true);
  }
  return other;
}

Network Network::clone() const {
  Network other;
  other.config_ = config_;
  other.layers_ = layers_;
  other.tensors_ = tensors_;
  other.device_ = device_;
  other.input_range_ = input_range_;
  for (const NamedTensor& tensor : parameters_) {
    other.parameters_.push_back({tensor.name, tensor.value.detach().clone().requires_grad_(true)});
  }
  for (const NamedTensor& tensor : statistics_) other.statistics_.push_back({tensor.name, tensor.value.clone()});
  return other;
}

bool decays(const NamedTensor& parameter) { return parameter.name.ends_with("/weight"); }

void copy_by_name(const std::vector<NamedTensor>& to, const std::vector<NamedTensor>& from) {
  std::unordered_map<std::string, const torch::Tensor*> by_name;
  for (const NamedTensor& value : from) by_name[value.name] = &value.value;
  const at::NoGradGuard no_grad;
  for (const NamedTensor& tensor : to) {
    const auto found = by_name.find(tensor.name);
    if (found == by_name.end()) fail("the checkpoint is of another network: it has no tensor {}", tensor.name);
    if (found->second->sizes() != tensor.value.sizes()) {
      fail("the checkpoint is of another network: its tensor {} has another shape", tensor.name);
    }
    tensor.value.copy_(*found->second);
  }
}

void load_state(Network& network, const std::vector<NamedTensor>& values) { copy_by_name(network.state(), values); }

void match_statistics(Network& network, const torch::Tensor& pictures) {
  const at::NoGradGuard no_grad;
  network.forward(pictures, Mode::calibrate);
}

void measure_statistics(Network& network, std::span<const torch::Tensor> batches) {
  const at::NoGradGuard no_grad;
  network.restart_measurement();
  for (const torch::Tensor& batch : batches) network.forward(batch, Mode::measure);
}

}  // namespace thimble::nn
