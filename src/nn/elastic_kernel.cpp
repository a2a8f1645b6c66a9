#include "nn/elastic_kernel.h"

namespace thimble::nn {

torch::Tensor elastic_kernel(const torch::Tensor& weights, const KernelTransforms& transforms, int size) {
  torch::Tensor kernel = weights;
  for (std::int64_t next = weights.size(3) - 2; next >= size; next -= 2) {
    const torch::Tensor centre = kernel.slice(2, 1, -1).slice(3, 1, -1);
    const torch::Tensor mixed =
        at::matmul(centre.reshape({-1, next * next}), transforms.at(static_cast<int>(next)).t());
    kernel = mixed.view({-1, 1, next, next});
  }
  return kernel;
}

}  // namespace thimble::nn
