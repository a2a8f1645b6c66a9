// Small datasets in every format, written by the tests themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <stb/stb_image_write.h>
#include <zlib.h>

#include "base/error.h"
#include "base/files.h"
#include "data/image.h"

namespace thimble::testing {

using Bytes = std::vector<std::uint8_t>;

inline void write(const std::filesystem::path& file, const Bytes& bytes) {
  write_bytes(file, std::as_bytes(std::span(bytes)));
}

inline void write_gzip(const std::filesystem::path& file, const Bytes& bytes) {
  gzFile out = gzopen(file.c_str(), "wb");
  gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(out);
}

inline Bytes idx(const std::vector<std::uint32_t>& dimensions, const Bytes& values) {
  Bytes out{0, 0, 8, static_cast<std::uint8_t>(dimensions.size())};
  for (const std::uint32_t d : dimensions) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(d >> shift));
  }
  out.insert(out.end(), values.begin(), values.end());
  return out;
}

/// A CIFAR record: label bytes, then planes that are r, g and b everywhere.
inline Bytes cifar_record(const Bytes& labels, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  Bytes out = labels;
  for (const std::uint8_t value : {r, g, b}) out.insert(out.end(), 1024, value);
  return out;
}

inline Bytes png(const data::SampleShape& shape, const Bytes& pixels) {
  Bytes out;
  stbi_write_png_to_func(
      [](void* to, void* bytes, int size) {
        auto* out_bytes = static_cast<Bytes*>(to);
        const auto* first = static_cast<const std::uint8_t*>(bytes);
        out_bytes->insert(out_bytes->end(), first, first + size);
      },
      &out, shape.width, shape.height, shape.channels, pixels.data(), 0);
  return out;
}

/// A picture of one colour.
inline Bytes png_of(int height, int width, const Bytes& color) {
  Bytes pixels;
  for (int i = 0; i < height * width; ++i) pixels.insert(pixels.end(), color.begin(), color.end());
  return png({.height = height, .width = width, .channels = static_cast<int>(color.size())}, pixels);
}

/// A ustar member: header and padded content.
inline void append_tar_member(Bytes& tar, const std::string& name, const Bytes& content, char type = '0') {
  char header[512] = {};
  std::snprintf(header, 100, "%s", name.c_str());
  std::memcpy(header + 100, "0000644\0", 8);
  std::snprintf(header + 124, 12, "%011o", static_cast<unsigned>(content.size()));
  std::memcpy(header + 148, "        ", 8);
  header[156] = type;
  std::memcpy(header + 257,
              "ustar\0"
              "00",
              8);
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(header + 148, 8, "%06o", sum);
  tar.insert(tar.end(), header, header + 512);
  tar.insert(tar.end(), content.begin(), content.end());
  tar.resize((tar.size() + 511) / 512 * 512);
}

inline void end_tar(Bytes& tar) { tar.resize(tar.size() + 1024); }

/// The message of the Error that `action` throws, or "" if it throws none.
template <typename Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace thimble::testing
