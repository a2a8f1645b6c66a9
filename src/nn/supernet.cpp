#include "nn/supernet.h"

#include <utility>

#include <fmt/format.h>

namespace thimble::nn {

namespace {

constexpr int smallest_kernel = 3;

std::vector<NamedTensor> neutral_transforms(const Network& whole) {
  std::vector<NamedTensor> transforms;
  for (const ir::NetLayer& layer : whole.layers()) {
    if (layer.kind != ir::LayerKind::depthwise) continue;
    for (int size = layer.kernel_size - 2; size >= smallest_kernel; size -= 2) {
      transforms.push_back(
          {fmt::format("{}/transform{}", layer.name, size), at::eye(std::int64_t{size} * size, whole.device())});
    }
  }
  return transforms;
}

/// The tensors of a list, one after another: for a network with the same layers under other names.
TensorSource in_order_of(const Network& network) {
  std::size_t parameter = 0;
  std::size_t statistic = 0;
  return [&network, parameter, statistic](const ir::NetLayer&, std::string_view kind) mutable {
    const bool tracked = kind == "mean" || kind == "variance";
    const torch::Tensor& shared =
        tracked ? network.statistics().at(statistic++).value : network.parameters().at(parameter++).value;
    return shared.detach().clone();
  };
}

}  // namespace

Supernet::Supernet(ir::NetConfig largest, std::uint64_t seed, torch::Device device)
    : Supernet(Network(std::move(largest), seed, device), {}) {
  *this = Supernet(std::move(whole_), neutral_transforms(whole_));
}

Supernet::Supernet(Network whole, const std::vector<NamedTensor>& transforms)
    : whole_(std::move(whole)), parameters_(whole_.parameters()) {
  parameters_.insert(parameters_.end(), transforms.begin(), transforms.end());
  for (NamedTensor& parameter : parameters_) parameter.value.requires_grad_(true);
  for (const NamedTensor& tensor : state()) tensors_[tensor.name] = tensor.value;
  for (const ir::NetLayer& layer : whole_.layers()) {
    if (layer.kind != ir::LayerKind::depthwise) continue;
    for (int size = layer.kernel_size - 2; size >= smallest_kernel; size -= 2) {
      const auto found = tensors_.find(fmt::format("{}/transform{}", layer.name, size));
      if (found != tensors_.end()) transforms_[layer.name][size] = found->second;
    }
  }
}

std::vector<NamedTensor> Supernet::state() const {
  std::vector<NamedTensor> all = parameters_;
  all.insert(all.end(), whole_.statistics().begin(), whole_.statistics().end());
  return all;
}

torch::Tensor Supernet::slice(const ir::NetLayer& layer, std::string_view kind) const {
  const torch::Tensor& whole = tensors_.at(fmt::format("{}/{}", layer.name, kind));
  torch::Tensor part = whole.size(0) == layer.out_channels ? whole : whole.narrow(0, 0, layer.out_channels);
  if (kind != "weight") return part;
  if (layer.kind == ir::LayerKind::depthwise) {
    if (layer.kernel_size == part.size(3)) return part;
    return elastic_kernel(part, transforms_.at(layer.name), layer.kernel_size);
  }
  if (layer.in_channels == part.size(1)) return part;
  return part.narrow(1, 0, layer.in_channels).contiguous(torch::MemoryFormat::ChannelsLast);
}

Network Supernet::path(const ir::NetConfig& subnetwork) const {
  return Network(
      subnetwork, [this](const ir::NetLayer& layer, std::string_view kind) { return slice(layer, kind); },
      whole_.device());
}

Network Supernet::extract(const ir::NetConfig& subnetwork) const {
  const at::NoGradGuard no_grad;
  const Network shared = path(subnetwork);
  Network own(without_skipped(subnetwork), in_order_of(shared), whole_.device());
  own.collect_gradients();
  return own;
}

namespace {

std::vector<NamedTensor> transforms_of(const std::vector<NamedTensor>& parameters, const Network& whole, bool shared) {
  std::vector<NamedTensor> transforms;
  for (std::size_t i = whole.parameters().size(); i < parameters.size(); ++i) {
    const torch::Tensor value = parameters[i].value.detach();
    transforms.push_back({parameters[i].name, shared ? value : value.clone()});
  }
  return transforms;
}

}  // namespace

Supernet Supernet::replica() const { return {whole_.replica(), transforms_of(parameters_, whole_, true)}; }

Supernet Supernet::clone() const { return {whole_.clone(), transforms_of(parameters_, whole_, false)}; }

}  // namespace thimble::nn
