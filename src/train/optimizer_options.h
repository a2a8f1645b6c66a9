// train/optimizer_options.h
#pragma once

namespace thimble::train {

struct SgdOptions {
  double momentum = 0.9;
  bool nesterov = true;
  double weight_decay = 4e-5;  ///< On weights only, see nn::decays.
};

}  // namespace thimble::train
