// cli/search_check.h
#pragma once

#include <string>
#include <vector>

namespace thimble::cli {

/// `thimble search --stage check`, with the arguments behind `search`: how long predictions of a network's memory take,
/// and how they compare with the planner's smallest plans, for random networks of a design space.
void search_check(std::vector<std::string> arguments);

}  // namespace thimble::cli
