#include "jpeg_encoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>

extern "C" {
#include "rows/jpeg_decoder.h"
}

namespace thimble::testing {
namespace {

/// One component's samples, enlarged to whole units by its last row and column.
struct Plane {
  int across = 1, down = 1;  ///< Blocks in a unit.
  int width = 0;
  std::vector<double> samples;
};

class Encoder {
 public:
  Encoder(const std::vector<std::uint8_t>& pixels, int width, int height, const JpegOptions& options)
      : pixels_(pixels), width_(width), height_(height), options_(options) {
    across_ = options.sampling == Sampling::half_width || options.sampling == Sampling::half_both ? 2 : 1;
    down_ = options.sampling == Sampling::half_both ? 2 : 1;
    units_across_ = (width + 8 * across_ - 1) / (8 * across_);
    units_down_ = (height + 8 * down_ - 1) / (8 * down_);
    planes_.push_back(plane(0, 1, 1));
    if (options.sampling != Sampling::grey)
      for (const int component : {1, 2}) planes_.push_back(plane(component, across_, down_));
  }

  std::vector<std::byte> encode() {
    headers();
    std::vector<int> predictions(planes_.size(), 0);
    int units = 0;
    for (int y = 0; y < units_down_; ++y)
      for (int x = 0; x < units_across_; ++x, ++units) {
        if (options_.restart_interval > 0 && units > 0 && units % options_.restart_interval == 0) {
          pad();
          marker(0xD0 + (units / options_.restart_interval - 1) % 8);
          std::ranges::fill(predictions, 0);
        }
        for (std::size_t p = 0; p < planes_.size(); ++p) unit(planes_[p], x, y, predictions[p]);
      }
    pad();
    marker(0xD9);
    return file_;
  }

 private:
  void byte(int value) { file_.push_back(static_cast<std::byte>(value)); }
  void number(int value) {
    byte(value >> 8);
    byte(value & 255);
  }
  void marker(int value) {
    byte(0xFF);
    byte(value);
  }

  /// Y, Cb or Cr, the mean of `wide` x `high` pixels each.
  Plane plane(int component, int wide, int high) const {
    static constexpr double factors[3][3] = {
        {0.299, 0.587, 0.114}, {-0.168736, -0.331264, 0.5}, {0.5, -0.418688, -0.081312}};
    Plane plane;
    plane.across = component == 0 ? across_ : 1;
    plane.down = component == 0 ? down_ : 1;
    plane.width = 8 * units_across_ * plane.across;
    for (int y = 0; y < 8 * units_down_ * plane.down; ++y)
      for (int x = 0; x < plane.width; ++x) {
        double sum = 0;
        for (int j = 0; j < high; ++j)
          for (int i = 0; i < wide; ++i) {
            const int row = std::min(y * high + j, height_ - 1);
            const int column = std::min(x * wide + i, width_ - 1);
            const std::size_t at = 3 * (static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) +
                                        static_cast<std::size_t>(column));
            for (std::size_t c = 0; c < 3; ++c) sum += factors[component][c] * pixels_[at + c];
          }
        plane.samples.push_back(sum / (wide * high) - (component == 0 ? 128 : 0));
      }
    return plane;
  }

