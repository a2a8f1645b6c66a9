// train/log_file.h
#pragma once

#include <filesystem>
#include <functional>

#include "base/json.h"

namespace thimble::train {

/// Appends an object as a line. @throws Error if that is not possible.
void append_line(const std::filesystem::path& log, const Json& line);

/// Keeps only the lines that `keep` wants; one that is cut off is no line: a resumed training does again, and logs
/// again, what its checkpoint does not have. No file is no lines.
void keep_lines(const std::filesystem::path& log, const std::function<bool(const Json& line)>& keep);

}  // namespace thimble::train
