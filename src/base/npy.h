// base/npy.h
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace thimble {

/// An array of NumPy's .npy format, version 1.0, C order, little-endian.
struct Array {
  std::string dtype;  ///< NumPy's: "|i1", "|u1", "<i2", "<i4", "<i8", "<f4".
  std::vector<std::size_t> shape;
  std::vector<std::byte> bytes;
};

/// @throws Error naming the file and what is wrong.
Array read_npy(const std::filesystem::path& file);
void write_npy(const std::filesystem::path& file, const Array& array);

}  // namespace thimble
