// base/files.h
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thimble {

/// Reads a whole file. @throws Error naming the file and the reason.
std::vector<std::byte> read_bytes(const std::filesystem::path& file);
std::string read_text(const std::filesystem::path& file);

/// Writes a file all or nothing: to a temporary beside it, then renamed. Makes missing folders.
/// @throws Error naming the file and the reason.
void write_bytes(const std::filesystem::path& file, std::span<const std::byte> bytes);
void write_text(const std::filesystem::path& file, std::string_view text);

/// A new folder under the system's temporary folder, removed with everything in it at the end of scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace thimble
