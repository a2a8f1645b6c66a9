// The JPEG row source of examples/rows against stb's decoder, and on files that are damaged.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "data/image.h"
#include "jpeg_encoder.h"
#include "shared_files.h"

extern "C" {
#include "rows/camera_rows.h"
#include "rows/jpeg_rows.h"
}

namespace thimble::testing {
namespace {

/// A file that arrives in pieces of odd sizes.
struct Pieces {
  std::span<const std::byte> left;
  int size = 1;
};

std::int32_t read_piece(void* ctx, std::uint8_t* to, std::int32_t room) {
  auto& pieces = *static_cast<Pieces*>(ctx);
  pieces.size = pieces.size % 61 + 7;
  const std::size_t count =
      std::min({pieces.left.size(), static_cast<std::size_t>(room), static_cast<std::size_t>(pieces.size)});
  std::memcpy(to, pieces.left.data(), count);
  pieces.left = pieces.left.subspan(count);
  return static_cast<std::int32_t>(count);
}

struct Decoded {
  jpeg_status status = jpeg_ok;
  int width = 0, height = 0;
  std::vector<std::uint8_t> pixels;
};

Decoded decode(std::span<const std::byte> file, int channels = 3) {
  Pieces pieces{file};
  jpeg_decoder decoder;
  Decoded decoded;
  decoded.status = jpeg_open(&decoder, read_piece, &pieces);
  if (decoded.status != jpeg_ok) return decoded;
  decoded.width = decoder.width;
  decoded.height = decoder.height;
  if (std::int64_t{decoder.width} * decoder.height > 4'000'000) return decoded;
  std::vector<std::uint8_t> strip(static_cast<std::size_t>(jpeg_strip_bytes(&decoder)));
  jpeg_begin(&decoder, strip.data());
  std::vector<std::uint8_t> line(static_cast<std::size_t>(decoder.width * channels));
  for (int y = 0; y < decoder.height && decoded.status == jpeg_ok; ++y) {
    decoded.status = jpeg_read_line(&decoder, line.data(), channels);
    decoded.pixels.insert(decoded.pixels.end(), line.begin(), line.end());
  }
  return decoded;
}

/// Waves, edges and noise.
std::vector<std::uint8_t> test_picture(int width, int height) {
  std::mt19937 random(7);
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const bool edge = (x / 9 + y / 7) % 3 == 0;
      pixels.push_back(static_cast<std::uint8_t>(edge ? 230 : 3 * x + y));
      pixels.push_back(static_cast<std::uint8_t>(edge ? 20 : 255 - 2 * y));
      pixels.push_back(static_cast<std::uint8_t>((edge ? 60 : 2 * x) + static_cast<int>(random() % 40)));
    }
  return pixels;
}

/// At most 2 levels apart, and 1 where it is grey. One level of brightness and one of colour, which counts 1.8 times in
/// blue, are 3 where both are rounded otherwise: in fewer than one of a thousand samples.
void expect_alike(const Decoded& decoded, const data::Image& expected, const std::string& name, int left_out = -1) {
  ASSERT_EQ(decoded.status, jpeg_ok) << name << ": " << jpeg_status_text(decoded.status);
  ASSERT_EQ(decoded.pixels.size(), expected.pixels.size()) << name;
  const int channels = expected.shape.channels;
  int greatest = 0;
  std::size_t beyond = 0;
  for (std::size_t i = 0; i < decoded.pixels.size(); ++i) {
    if (static_cast<int>(i) / channels % expected.shape.width == left_out) continue;
    const int difference = std::abs(decoded.pixels[i] - expected.pixels[i]);
    greatest = std::max(greatest, difference);
    beyond += difference > 2 ? 1 : 0;
  }
  EXPECT_LE(greatest, channels == 1 ? 1 : 3) << name;
  EXPECT_LE(beyond, decoded.pixels.size() / 1000) << name;
}

TEST(Jpeg, IsWhatStbDecodesInEverySampling) {
  for (const Sampling sampling : {Sampling::grey, Sampling::full, Sampling::half_width, Sampling::half_both})
    for (const auto& [width, height] : {std::pair{64, 48}, {37, 29}, {16, 17}, {1, 1}, {9, 33}})
      for (const int interval : {0, 1, 3})
        for (const int step : {2, 16}) {
          const auto file = encode_jpeg(test_picture(width, height), width, height, {sampling, interval, step});
          const std::string name =
              fmt::format("{}x{}, sampling {}, restarts {}", width, height, static_cast<int>(sampling), interval);
          const data::Image expected = data::decode_image(file, name);
          const Decoded decoded = decode(file, expected.shape.channels);
          // Of 4:2:2, stb takes three quarters of the wrong sample for the last column but one of an even number.
          const int left_out = sampling == Sampling::half_width ? (width + 1) / 2 * 2 - 2 : -1;
          expect_alike(decoded, expected, name, left_out);
          if (HasFailure()) return;
        }
}

std::vector<std::int8_t> rows_of(std::span<const std::byte> file, jpeg_rows& rows) {
  std::vector<std::uint32_t> memory(16384);
  Pieces pieces{file};
  EXPECT_EQ(jpeg_rows_open(&rows, read_piece, &pieces, memory.data(), 65536), jpeg_ok);
  const std::ptrdiff_t row_bytes = rows.input.channels * rows.input.width;
  std::vector<std::int8_t> values(static_cast<std::size_t>(row_bytes * rows.input.height));
  for (int row = 0; row < rows.input.height; ++row)
    EXPECT_EQ(read_jpeg_row(&rows, row, values.data() + row * row_bytes), 0);
  return values;
}

/// The model's rows from whole pixels, box by box.
std::vector<std::int8_t> boxes(const data::Image& image, const scaled_input& input) {
  std::vector<std::int8_t> values;
  for (int y = 0; y < input.height; ++y)
    for (int x = 0; x < input.width; ++x)
      for (int c = 0; c < input.channels; ++c) {
        const int top = y * image.shape.height / input.height, left = x * image.shape.width / input.width;
        const int bottom = std::max(top + 1, (y + 1) * image.shape.height / input.height);
        const int right = std::max(left + 1, (x + 1) * image.shape.width / input.width);
        int sum = 0;
        for (int j = top; j < bottom; ++j)
          for (int i = left; i < right; ++i)
            sum += image.pixels[static_cast<std::size_t>((j * image.shape.width + i) * input.channels + c)];
        const int count = (bottom - top) * (right - left);
        values.push_back(input.value_of[(sum + count / 2) / count]);
      }
  return values;
}

jpeg_rows rows_for(int height, int width) {
  jpeg_rows rows;
  rows.input.height = height;
  rows.input.width = width;
  rows.input.channels = 3;
  set_values(&rows.input, 1.0F / 255, 0, 1.0F / 255, -128);
  return rows;
}

TEST(Jpeg, IsWhatStbDecodesOfPhotographs) {
  THIMBLE_NEEDS_SHARED("data/imagenet_sample");
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared_folder() / "data/imagenet_sample")) {
    if (entry.path().extension() != ".jpg" || compared == 12) continue;
    const std::vector<std::byte> file = read_bytes(entry.path());
    const data::Image expected = data::decode_image(file, entry.path().string());
    const Decoded decoded = decode(file);
    if (decoded.status == jpeg_unsupported || expected.shape.channels != 3) continue;
    expect_alike(decoded, expected, entry.path().string());
    jpeg_rows rows = rows_for(96, 96);
    const std::vector<std::int8_t> values = rows_of(file, rows);
    const std::vector<std::int8_t> boxed = boxes(expected, rows.input);
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(values[i], boxed[i], 2) << entry.path();
    ++compared;
  }
  EXPECT_GT(compared, 5);
}

