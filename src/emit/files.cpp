// emit/files.cpp
#include "base/files.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <unistd.h>

#include "base/error.h"
#include "emit/emit.h"

namespace thimble::emit {
namespace {

namespace fs = std::filesystem;

/// Makes `folder` and its missing parents; takes those that it made away again unless `keep` is called.
class NewFolders {
 public:
  explicit NewFolders(const fs::path& folder) {
    fs::path missing = folder;
    while (!missing.empty() && !fs::exists(missing)) {
      first_ = missing;
      missing = missing.parent_path();
    }
    std::error_code reason;
    fs::create_directories(folder, reason);
    if (!reason && !fs::is_directory(folder)) reason = std::make_error_code(std::errc::not_a_directory);
    if (!reason && ::access(folder.c_str(), W_OK | X_OK) != 0) reason = {errno, std::generic_category()};
    if (!reason) return;
    remove();
    throw Error(fmt::format("{}: cannot write into this folder: {}", folder.string(), reason.message()),
                "choose another folder with -o");
  }
  ~NewFolders() { remove(); }
  NewFolders(const NewFolders&) = delete;
  NewFolders& operator=(const NewFolders&) = delete;
  void keep() { first_.clear(); }

 private:
  void remove() {
    std::error_code ignored;
    if (!first_.empty()) fs::remove_all(first_, ignored);
  }
  fs::path first_;
};

/// A hidden folder inside the output folder, so that every rename stays within one file system.
class Staging {
 public:
  explicit Staging(const fs::path& folder) {
    std::string name = (folder / ".thimble-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      fail("{}: cannot write into this folder: {}", folder.string(), std::generic_category().message(errno));
    path_ = name;
  }
  ~Staging() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Everything that could stop a rename is found before the first one.
void check_targets(const std::vector<File>& files, const fs::path& folder) {
  for (const File& file : files) {
    const fs::path target = folder / file.path;
    if (fs::is_directory(target)) fail("{}: cannot be written: a folder has this name", target.string());
    std::error_code reason;
    fs::create_directories(target.parent_path(), reason);
    if (!reason && ::access(target.parent_path().c_str(), W_OK | X_OK) != 0) reason = {errno, std::generic_category()};
    if (reason) fail("{}: cannot be written: {}", target.string(), reason.message());
  }
}

}  // namespace

void write_files(const std::vector<File>& files, const std::filesystem::path& folder) {
  const fs::path target = folder.empty() ? fs::path(".") : folder;
  NewFolders made(target);
  const Staging staging(target);
  for (const File& file : files) write_text(staging.path() / file.path, file.content);
  check_targets(files, target);
  for (const File& file : files) {
    std::error_code reason;
    fs::rename(staging.path() / file.path, target / file.path, reason);
    if (reason) fail("{}: cannot be written: {}", (target / file.path).string(), reason.message());
  }
  made.keep();
}

}  // namespace thimble::emit
