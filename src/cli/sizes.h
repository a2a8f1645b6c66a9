// cli/sizes.h
#pragma once

#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace thimble::cli {

/// 1 kB is 1024 bytes.
inline double kilobytes(std::int64_t bytes) { return static_cast<double>(bytes) / 1024; }

/// "18.8 kB", "640 B"
inline std::string size_text(std::int64_t bytes) {
  return bytes < 1024 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} kB", kilobytes(bytes));
}

}  // namespace thimble::cli
