// train/distillation.h
#pragma once

#include <torch/types.h>

namespace thimble::train {

/// Knowledge distillation (Hinton et al., arXiv 1503.02531) at temperature 1, as once-for-all uses it: the
/// cross-entropy of the student's probabilities under the teacher's, summed over the batch. Logits N x classes; no
/// gradient reaches the teacher.
torch::Tensor distillation_loss(const torch::Tensor& student, const torch::Tensor& teacher);

}  // namespace thimble::train
