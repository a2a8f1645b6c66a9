// ir/make_divisible.h
#pragma once

#include <algorithm>

namespace thimble::ir {

/// The multiple of `divisor` nearest to `channels`, but at least `divisor` and never less than 90% of `channels`: how
/// MobileNetV2 and its descendants scale widths.
inline int make_divisible(double channels, int divisor = 8) {
  const int rounded = std::max(divisor, static_cast<int>(channels + divisor / 2.0) / divisor * divisor);
  return rounded < 0.9 * channels ? rounded + divisor : rounded;
}

}  // namespace thimble::ir
