#include "data/augment.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/parallel.h"

namespace thimble::data {
namespace {

constexpr SampleShape shape{.height = 6, .width = 5, .channels = 3};

/// Pixels 1, 2, 3, ...: none is 0, the fill.
std::vector<std::uint8_t> picture() {
  std::vector<std::uint8_t> pixels(shape.values());
  std::iota(pixels.begin(), pixels.end(), std::uint8_t{1});
  return pixels;
}

/// As a string, which compares and sorts.
std::string as_text(const std::vector<std::uint8_t>& pixels) { return {pixels.begin(), pixels.end()}; }

std::string augmented(const Augmentation& augmentation, std::uint64_t seed, std::uint64_t epoch, std::uint64_t sample) {
  std::vector<std::uint8_t> out(shape.values());
  augment(picture(), shape, augmentation, seed, epoch, sample, out);
  return as_text(out);
}

TEST(Augment, ChangesNothingUnlessAsked) {
  EXPECT_FALSE(Augmentation{}.changes_anything());
  EXPECT_EQ(augmented({}, 1, 2, 3), as_text(picture()));
}

TEST(Augment, IsTheSameWhateverThreadMakesIt) {
  const Augmentation all{.crop_padding = 2, .horizontal_flip = true, .cutout = 3};
  const auto make = [&](unsigned threads) {
    std::vector<std::string> pictures(200);
    parallel_for(200, threads, [&](std::size_t i) { pictures[i] = augmented(all, 9, 4, i); });
    return pictures;
  };
  const auto pictures = make(1);
  EXPECT_EQ(pictures, make(4));
  EXPECT_GT((std::set<std::string>(pictures.begin(), pictures.end()).size()), 100U);
  EXPECT_NE(augmented(all, 9, 4, 0), augmented(all, 9, 5, 0));
}

TEST(Augment, FlipsAboutHalfOfThePictures) {
  std::vector<std::uint8_t> mirrored = picture();
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        mirrored[static_cast<std::size_t>((y * 5 + x) * 3 + c)] =
            static_cast<std::uint8_t>((y * 5 + 4 - x) * 3 + c + 1);
      }
    }
  }
  int flips = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const auto out = augmented({.horizontal_flip = true}, 1, 0, i);
    if (out == as_text(mirrored)) {
      ++flips;
    } else {
      ASSERT_EQ(out, as_text(picture()));
    }
  }
  EXPECT_NEAR(flips, 200, 40);
}

TEST(Augment, CropsEveryOffsetWithinThePadding) {
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 1000; ++i) seen.insert(augmented({.crop_padding = 1}, 1, 0, i));
  EXPECT_EQ(seen.size(), 9U);
  // One row up: the last row is fill.
  std::vector<std::uint8_t> up = picture();
  std::rotate(up.begin(), up.begin() + 15, up.end());
  std::fill(up.end() - 15, up.end(), std::uint8_t{0});
  EXPECT_TRUE(seen.contains(as_text(up)));
}

TEST(Augment, CutsASquareOutThatTheBorderMayShorten) {
  std::size_t most = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto out = augmented({.cutout = 3, .fill = 0}, 1, 0, i);
    const auto cut = static_cast<std::size_t>(std::count(out.begin(), out.end(), '\0'));
    EXPECT_GE(cut, 2U * 2U * 3U);
    most = std::max(most, cut);
  }
  EXPECT_EQ(most, 3U * 3U * 3U);
}

}  // namespace
}  // namespace thimble::data
