// cli/search_space.h
#pragma once

#include <string>
#include <vector>

namespace thimble::cli {

/// `thimble search --stage space`, with the arguments behind `search`: ranks the spaces of a design space for a board,
/// or, with --sensitivity, finds the best one for a grid of memories. Writes JSON and SVG files.
void search_space(std::vector<std::string> arguments);

}  // namespace thimble::cli
