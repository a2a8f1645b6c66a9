#include "import/tflite_labels.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <zlib.h>

namespace thimble::import {

namespace {

/// Class names of a microcontroller's model; also bounds what a damaged size field can make us allocate.
constexpr std::size_t most_label_bytes = 1 << 20;

/// Little-endian reads from an archive; outside it everything is 0, which no signature is.
struct Archive {
  std::string_view bytes;

  std::uint32_t number(std::size_t at, std::size_t width) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (at + i < bytes.size())
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    }
    return value;
  }
  std::string_view text(std::size_t at, std::size_t size) const {
    return at > bytes.size() ? std::string_view() : bytes.substr(at, size);
  }
};

constexpr std::uint32_t end_signature = 0x06054B50;
constexpr std::uint32_t entry_signature = 0x02014B50;
constexpr std::uint32_t local_signature = 0x04034B50;

/// Where the central directory's end record starts: within the last 22 bytes plus a comment of at most 64 kB.
std::optional<std::size_t> end_record(const Archive& archive) {
  constexpr std::size_t size = 22;
  if (archive.bytes.size() < size) return std::nullopt;
  const std::size_t last = archive.bytes.size() - size;
  const std::size_t first = last > 0xFFFF ? last - 0xFFFF : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    if (archive.number(at, 4) == end_signature) return at;
  }
  return std::nullopt;
}

std::string inflated(std::string_view packed, std::size_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return {};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return status == Z_STREAM_END && stream.total_out == size ? out : std::string();
}

/// The content of the entry whose record in the central directory is at `entry`.
std::string content(const Archive& archive, std::size_t entry) {
  constexpr std::uint32_t stored = 0;
  constexpr std::uint32_t deflated = 8;
  const std::uint32_t method = archive.number(entry + 10, 2);
  const std::size_t packed_size = archive.number(entry + 20, 4);
  const std::size_t size = archive.number(entry + 24, 4);
  const std::size_t local = archive.number(entry + 42, 4);
  if (size > most_label_bytes || packed_size > most_label_bytes || archive.number(local, 4) != local_signature)
    return {};
  const std::size_t start = local + 30 + archive.number(local + 26, 2) + archive.number(local + 28, 2);
  const std::string_view packed = archive.text(start, packed_size);
  if (packed.size() != packed_size) return {};
  if (method == stored) return std::string(packed);
  return method == deflated ? inflated(packed, size) : std::string();
}

bool names_labels(std::string_view name) {
  return name.ends_with(".txt") && name.find("label") != std::string_view::npos;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace

std::vector<std::string> import_labels(const TfliteFile& file) {
  for (std::size_t i = 0; i < count(file.model->metadata()); ++i) {
    const tflite::Metadata& entry = *member(file.model->metadata(), i);
    if (!entry.name() || entry.name()->string_view() != labels_metadata) continue;
    const auto bytes = buffer_bytes(file, entry.buffer());
    return lines_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  const Archive archive{{reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()}};
  const auto end = end_record(archive);
  if (!end) return {};
  std::size_t entry = archive.number(*end + 16, 4);
  for (std::uint32_t left = archive.number(*end + 10, 2); left > 0; --left) {
    if (archive.number(entry, 4) != entry_signature) return {};
    const std::size_t name_size = archive.number(entry + 28, 2);
    if (names_labels(archive.text(entry + 46, name_size))) return lines_of(content(archive, entry));
    entry += 46 + name_size + archive.number(entry + 30, 2) + archive.number(entry + 32, 2);
  }
  return {};
}

}  // namespace thimble::import
