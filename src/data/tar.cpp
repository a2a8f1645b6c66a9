#include "data/tar.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"

namespace thimble::data {

namespace {

constexpr std::size_t block = 512;

/// The fields of a header that matter here, as {offset, length}.
struct Field {
  std::size_t at, length;
};
constexpr Field name_field{0, 100};
constexpr Field size_field{124, 12};
constexpr Field checksum_field{148, 8};
constexpr Field type_field{156, 1};
constexpr Field magic_field{257, 5};
constexpr Field prefix_field{345, 155};

/// A field's characters up to the first zero byte.
std::string_view text_in(std::span<const std::byte> header, Field field) {
  const std::string_view all(reinterpret_cast<const char*>(header.data()) + field.at, field.length);
  return all.substr(0, all.find('\0'));
}

/// Octal digits, between spaces; none if there is anything else.
std::optional<std::uint64_t> octal_in(std::span<const std::byte> header, Field field) {
  std::string_view digits = text_in(header, field);
  while (digits.starts_with(' ')) digits.remove_prefix(1);
  while (digits.ends_with(' ')) digits.remove_suffix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

/// The sum of the header's bytes, those of the checksum itself counted as spaces.
bool checksum_is_right(std::span<const std::byte> header) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block; ++i) {
    const bool in_checksum = i >= checksum_field.at && i < checksum_field.at + checksum_field.length;
    sum += in_checksum ? std::uint64_t{' '} : std::to_integer<std::uint64_t>(header[i]);
  }
  return octal_in(header, checksum_field) == sum;
}

bool is_end(std::span<const std::byte> header) {
  return std::all_of(header.begin(), header.end(), [](std::byte b) { return b == std::byte{0}; });
}

std::string full_name(std::span<const std::byte> header) {
  std::string name(text_in(header, name_field));
  const bool is_ustar = text_in(header, magic_field).starts_with("ustar");
  // GNU's variant ("ustar  ") uses the prefix field for times.
  const bool has_prefix = is_ustar && header[magic_field.at + magic_field.length] == std::byte{0};
  const std::string_view prefix = has_prefix ? text_in(header, prefix_field) : "";
  return prefix.empty() ? name : std::string(prefix) + "/" + name;
}

/// The `path` record of a pax header: lines of "<length> key=value\n".
std::string pax_path(std::string_view records) {
  while (!records.empty()) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(records.data(), records.data() + records.size(), length);
    const auto digits = static_cast<std::size_t>(end - records.data());
    if (error != std::errc{} || length <= digits + 1 || length > records.size()) return {};
    const std::string_view record = records.substr(digits + 1, length - digits - 2);
    if (record.starts_with("path=")) return std::string(record.substr(5));
    records.remove_prefix(length);
  }
  return {};
}

}  // namespace

bool is_tar(std::span<const std::byte> archive) {
  return archive.size() >= block && checksum_is_right(archive.first(block));
}

std::vector<TarMember> list_tar(std::span<const std::byte> archive, const std::string& name) {
  std::vector<TarMember> members;
  std::string long_name;
  std::size_t at = 0;
  while (at < archive.size()) {
    if (archive.size() - at < block) fail("{}: is truncated in a header at byte {}", name, at);
    const std::span<const std::byte> header = archive.subspan(at, block);
    if (is_end(header)) break;
    const std::optional<std::uint64_t> size = octal_in(header, size_field);
    if (!checksum_is_right(header) || !size) fail("{}: has a damaged tar header at byte {}", name, at);
    if (*size > archive.size() - at - block) {
      fail("{}: is truncated: member \"{}\" at byte {} needs {} bytes, {} are left", name, full_name(header), at, *size,
           archive.size() - at - block);
    }
    const std::span<const std::byte> content = archive.subspan(at + block, *size);
    const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    const char type = static_cast<char>(header[type_field.at]);
    if (type == 'L') {
      long_name = std::string(text.substr(0, text.find('\0')));
    } else if (type == 'x') {
      long_name = pax_path(text);
    } else {
      if (type == '0' || type == '\0') {
        members.push_back({.name = long_name.empty() ? full_name(header) : long_name, .content = content});
      }
      long_name.clear();
    }
    at += block + (*size + block - 1) / block * block;
  }
  return members;
}

}  // namespace thimble::data
