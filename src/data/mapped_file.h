// data/mapped_file.h
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace thimble::data {

/// A file's bytes, mapped read-only: archives of many gigabytes cost no memory until they are read.
class MappedFile {
 public:
  /// @throws Error naming the file and the reason.
  explicit MappedFile(const std::filesystem::path& file);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace thimble::data