TEST(Jpeg, NeedsAStripAndNotThePicture) {
  const auto file = encode_jpeg(test_picture(64, 48), 64, 48, {});
  Pieces pieces{file};
  jpeg_decoder decoder;
  ASSERT_EQ(jpeg_open(&decoder, read_piece, &pieces), jpeg_ok);
  EXPECT_EQ(jpeg_strip_bytes(&decoder), 26 * 64);
}

TEST(Jpeg, SaysWhatItDoesNotRead) {
  std::vector<std::byte> file = encode_jpeg(test_picture(40, 40), 40, 40, {});
  const auto frame = std::ranges::search(file, std::array{std::byte{0xFF}, std::byte{0xC0}}).begin();
  std::vector<std::byte> progressive = file;
  progressive[static_cast<std::size_t>(frame - file.begin()) + 1] = std::byte{0xC2};
  EXPECT_EQ(decode(progressive).status, jpeg_progressive);
  EXPECT_EQ(decode(std::span(file).first(0)).status, jpeg_not_jpeg);
  EXPECT_EQ(decode(std::span(file).subspan(1)).status, jpeg_not_jpeg);
  std::vector<std::byte> deep = file;
  deep[static_cast<std::size_t>(frame - file.begin()) + 4] = std::byte{12};
  EXPECT_EQ(decode(deep).status, jpeg_unsupported);
}

