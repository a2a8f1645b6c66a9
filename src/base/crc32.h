// base/crc32.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace thimble {

/// zlib's CRC-32 (polynomial 0xEDB88320).
std::uint32_t crc32(std::span<const std::byte> bytes);

}  // namespace thimble
