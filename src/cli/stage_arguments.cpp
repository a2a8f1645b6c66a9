#include "cli/stage_arguments.h"

#include <algorithm>

#include <fmt/core.h>

namespace thimble::cli {

bool parse_stage(CLI::App& stage, std::vector<std::string> arguments) {
  std::ranges::reverse(arguments);  // As CLI::App::parse takes them.
  try {
    stage.parse(arguments);
    return true;
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", stage.help());
    return false;
  }
}

}  // namespace thimble::cli
