// When a depthwise convolution may write over its input, against a kernel's reads and writes one by one.
#include "target/depthwise_choice.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace thimble::target {

namespace {

Convolution depthwise(int in_h, int in_w, int kernel, int stride, int padding, int dilation = 1) {
  Convolution c;
  c.depthwise = true;
  c.in_h = in_h;
  c.in_w = in_w;
  c.in_ch = c.out_ch = 8;
  c.kernel_h = c.kernel_w = kernel;
  c.stride_h = c.stride_w = stride;
  c.dilation_h = c.dilation_w = dilation;
  c.padding = {padding, padding, padding, padding};
  const int reach = (kernel - 1) * dilation + 1;
  c.out_h = (in_h + 2 * padding - reach) / stride + 1;
  c.out_w = (in_w + 2 * padding - reach) / stride + 1;
  return c;
}

/// Whether no pixel is written before it is copied: the pixels of one channel, row after row.
bool every_pixel_is_copied_first(const Convolution& c) {
  const int reach = (c.kernel_h - 1) * c.dilation_h + 1;
  int copied = 0;  // Pixels.
  for (int row = 0; row < c.out_h; ++row) {
    const int bottom = std::clamp(row * c.stride_h - c.padding.top + reach, 0, c.in_h);
    copied = std::max(copied, bottom * c.in_w);
    for (int x = 0; x < c.out_w; ++x) {
      const int pixel = row * c.out_w + x;
      if (pixel < c.in_h * c.in_w && pixel >= copied) return false;
    }
  }
  return true;
}

TEST(DepthwiseInPlace, FitsWhereEveryPixelIsCopiedBeforeItIsWrittenOver) {
  int fitting = 0;
  int others = 0;
  for (int in_h = 1; in_h <= 9; ++in_h)
    for (int in_w = 1; in_w <= 6; ++in_w)
      for (int kernel = 1; kernel <= 5; ++kernel)
        for (int stride = 1; stride <= 3; ++stride)
          for (int padding = 0; padding <= 4; ++padding)
            for (int dilation = 1; dilation <= 2; ++dilation) {
              const Convolution c = depthwise(in_h, in_w, kernel, stride, padding, dilation);
              const int reach = (kernel - 1) * dilation + 1;
              if (in_h + 2 * padding < reach || in_w + 2 * padding < reach) continue;
              ASSERT_EQ(fits_over_input(c), every_pixel_is_copied_first(c))
                  << in_h << "x" << in_w << " kernel " << kernel << " stride " << stride << " padding " << padding
                  << " dilation " << dilation;
              (fits_over_input(c) ? fitting : others) += 1;
            }
  EXPECT_GT(fitting, 1000);
  EXPECT_GT(others, 20);
}

TEST(DepthwiseInPlace, FitsForTheUsualPaddings) {
  for (const int kernel : {3, 5, 7}) {
    for (const int stride : {1, 2}) {
      EXPECT_TRUE(fits_over_input(depthwise(16, 15, kernel, stride, kernel / 2)));
      EXPECT_TRUE(fits_over_input(depthwise(16, 15, kernel, stride, 0)));
    }
  }
}

TEST(DepthwiseInPlace, NeedsAsManyChannels) {
  Convolution c = depthwise(16, 16, 3, 1, 1);
  c.out_ch = 2 * c.in_ch;
  EXPECT_FALSE(fits_over_input(c));
  c.out_ch = c.in_ch;
  c.depthwise = false;
  EXPECT_FALSE(fits_over_input(c));
}

}  // namespace

}  // namespace thimble::target
