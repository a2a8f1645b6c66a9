// data/image.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace thimble::data {

/// A picture: pixels [height][width][channels], 1 (grey) or 3 (RGB) channels.
struct Image {
  SampleShape shape;
  std::vector<std::uint8_t> pixels;
};

/// Decodes JPEG, PNG, BMP or PNM. Transparency is dropped, 16-bit samples keep their high byte.
/// @throws Error: `name` and why it cannot be decoded.
Image decode_image(std::span<const std::byte> file, const std::string& name);

/// Which part of a picture fills a given size.
enum class Fit {
  stretch,        ///< All of it; its proportions change if they differ.
  center_square,  ///< The largest centred square.
};

/// How pixels of another size are computed. Both take output pixel i from the input around (i + 0.5) * scale - 0.5
/// (pixel centres, no aligned corners), repeat the edge beyond the borders, and interpolate values as stored.
enum class Filter {
  /// A triangle whose half-width is max(1, scale) input pixels: bilinear interpolation when enlarging, an area-weighted
  /// mean without aliasing when shrinking (Pillow's BILINEAR).
  antialias,
  /// The four nearest pixels, also when shrinking (OpenCV's and TensorFlow's bilinear).
  bilinear,
};

/// How pictures become samples.
struct ImageOptions {
  int height = 0;    ///< 0: as they are.
  int width = 0;     ///< 0: as they are.
  int channels = 0;  ///< 1, 3, or 0: as they are.
  Fit fit = Fit::stretch;
  Filter filter = Filter::antialias;
  /// Share of the chosen part's side that is used, centred: 0.875 is ImageNet's usual "scale to 256, cut 224".
  double crop = 1.0;

  bool resizes() const { return height > 0 || width > 0; }
};

/// Grey from RGB by ITU-R BT.601: (19595 R + 38470 G + 7471 B + 32768) / 65536, rounded down, as Pillow does;
/// RGB from grey by repetition.
Image with_channels(Image image, int channels);

/// Scales the chosen part of the picture to options.height x options.width (one of them 0: the same as the other).
Image fitted(const Image& image, const ImageOptions& options);

/// Applies `options` to every picture of a table. Features stay as they are.
/// @throws Error if options ask of features for a number of values that they do not have.
SampleTable fitted(SampleTable table, const ImageOptions& options);

}  // namespace thimble::data
