// nn/resized.h
#pragma once

#include <torch/types.h>

namespace thimble::nn {

/// Pictures N x C x H x W scaled to size x size, bilinear with an anti-aliasing filter, in channels_last; as they are
/// where they have that size already.
torch::Tensor resized(const torch::Tensor& pictures, int size);

}  // namespace thimble::nn
