// cli/train_search.h
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <functional>

namespace thimble::cli {

/// Adds the verb `search` of thimble-train. Gives what runs it once the command line is parsed; its result is the exit
/// code.
std::function<int()> add_train_search(CLI::App& app, const std::atomic<bool>& interrupted);

}  // namespace thimble::cli
