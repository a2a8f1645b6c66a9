#include "data/image.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/random.h"
#include "sample_files.h"

namespace thimble::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Image grey(int height, int width, std::vector<std::uint8_t> pixels) {
  return {.shape = {.height = height, .width = width, .channels = 1}, .pixels = std::move(pixels)};
}

TEST(Image, DecodesWhatWasEncodedWithoutItsTransparency) {
  const testing::Bytes png = testing::png_of(1, 2, {10, 20, 30, 0});
  const Image image = decode_image(std::as_bytes(std::span(png)), "x.png");
  EXPECT_EQ(image.shape, (SampleShape{.height = 1, .width = 2, .channels = 3}));
  EXPECT_THAT(image.pixels, ElementsAre(10, 20, 30, 10, 20, 30));
}

/// What stb's writers hand out, piece by piece.
void append(void* to, void* bytes, int size) {
  const auto* first = static_cast<const std::uint8_t*>(bytes);
  static_cast<testing::Bytes*>(to)->insert(static_cast<testing::Bytes*>(to)->end(), first, first + size);
}

TEST(Image, RefusesPicturesThatAreCutOffAnywhere) {
  const testing::Bytes pixels(16 * 16 * 3, 90);
  testing::Bytes jpeg;
  testing::Bytes bmp;
  stbi_write_jpg_to_func(append, &jpeg, 16, 16, 3, pixels.data(), 80);
  stbi_write_bmp_to_func(append, &bmp, 16, 16, 3, pixels.data());
  const testing::Bytes png = testing::png({.height = 16, .width = 16, .channels = 3}, pixels);
  for (const testing::Bytes& picture : {jpeg, bmp, png}) {
    const auto bytes = std::as_bytes(std::span(picture));
    EXPECT_EQ(decode_image(bytes, "whole").shape.width, 16);
    for (const std::size_t left :
         {std::size_t{0}, std::size_t{1}, std::size_t{10}, bytes.size() / 2, bytes.size() - 20}) {
      EXPECT_THAT(testing::message_of([&] { decode_image(bytes.first(left), "cut"); }), HasSubstr("cut: is "))
          << left << " of " << bytes.size() << " bytes";
    }
  }
}

TEST(Image, RefusesHuffmanTablesThatOverflowTheDecoder) {
  const testing::Bytes head{0xFF, 0xFF, 0xD8, 0xFF, 0xC4, 0x02, 0x13, 0x00};
  testing::Bytes jpeg(head.size() + 16 + 512 + 2);
  std::copy(head.begin(), head.end(), jpeg.begin());
  std::fill_n(jpeg.begin() + 8, 16, std::uint8_t{32});  // 512 codes
  jpeg[jpeg.size() - 2] = 0xFF;
  jpeg[jpeg.size() - 1] = 0xD9;
  EXPECT_THAT(testing::message_of([&] { decode_image(std::as_bytes(std::span(jpeg)), "x.jpg"); }),
              HasSubstr("x.jpg: is damaged: a Huffman table is impossible"));
}

TEST(Image, RefusesAPngWithOneWrongBit) {
  testing::Bytes png = testing::png_of(4, 4, {1, 2, 3});
  png[png.size() - 20] ^= 1;  // the end of IDAT
  EXPECT_THAT(testing::message_of([&] { decode_image(std::as_bytes(std::span(png)), "x.png"); }),
              HasSubstr("x.png: is damaged: a PNG chunk has a wrong checksum"));
}

TEST(Image, SurvivesDamage) {
  const testing::Bytes pixels(16 * 16 * 3, 90);
  testing::Bytes jpeg;
  stbi_write_jpg_to_func(append, &jpeg, 16, 16, 3, pixels.data(), 80);
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    testing::Bytes damaged = i % 2 == 0 ? jpeg : testing::png({.height = 16, .width = 16, .channels = 3}, pixels);
    for (int k = 0; k < 4; ++k) {
      damaged[random.below(static_cast<std::uint32_t>(damaged.size()))] = static_cast<std::uint8_t>(random.below(256));
    }
    testing::message_of([&] { decode_image(std::as_bytes(std::span(damaged)), "damaged"); });
  }
}

TEST(Image, GreyIsBt601) {
  const Image rgb{.shape = {.height = 1, .width = 4, .channels = 3},
                  .pixels = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}};
  EXPECT_THAT(with_channels(rgb, 1).pixels, ElementsAre(76, 150, 29, 255));
  EXPECT_THAT(with_channels(grey(1, 1, {7}), 3).pixels, ElementsAre(7, 7, 7));
}

TEST(Image, EnlargesByInterpolatingBetweenPixelCentres) {
  const Image wide = fitted(grey(1, 2, {0, 100}), {.height = 1, .width = 4});
  EXPECT_THAT(wide.pixels, ElementsAre(0, 25, 75, 100));
}

TEST(Image, ShrinksByWeighingAllPixelsInReach) {
  // Scale 2: weights 1, 3, 3, 1 over four pixels, the border repeated.
  const Image small = fitted(grey(1, 4, {0, 80, 160, 240}), {.height = 1, .width = 2});
  EXPECT_THAT(small.pixels, ElementsAre(50, 190));
}

TEST(Image, BilinearTakesTheFourNearestPixelsAlsoWhenItShrinks) {
  // Scale 2: output pixel i lies half-way between input pixels 2i and 2i + 1.
  const ImageOptions halves{.height = 1, .width = 2, .filter = Filter::bilinear};
  EXPECT_THAT(fitted(grey(1, 4, {0, 80, 160, 240}), halves).pixels, ElementsAre(40, 200));
  const ImageOptions doubled{.height = 1, .width = 4, .filter = Filter::bilinear};
  EXPECT_THAT(fitted(grey(1, 2, {0, 100}), doubled).pixels, ElementsAre(0, 25, 75, 100));
}

TEST(Image, CutsTheCentreOut) {
  const Image wide = grey(2, 4, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_THAT(fitted(wide, {.fit = Fit::center_square}).pixels, ElementsAre(2, 3, 6, 7));
  EXPECT_THAT(fitted(wide, {.height = 1, .width = 2, .crop = 0.5}).shape.width, 2);
  EXPECT_THAT(fitted(grey(2, 2, {9, 9, 9, 9}), {.height = 3}).shape,
              (SampleShape{.height = 3, .width = 3, .channels = 1}));
}

TEST(Image, RefusesImpossibleOptions) {
  const Image image = grey(1, 1, {1});
  EXPECT_THAT(testing::message_of([&] { fitted(image, {.channels = 2}); }), HasSubstr("1 or 3 channels, not 2"));
  EXPECT_THAT(testing::message_of([&] { fitted(image, {.height = -4}); }), HasSubstr("not possible"));
  EXPECT_THAT(testing::message_of([&] { fitted(image, {.crop = 0}); }), HasSubstr("crop"));
}

}  // namespace
}  // namespace thimble::data
