// The commands of a self-test's README: what it says is what is tested.
#pragma once

#include <filesystem>
#include <sstream>
#include <string>

#include "base/files.h"
#include "base/process.h"

namespace thimble::testing {

/// Runs those of README.md's section on the emulator, in its folder.
inline ProcessResult run_emulator_commands(const std::filesystem::path& folder) {
  const std::string readme = read_text(folder / "README.md");
  std::istringstream lines(readme.substr(readme.find("## In the emulator")));
  std::string commands = "set -e\n";
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("    ")) commands += line.substr(4) + "\n";
  return run_process({"sh", "-c", commands}, {}, folder);
}

}  // namespace thimble::testing
