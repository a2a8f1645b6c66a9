// cli/training_half.h
#pragma once

#include <string>
#include <vector>

namespace thimble::cli {

/// Replaces this process by thimble-train, found beside this program or on PATH, so that Ctrl-C and exit codes are its
/// own. @throws Error with exit code 3 if it is not installed.
[[noreturn]] void become_training_half(const std::string& verb, const std::vector<std::string>& arguments);

}  // namespace thimble::cli
