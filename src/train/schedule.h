// train/schedule.h
#pragma once

#include <string>

namespace thimble::train {

struct Schedule {
  enum class Kind { cosine, constant };
  Kind kind = Kind::cosine;
  double peak = 0.1;  ///< Learning rate after the warm-up.
  double warmup =
      0.0;  ///< Share of the training, in [0, 1), during which the rate rises linearly from a tenth of the peak.
  double final = 0.0;  ///< Cosine: the rate at the end, as a share of the peak.
};

/// The learning rate when `progress` of the training, in [0, 1], is done. Progress may be counted in steps or in time.
double learning_rate(const Schedule& schedule, double progress);

/// How much of the training is done: by steps, or by the clock where a time limit makes that come sooner. A slow
/// machine then still goes through the whole schedule, in fewer steps, instead of stopping at a high learning rate. The
/// clock counts once it is ahead by 2%: where it is not, a training repeats bit for bit in spite of its time limit.
double progress_of(double steps_done, double steps, double seconds_done, double seconds_limit);

}  // namespace thimble::train
