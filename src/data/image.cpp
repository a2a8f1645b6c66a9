#include "data/image.h"

#define STBI_NO_STDIO
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include <stb/stb_image.h>
#include <stb/stb_image_resize.h>

#include "base/error.h"
#include "base/parallel.h"
#include "data/picture_damage.h"

namespace thimble::data {

namespace {

/// The rectangle of the picture that is used, in pixels.
struct Region {
  double left, top, width, height;
};

Region region_of(const SampleShape& shape, const ImageOptions& options) {
  double width = shape.width;
  double height = shape.height;
  if (options.fit == Fit::center_square) width = height = std::min(width, height);
  width *= options.crop;
  height *= options.crop;
  return {.left = (shape.width - width) / 2, .top = (shape.height - height) / 2, .width = width, .height = height};
}

void check(const ImageOptions& options) {
  if (options.channels != 0 && options.channels != 1 && options.channels != 3) {
    fail("pictures have 1 or 3 channels, not {}", options.channels);
  }
  if (options.height < 0 || options.width < 0 || options.height > 16384 || options.width > 16384) {
    fail("a picture of {}x{} is not possible", options.height, options.width);
  }
  if (!(options.crop > 0) || options.crop > 1) fail("a crop of {} is not in (0, 1]", options.crop);
}

/// The two input positions between which an output position lies, and the weight of the second.
struct Between {
  int first = 0;
  int second = 0;
  double weight = 0;
};

Between between(int output, double start, double length, int outputs, int inputs) {
  const double at = start + (output + 0.5) * length / outputs - 0.5;
  const double floor = std::floor(at);
  const int first = static_cast<int>(floor);
  return {std::clamp(first, 0, inputs - 1), std::clamp(first + 1, 0, inputs - 1), at - floor};
}

void resize_bilinear(const Image& image, const Region& region, Image& out) {
  const int channels = image.shape.channels;
  const auto pixel = [&](int y, int x, int c) {
    return static_cast<double>(image.pixels[static_cast<std::size_t>((y * image.shape.width + x) * channels + c)]);
  };
  std::size_t at = 0;
  for (int y = 0; y < out.shape.height; ++y) {
    const Between v = between(y, region.top, region.height, out.shape.height, image.shape.height);
    for (int x = 0; x < out.shape.width; ++x) {
      const Between h = between(x, region.left, region.width, out.shape.width, image.shape.width);
      for (int c = 0; c < channels; ++c) {
        const double above = std::lerp(pixel(v.first, h.first, c), pixel(v.first, h.second, c), h.weight);
        const double below = std::lerp(pixel(v.second, h.first, c), pixel(v.second, h.second, c), h.weight);
        out.pixels[at++] = static_cast<std::uint8_t>(std::lerp(above, below, v.weight) + 0.5);
      }
    }
  }
}

void resize_antialias(const Image& image, const Region& region, Image& out) {
  const auto u0 = static_cast<float>(region.left / image.shape.width);
  const auto v0 = static_cast<float>(region.top / image.shape.height);
  const auto u1 = static_cast<float>((region.left + region.width) / image.shape.width);
  const auto v1 = static_cast<float>((region.top + region.height) / image.shape.height);
  const int ok = stbir_resize_region(
      image.pixels.data(), image.shape.width, image.shape.height, 0, out.pixels.data(), out.shape.width,
      out.shape.height, 0, STBIR_TYPE_UINT8, image.shape.channels, STBIR_ALPHA_CHANNEL_NONE, 0, STBIR_EDGE_CLAMP,
      STBIR_EDGE_CLAMP, STBIR_FILTER_TRIANGLE, STBIR_FILTER_TRIANGLE, STBIR_COLORSPACE_LINEAR, nullptr, u0, v0, u1, v1);
  if (ok == 0) fail("cannot resize a picture of {} to {}", text_of(image.shape), text_of(out.shape));
}

Image resized(const Image& image, const Region& region, SampleShape shape, Filter filter) {
  Image out;
  out.shape = shape;
  out.shape.channels = image.shape.channels;
  out.pixels.resize(out.shape.values());
  if (filter == Filter::bilinear) {
    resize_bilinear(image, region, out);
  } else {
    resize_antialias(image, region, out);
  }
  return out;
}

}  // namespace

Image decode_image(std::span<const std::byte> file, const std::string& name) {
  if (file.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) fail("{}: is too large", name);
  if (const std::string_view damage = picture_damage(file); !damage.empty()) fail("{}: {}", name, damage);
  const auto* bytes = reinterpret_cast<const stbi_uc*>(file.data());
  const int size = static_cast<int>(file.size());
  int width = 0;
  int height = 0;
  int channels = 0;
  // Grey with alpha loads as grey, RGBA as RGB.
  const bool known = stbi_info_from_memory(bytes, size, &width, &height, &channels) != 0;
  const int wanted = channels <= 2 ? 1 : 3;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      known ? stbi_load_from_memory(bytes, size, &width, &height, &channels, wanted) : nullptr, stbi_image_free);
  if (!pixels) {
    throw Error(fmt::format("{}: is not a picture that can be decoded: {}", name, stbi_failure_reason()),
                "JPEG, PNG, BMP and PNM are read");
  }
  Image image;
  image.shape = {.height = height, .width = width, .channels = wanted};
  image.pixels.assign(pixels.get(), pixels.get() + image.shape.values());
  return image;
}

