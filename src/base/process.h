// base/process.h
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace thimble {

struct ProcessResult {
  int status = 0;   ///< Exit status, or 128 + the signal that ended it.
  std::string out;  ///< Standard output.
  std::string err;  ///< Standard error.
};

/// Runs a program (found on PATH) without a shell and waits for it. @throws Error with exit code 3 and `package` in the
/// hint if there is no such program.
ProcessResult run_process(const std::vector<std::string>& command, const std::string& package = {},
                          const std::filesystem::path& folder = {});

/// A command line's words, without quotes: "gcc -O2".
std::vector<std::string> words_of(const std::string& command_line);

/// Whether a program is on PATH.
bool program_exists(const std::string& name);

}  // namespace thimble
