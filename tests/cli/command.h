// Runs the thimble program as a user does, in a folder of the test's own.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/process.h"

namespace thimble::testing {

class Command {
 public:
  /// thimble ARGUMENTS, in the folder.
  ProcessResult operator()(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), THIMBLE_PROGRAM);
    return run_process(arguments, {}, folder_.path());
  }
  std::filesystem::path file(const std::string& name) const { return folder_.path() / name; }
  /// Everything in the folder, hidden files too.
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace thimble::testing