Image with_channels(Image image, int channels) {
  if (channels == 0 || channels == image.shape.channels) return image;
  Image out;
  out.shape = image.shape;
  out.shape.channels = channels;
  out.pixels.resize(out.shape.values());
  const std::size_t pixels = out.pixels.size() / static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < pixels; ++i) {
    if (channels == 1) {
      const std::uint8_t* rgb = &image.pixels[3 * i];
      out.pixels[i] = static_cast<std::uint8_t>((19595U * rgb[0] + 38470U * rgb[1] + 7471U * rgb[2] + 32768U) >> 16);
    } else {
      std::fill_n(&out.pixels[3 * i], 3, image.pixels[i]);
    }
  }
  return out;
}

Image fitted(const Image& image, const ImageOptions& options) {
  check(options);
  const Region region = region_of(image.shape, options);
  int height = options.height > 0 ? options.height : options.width;
  int width = options.width > 0 ? options.width : options.height;
  if (!options.resizes()) {
    height = std::max(1, static_cast<int>(std::lround(region.height)));
    width = std::max(1, static_cast<int>(std::lround(region.width)));
  }
  // Channels first when that leaves fewer of them to resize.
  Image out = options.channels == 1 ? with_channels(image, 1) : image;
  const bool whole = region.width == image.shape.width && region.height == image.shape.height;
  if (!whole || height != image.shape.height || width != image.shape.width) {
    out = resized(out, region, {.height = height, .width = width}, options.filter);
  }
  return with_channels(std::move(out), options.channels);
}

SampleTable fitted(SampleTable table, const ImageOptions& options) {
  check(options);
  const bool changes = options.resizes() || options.channels != 0 || options.crop != 1 || options.fit != Fit::stretch;
  if (!changes || table.labels.empty()) return table;
  if (table.type != SampleType::uint8) {
    const SampleShape wanted{options.height, options.width, std::max(options.channels, 1)};
    if (options.resizes() && wanted.values() == table.shape.values()) return table;
    fail("{}: holds features of {} values, which cannot be made {}", table.name, table.shape.values(), text_of(wanted));
  }

  const std::size_t stride = table.shape.values();
  const auto image_at = [&](std::size_t i) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(table.values.data()) + i * stride;
    return Image{.shape = table.shape, .pixels = {first, first + stride}};
  };
  const SampleShape shape = fitted(image_at(0), options).shape;
  if (shape == table.shape) return table;
  std::vector<std::byte> values(table.labels.size() * shape.values());
  parallel_for(table.labels.size(), available_threads(), [&](std::size_t i) {
    const Image image = fitted(image_at(i), options);
    std::memcpy(values.data() + i * shape.values(), image.pixels.data(), image.pixels.size());
  });
  table.values = std::move(values);
  table.shape = shape;
  return table;
}

}  // namespace thimble::data
