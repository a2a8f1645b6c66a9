#include "train/distillation.h"

namespace thimble::train {

torch::Tensor distillation_loss(const torch::Tensor& student, const torch::Tensor& teacher) {
  return -(at::softmax(teacher.detach(), 1) * at::log_softmax(student, 1)).sum();
}

}  // namespace thimble::train
