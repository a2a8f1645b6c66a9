// nn/supernet.h
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <torch/types.h>

#include "nn/elastic_kernel.h"
#include "nn/network.h"
#include "nn/subnetwork.h"

namespace thimble::nn {

/// One set of weights from which every sub-network of a design space takes its part (once-for-all, arXiv 1908.09791;
/// MCUNet's stage 2). It is described by its largest network. A sub-network uses the first channels of every layer, the
/// transformed centres of depthwise kernels (elastic_kernel.h), and leaves blocks out; its pictures are smaller if its
/// resolution is (resized.h).
///
/// A path through the supernet is an ordinary Network over slices of the shared tensors, so that what a sub-network
/// computes here and on its own is one piece of code.
class Supernet {
 public:
  Supernet(ir::NetConfig largest, std::uint64_t seed, torch::Device device = torch::kCPU);

  const ir::NetConfig& largest() const { return whole_.config(); }

  /// The weights of the largest network, and the kernel transforms "block3/depthwise/transform5". All are leaves that
  /// collect gradients.
  const std::vector<NamedTensor>& parameters() const { return parameters_; }
  /// parameters() and the running statistics of the largest network.
  std::vector<NamedTensor> state() const;

  /// The sub-network over slices of the shared weights: its gradients reach parameters(). Valid as long as the weights
  /// do not change. Takes aligned sub-networks (subnetwork.h).
  Network path(const ir::NetConfig& subnetwork) const;

  /// The sub-network with weights of its own and without skipped blocks. Its running statistics are those of the
  /// largest network: measure_statistics must follow.
  Network extract(const ir::NetConfig& subnetwork) const;

  /// The same parameter memory with gradients and statistics of its own: a data-parallel worker.
  Supernet replica() const;
  /// A supernet with memory of its own.
  Supernet clone() const;

 private:
  Supernet(Network whole, const std::vector<NamedTensor>& transforms);
  torch::Tensor slice(const ir::NetLayer& layer, std::string_view kind) const;

  Network whole_;
  std::vector<NamedTensor> parameters_;
  std::unordered_map<std::string, torch::Tensor> tensors_;
  std::unordered_map<std::string, KernelTransforms> transforms_;  ///< By depthwise layer.
};

}  // namespace thimble::nn
