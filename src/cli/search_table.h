// cli/search_table.h
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "search/candidate.h"

namespace thimble::cli {

/// Tables of a search, for a terminal. `target` and `targets` are of result.json, with "measured" where they were.

/// One target: its network, and each number with where it comes from.
std::string table_of_target(const Json& target);

/// Several targets, a line each; those on the front are marked.
std::string table_of_targets(const Json& targets);

/// The front of one search's candidates, a line each, the winner marked.
std::string table_of_front(const std::vector<search::Candidate>& front, const Json& target);

/// Classic networks at the size that fits, a line each.
std::string table_of_baselines(const Json& baselines);

}  // namespace thimble::cli
