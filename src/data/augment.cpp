#include "data/augment.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/error.h"
#include "data/random.h"

namespace thimble::data {

namespace {

int uniform(Random& random, int first, int last) {
  return first + static_cast<int>(random.below(static_cast<std::uint32_t>(last - first + 1)));
}

/// out[y][x] = pixels[y + dy][x' + dx] with x' mirrored if asked for, `fill` outside.
void shift_and_flip(std::span<const std::uint8_t> pixels, const SampleShape& shape, int dy, int dx, bool flip,
                    std::uint8_t fill, std::span<std::uint8_t> out) {
  const auto channels = static_cast<std::size_t>(shape.channels);
  std::uint8_t* to = out.data();
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x, to += channels) {
      const int from_y = y + dy;
      const int from_x = (flip ? shape.width - 1 - x : x) + dx;
      if (from_y < 0 || from_y >= shape.height || from_x < 0 || from_x >= shape.width) {
        std::fill_n(to, channels, fill);
      } else {
        const auto pixel =
            static_cast<std::size_t>(from_y) * static_cast<std::size_t>(shape.width) + static_cast<std::size_t>(from_x);
        std::copy_n(pixels.data() + pixel * channels, channels, to);
      }
    }
  }
}

void cut_out(std::span<std::uint8_t> image, const SampleShape& shape, int side, int center_y, int center_x,
             std::uint8_t fill) {
  const int top = std::max(0, center_y - side / 2);
  const int left = std::max(0, center_x - side / 2);
  const int bottom = std::min(shape.height, center_y - side / 2 + side);
  const int right = std::min(shape.width, center_x - side / 2 + side);
  if (left >= right) return;
  for (int y = top; y < bottom; ++y) {
    const auto first = static_cast<std::size_t>((y * shape.width + left) * shape.channels);
    std::fill_n(image.begin() + static_cast<std::ptrdiff_t>(first), (right - left) * shape.channels, fill);
  }
}

}  // namespace

void augment(std::span<const std::uint8_t> pixels, const SampleShape& shape, const Augmentation& augmentation,
             std::uint64_t seed, std::uint64_t epoch, std::uint64_t sample, std::span<std::uint8_t> out) {
  if (pixels.size() != shape.values() || out.size() != pixels.size()) {
    fail("augment: a picture of {} does not have {} values", text_of(shape), std::min(pixels.size(), out.size()));
  }
  // Every choice is drawn even if it is not used, so that switching one on leaves the others as they were.
  Random random(seed_for(seed_for(seed, epoch), sample));
  const int padding = std::max(0, augmentation.crop_padding);
  const int dy = uniform(random, -padding, padding);
  const int dx = uniform(random, -padding, padding);
  const bool flip = random.below(2) == 1 && augmentation.horizontal_flip;
  const int center_y = uniform(random, 0, shape.height - 1);
  const int center_x = uniform(random, 0, shape.width - 1);

  if (dy == 0 && dx == 0 && !flip) {
    std::memcpy(out.data(), pixels.data(), pixels.size());
  } else {
    shift_and_flip(pixels, shape, dy, dx, flip, augmentation.fill, out);
  }
  if (augmentation.cutout > 0) cut_out(out, shape, augmentation.cutout, center_y, center_x, augmentation.fill);
}

}  // namespace thimble::data
