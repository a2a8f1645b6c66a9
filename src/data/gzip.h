// data/gzip.h
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace thimble::data {

/// A whole file, decompressed if it is gzip and as it is otherwise. @throws Error: unreadable, truncated, damaged.
std::vector<std::byte> read_maybe_gzip(const std::filesystem::path& file);

}  // namespace thimble::data