TEST(Jpeg, EndsWithAStatusWhereverTheFileDoes) {
  const auto file = encode_jpeg(test_picture(24, 20), 24, 20, {Sampling::half_width, 2, 8});
  for (std::size_t bytes = 2; bytes + 2 < file.size(); ++bytes) {
    const jpeg_status status = decode(std::span(file).first(bytes)).status;
    EXPECT_TRUE(status == jpeg_truncated || status == jpeg_corrupt) << bytes << ": " << jpeg_status_text(status);
  }
}

TEST(Jpeg, SurvivesDamage) {
  std::mt19937 random(3);
  for (const Sampling sampling : {Sampling::grey, Sampling::half_both}) {
    const auto file = encode_jpeg(test_picture(40, 36), 40, 36, {sampling, 2, 4});
    for (int i = 0; i < 3000; ++i) {
      std::vector<std::byte> damaged = file;
      for (unsigned n = 0; n <= random() % 4; ++n)
        damaged[random() % damaged.size()] = static_cast<std::byte>(random());
      (void)decode(damaged);
    }
  }
}

TEST(JpegRows, AreThePicturesBoxesQuantized) {
  const auto file = encode_jpeg(test_picture(75, 50), 75, 50, {});
  const data::Image image = data::decode_image(file, "picture");
  for (const auto& [height, width] : {std::pair{20, 20}, {50, 75}, {80, 100}, {1, 1}}) {
    jpeg_rows rows = rows_for(height, width);
    EXPECT_EQ(rows.input.value_of[0], -128);
    EXPECT_EQ(rows.input.value_of[255], 127);
    std::uint32_t small = 0;
    Pieces pieces{file};
    EXPECT_EQ(jpeg_rows_open(&rows, read_piece, &pieces, &small, sizeof small), jpeg_too_large);
    const std::vector<std::int8_t> values = rows_of(file, rows);
    const std::vector<std::int8_t> expected = boxes(image, rows.input);
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(values[i], expected[i], 2) << i;
  }
}

/// Frames of 4x6 pixels whose every second line is white; the last line never comes.
const std::uint8_t* next_line(void* driver) {
  static constexpr std::array<std::uint8_t, 12> white{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  static constexpr std::array<std::uint8_t, 12> red{0xF8, 0, 0xF8, 0, 0xF8, 0, 0xF8, 0, 0xF8, 0, 0xF8, 0};
  int& line = *static_cast<int*>(driver);
  if (line == 3) return nullptr;
  return (line++ % 2 == 0 ? white : red).data();
}

TEST(CameraRows, ComeFromLinesOfRgb565) {
  int line = 0;
  camera_rows camera;
  camera.input.height = 2;
  camera.input.width = 3;
  camera.input.channels = 3;
  set_values(&camera.input, 1, 0, 1, -128);
  camera.wait = next_line;
  camera.driver = &line;
  std::array<std::uint32_t, 32> memory{};
  ASSERT_LE(scaler_bytes(&camera.input, 6), 128);
  camera_begin(&camera, 4, 6, memory.data());
  std::array<std::int8_t, 9> row{};
  ASSERT_EQ(read_camera_row(&camera, 0, row.data()), 0);
  for (std::size_t x = 0; x < 3; ++x) {
    EXPECT_EQ(row[3 * x], 127);
    EXPECT_EQ(row[3 * x + 1], 0) << "the mean of 255 and 0";
    EXPECT_EQ(row[3 * x + 2], 0);
  }
  EXPECT_EQ(read_camera_row(&camera, 1, row.data()), camera_lost_line);
}

}  // namespace
}  // namespace thimble::testing
