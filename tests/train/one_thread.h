// train/one_thread.h
#pragma once

#include "train/trainer.h"

namespace thimble::train {

/// Trainings of these tests are too small to divide.
inline TrainerOptions one_thread() {
  TrainerOptions options;
  options.threads = 1;
  return options;
}

}  // namespace thimble::train
