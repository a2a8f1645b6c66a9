// cli/train_compiler_half.h
#pragma once

#include <string>
#include <vector>

namespace thimble::cli {

/// Replaces this process by thimble with these arguments, found beside this program or on PATH: what the training half
/// leaves to the compiler, so that it need not link it. The counterpart of become_training_half.
/// @throws Error with exit code 3 if it is not installed.
[[noreturn]] void become_compiler_half(const std::vector<std::string>& arguments);

}  // namespace thimble::cli
