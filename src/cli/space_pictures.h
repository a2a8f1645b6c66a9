// cli/space_pictures.h
#pragma once

#include <string>
#include <vector>

#include "search/space_ranking.h"

namespace thimble::cli {

/// "160 x 0.5": a space's resolution and width.
std::string name_of(const search::SpaceRank& rank);

/// The distributions of MACs of ranked spaces, the best six in colours. `what`: of what, for the title.
std::string picture_of(const std::vector<search::SpaceRank>& ranks, const std::string& what);

/// The best resolution and the best width, each as a table of flash (columns) and SRAM (rows). `best` is by row, then
/// by column.
std::string picture_of(const std::vector<std::vector<search::BestSpace>>& best, const std::string& what);

}  // namespace thimble::cli
