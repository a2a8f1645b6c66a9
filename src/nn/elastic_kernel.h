// nn/elastic_kernel.h
#pragma once

#include <map>

#include <torch/types.h>

namespace thimble::nn {

/// Matrices s*s x s*s by kernel size s: what turns the centre of the next larger kernel into the kernel of size s.
using KernelTransforms = std::map<int, torch::Tensor>;

/// The depthwise weights C x 1 x k x k that a kernel C x 1 x K x K stands for when k < K (once-for-all, Cai et al.,
/// arXiv 1908.09791): step by step, K to K - 2 and so on, the centre is cut out and its values are mixed by the matrix
/// of that size, which all channels of a layer share. One set of weights can then serve both sizes, whose centres want
/// different values.
torch::Tensor elastic_kernel(const torch::Tensor& weights, const KernelTransforms& transforms, int size);

}  // namespace thimble::nn
