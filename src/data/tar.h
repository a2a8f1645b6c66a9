// data/tar.h
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace thimble::data {

/// A regular file inside an archive.
struct TarMember {
  std::string name;
  std::span<const std::byte> content;  ///< Inside the archive's bytes.
};

/// Whether the bytes begin with a tar header (POSIX ustar, GNU or the old one: its checksum is right).
bool is_tar(std::span<const std::byte> archive);

/// The regular files of an uncompressed tar archive (POSIX.1-1988 ustar; also GNU long names and the `path` of pax
/// headers), in order. Each member is a 512-byte header and the content, padded to 512 bytes.
/// @throws Error naming the archive `name` and the byte at which a header is damaged or a member is cut off.
std::vector<TarMember> list_tar(std::span<const std::byte> archive, const std::string& name);

}  // namespace thimble::data
