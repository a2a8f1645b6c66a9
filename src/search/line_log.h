// search/line_log.h
#pragma once

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/json.h"

namespace thimble::search {

/// A file of JSON objects, one a line, that grows while a search runs and is of use wherever the search was killed. The
/// first line says what it is the log of.
class LineLog {
 public:
  /// Kept nowhere: what is appended is forgotten.
  LineLog() = default;

  /// Opens or makes the file and gives all its lines but the first to `read`, with "FILE:LINE" for messages. A last
  /// line that was cut off is dropped. @throws Error if the first line is not `header` (says what differs), or a line
  /// is no object.
  LineLog(const std::filesystem::path& file, const Json& header,
          const std::function<void(const Json& line, const std::string& where)>& read);

  /// The line is in the file when this returns. @throws Error if it cannot be written.
  void append(const Json& line);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace thimble::search