  void headers() {
    const int components = static_cast<int>(planes_.size());
    marker(0xD8);
    marker(0xE0);  // To be skipped.
    number(7);
    for (const char c : {'s', 'k', 'i', 'p', '\xFF'}) byte(c & 255);
    marker(0xDB);
    number(67);
    byte(0);
    for (int i = 0; i < 64; ++i) byte(options_.step);
    marker(0xC0);
    number(8 + 3 * components);
    byte(8);
    number(height_);
    number(width_);
    byte(components);
    for (int i = 0; i < components; ++i) {
      const Plane& plane = planes_[static_cast<std::size_t>(i)];
      byte(i + 1);
      byte(plane.across << 4 | plane.down);
      byte(0);
    }
    // Sizes 0 to 3 have codes of 3 bits, others of 5; the end of a block 2 bits, other symbols 9.
    marker(0xC4);
    number(2 + 17 + 12);
    byte(0x00);
    for (int length = 1; length <= 16; ++length) byte(length == 3 ? 4 : length == 5 ? 8 : 0);
    for (int size = 0; size < 12; ++size) byte(size);
    marker(0xC4);
    number(2 + 17 + 162);
    byte(0x10);
    for (int length = 1; length <= 16; ++length) byte(length == 2 ? 1 : length == 9 ? 161 : 0);
    byte(0x00);
    byte(0xF0);
    for (int run = 0; run < 16; ++run)
      for (int size = 1; size <= 10; ++size) byte(run << 4 | size);
    if (options_.restart_interval > 0) {
      marker(0xDD);
      number(4);
      number(options_.restart_interval);
    }
    marker(0xDA);
    number(6 + 2 * components);
    byte(components);
    for (int i = 0; i < components; ++i) {
      byte(i + 1);
      byte(0);
    }
    for (const int value : {0, 63, 0}) byte(value);
  }

  void bits(int value, int count) {
    for (int i = count - 1; i >= 0; --i) {
      pending_ = pending_ << 1 | (value >> i & 1);
      if (++pending_bits_ < 8) continue;
      byte(pending_);
      if (pending_ == 0xFF) byte(0);
      pending_ = pending_bits_ = 0;
    }
  }
  void pad() {
    while (pending_bits_ > 0) bits(1, 1);
  }

  static int size_of(int value) {
    int size = 0;
    for (int left = std::abs(value); left > 0; left /= 2) ++size;
    return size;
  }
  void amount(int value, int size) { bits(value < 0 ? value + (1 << size) - 1 : value, size); }
  void mean(int difference) {
    const int size = size_of(difference);
    size < 4 ? bits(size, 3) : bits(16 + size - 4, 5);
    amount(difference, size);
  }
  void coefficient(int run, int value) {
    for (; run > 15; run -= 16) bits(128, 9);
    const int size = size_of(value);
    bits(129 + 10 * run + size - 1, 9);
    amount(value, size);
  }

  void unit(const Plane& plane, int x, int y, int& prediction) {
    for (int j = 0; j < plane.down; ++j)
      for (int i = 0; i < plane.across; ++i) block(plane, x * plane.across + i, y * plane.down + j, prediction);
  }

  void block(const Plane& plane, int x, int y, int& prediction) {
    std::array<int, 64> quantized{};
    for (int v = 0; v < 8; ++v)
      for (int u = 0; u < 8; ++u) {
        double sum = 0;
        for (int j = 0; j < 8; ++j)
          for (int i = 0; i < 8; ++i)
            sum += plane.samples[static_cast<std::size_t>((8 * y + j) * plane.width + 8 * x + i)] *
                   std::cos((2 * i + 1) * u * std::numbers::pi / 16) *
                   std::cos((2 * j + 1) * v * std::numbers::pi / 16);
        sum *= 0.25 * (u == 0 ? std::numbers::sqrt2 / 2 : 1) * (v == 0 ? std::numbers::sqrt2 / 2 : 1);
        quantized[static_cast<std::size_t>(8 * v + u)] = static_cast<int>(std::lround(sum / options_.step));
      }
    mean(quantized[0] - prediction);
    prediction = quantized[0];
    int zeros = 0;
    for (int i = 1; i < 64; ++i) {
      const int value = quantized[jpeg_zigzag[i]];
      if (value == 0) {
        ++zeros;
        continue;
      }
      coefficient(zeros, value);
      zeros = 0;
    }
    if (zeros > 0) bits(0, 2);
  }

  const std::vector<std::uint8_t>& pixels_;
  int width_, height_;
  JpegOptions options_;
  int across_ = 1, down_ = 1, units_across_ = 0, units_down_ = 0;
  std::vector<Plane> planes_;
  std::vector<std::byte> file_;
  int pending_ = 0, pending_bits_ = 0;
};

}  // namespace

std::vector<std::byte> encode_jpeg(const std::vector<std::uint8_t>& pixels, int width, int height,
                                   const JpegOptions& options) {
  return Encoder(pixels, width, height, options).encode();
}

}  // namespace thimble::testing
