#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace thimble::train {

double learning_rate(const Schedule& schedule, double progress) {
  progress = std::clamp(progress, 0.0, 1.0);
  if (progress < schedule.warmup) return schedule.peak * (0.1 + 0.9 * progress / schedule.warmup);
  if (schedule.kind == Schedule::Kind::constant) return schedule.peak;
  const double cooled = (progress - schedule.warmup) / (1 - schedule.warmup);
  const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * cooled));
  return schedule.peak * (schedule.final + (1 - schedule.final) * cosine);
}

namespace {

/// A first step that waited for the disk does not put the clock ahead.
constexpr double clock_margin = 0.02;

}  // namespace

double progress_of(double steps_done, double steps, double seconds_done, double seconds_limit) {
  const double by_steps = steps > 0 ? steps_done / steps : 1.0;
  const double by_clock = seconds_limit > 0 ? seconds_done / seconds_limit : 0.0;
  return std::min(1.0, by_clock > by_steps + clock_margin ? by_clock : by_steps);
}

}  // namespace thimble::train
