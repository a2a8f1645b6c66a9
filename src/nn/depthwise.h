// nn/depthwise.h
#pragma once

#include <torch/types.h>

namespace thimble::nn {

/// Depthwise convolution of x (N x C x H x W) with weights C x 1 x K x K: at::conv2d with groups = C, with a gradient
/// of the weights of our own on the CPU. oneDNN's takes ten times as long as its forward pass for kernels of 5 and 7,
/// and was two fifths of a supernet's step.
torch::Tensor depthwise(const torch::Tensor& x, const torch::Tensor& weights, int stride, int padding);

/// The gradient of depthwise's weights, C x 1 x K x K, for K of 3, 5 and 7 and float32 tensors in channels_last.
torch::Tensor depthwise_weight_gradient(const torch::Tensor& x, const torch::Tensor& gradient, int kernel, int stride,
                                        int padding);

}  // namespace thimble::nn
