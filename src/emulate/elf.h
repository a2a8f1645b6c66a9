// emulate/elf.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace thimble::emulate {

/// Bytes that an emulator loads before it starts.
struct Segment {
  std::uint32_t address = 0;  ///< Where they are stored (flash), not where start-up code copies them.
  std::vector<std::byte> bytes;
};

/// The loadable segments of a 32-bit little-endian ELF file. @throws Error if it is none.
std::vector<Segment> read_segments(const std::filesystem::path& elf);

}  // namespace thimble::emulate
