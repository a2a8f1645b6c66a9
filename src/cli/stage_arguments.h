// cli/stage_arguments.h
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace thimble::cli {

/// Parses the arguments behind `thimble search --stage NAME` by the options of that stage. False if they ask for help,
/// which is printed then. @throws CLI::ParseError as CLI::App does.
bool parse_stage(CLI::App& stage, std::vector<std::string> arguments);

}  // namespace thimble::cli
