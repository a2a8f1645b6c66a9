#include "base/files.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"

namespace thimble {

namespace fs = std::filesystem;

namespace {

template <typename Container>
Container read_all(const fs::path& file) {
  std::error_code ec;
  if (fs::is_directory(file, ec)) fail("{}: is a folder, not a file", file.string());
  std::ifstream in(file, std::ios::binary);
  if (!in) fail("{}: cannot be read: {}", file.string(), std::strerror(errno));
  in.seekg(0, std::ios::end);
  const auto size = in.tellg();
  if (size < 0) fail("{}: cannot be read: {}", file.string(), std::strerror(errno));
  Container content(static_cast<std::size_t>(size), {});
  in.seekg(0);
  in.read(reinterpret_cast<char*>(content.data()), size);
  if (!in) fail("{}: cannot be read: {}", file.string(), std::strerror(errno));
  return content;
}

}  // namespace

std::vector<std::byte> read_bytes(const fs::path& file) { return read_all<std::vector<std::byte>>(file); }

std::string read_text(const fs::path& file) { return read_all<std::string>(file); }

void write_bytes(const fs::path& file, std::span<const std::byte> bytes) {
  std::error_code ec;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), ec);
  if (ec) fail("{}: cannot make the folder: {}", file.parent_path().string(), ec.message());
  const fs::path temporary = file.string() + ".part" + std::to_string(::getpid());
  {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) {
      const std::string reason = std::strerror(errno);
      fs::remove(temporary, ec);
      fail("{}: cannot be written: {}", file.string(), reason);
    }
  }
  fs::rename(temporary, file, ec);
  if (ec) {
    const std::string reason = ec.message();
    fs::remove(temporary, ec);
    fail("{}: cannot be written: {}", file.string(), reason);
  }
}

void write_text(const fs::path& file, std::string_view text) { write_bytes(file, std::as_bytes(std::span(text))); }

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "thimble-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) fail("{}: cannot make a temporary folder: {}", name, std::strerror(errno));
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace thimble
