#include "data/picture_damage.h"

#include <cstdint>

#include "base/crc32.h"

namespace thimble::data {

namespace {

constexpr std::string_view truncated = "is truncated: the end of the picture is missing";

std::size_t byte_at(std::span<const std::byte> bytes, std::size_t i) { return std::to_integer<std::size_t>(bytes[i]); }

/// DHT: tables of a class and id byte, the numbers of codes of 1 to 16 bits, and a value for each code.
bool has_sound_huffman_tables(std::span<const std::byte> tables) {
  constexpr std::size_t head = 17;
  while (!tables.empty()) {
    if (tables.size() < head) return false;
    std::size_t codes = 0;
    for (std::size_t i = 1; i < head; ++i) codes += byte_at(tables, i);
    if (codes > 256 || codes > tables.size() - head) return false;
    tables = tables.subspan(head + codes);
  }
  return true;
}

/// Markers without a length: start of image, restarts, and in coded data 0xFF 0x00, which is a value.
bool stands_alone(std::size_t marker) { return marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

/// Walks over the marker segments of a JPEG (ITU-T T.81, annex B).
std::string_view jpeg_damage(std::span<const std::byte> file) {
  constexpr std::size_t end_of_image = 0xD9;
  constexpr std::size_t define_huffman_tables = 0xC4;
  std::size_t at = 0;
  for (;;) {
    while (at < file.size() && byte_at(file, at) != 0xFF) ++at;
    while (at < file.size() && byte_at(file, at) == 0xFF) ++at;
    if (at >= file.size()) return truncated;
    const std::size_t marker = byte_at(file, at++);
    if (marker == end_of_image) return {};
    if (stands_alone(marker)) continue;
    if (file.size() - at < 2) return truncated;
    const std::size_t length = byte_at(file, at) << 8 | byte_at(file, at + 1);
    if (length < 2) return "is damaged: a JPEG segment has no length";
    if (length > file.size() - at) return truncated;
    if (marker == define_huffman_tables && !has_sound_huffman_tables(file.subspan(at + 2, length - 2))) {
      return "is damaged: a Huffman table is impossible";
    }
    at += length;
  }
}

/// A BMP says its own size in bytes 2 to 5.
std::string_view bmp_damage(std::span<const std::byte> file) {
  if (file.size() < 6) return truncated;
  const std::size_t size = byte_at(file, 2) | byte_at(file, 3) << 8 | byte_at(file, 4) << 16 | byte_at(file, 5) << 24;
  return size > file.size() ? truncated : std::string_view{};
}

std::size_t big_endian_at(std::span<const std::byte> file, std::size_t at) {
  return byte_at(file, at) << 24 | byte_at(file, at + 1) << 16 | byte_at(file, at + 2) << 8 | byte_at(file, at + 3);
}

/// A PNG is chunks, up to IEND: length, type, content, CRC-32 of type and content. Types that begin with a capital
/// letter are needed to decode the picture.
std::string_view png_damage(std::span<const std::byte> file) {
  constexpr std::size_t signature = 8;
  constexpr std::size_t around_content = 12;
  constexpr std::size_t iend = 0x49454E44;
  std::size_t at = signature;
  for (;;) {
    if (file.size() < at + around_content) return truncated;
    const std::size_t length = big_endian_at(file, at);
    if (length > file.size() - at - around_content) return truncated;
    const bool is_needed = (byte_at(file, at + 4) & 0x20) == 0;
    if (is_needed && crc32(file.subspan(at + 4, length + 4)) != big_endian_at(file, at + 8 + length)) {
      return "is damaged: a PNG chunk has a wrong checksum";
    }
    if (big_endian_at(file, at + 4) == iend) return {};
    at += around_content + length;
  }
}

}  // namespace

std::string_view picture_damage(std::span<const std::byte> file) {
  if (file.size() < 2) return {};
  // Any number of 0xFF may precede a marker, the first one included; no other format begins so.
  if (byte_at(file, 0) == 0xFF) return jpeg_damage(file);
  if (byte_at(file, 0) == 0x89 && byte_at(file, 1) == 'P') return png_damage(file);
  if (byte_at(file, 0) == 'B' && byte_at(file, 1) == 'M') return bmp_damage(file);
  return {};
}

}  // namespace thimble::data
