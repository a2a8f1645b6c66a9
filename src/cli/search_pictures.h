// cli/search_pictures.h
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "search/candidate.h"

namespace thimble::cli {

/// Of the candidates those that no other one beats in both accuracy and SRAM, by SRAM.
std::vector<search::Candidate> front_of(const std::vector<search::Candidate>& candidates);

/// All candidates of one search by SRAM and accuracy, and their front.
std::string picture_of_candidates(const std::vector<search::Candidate>& candidates, const Json& target);

/// The winners of several targets by SRAM and accuracy, joined where only the budget differs.
std::string picture_of_targets(const Json& targets);

/// The best fitness so far of evolution and random search; `control` is a control.json.
std::string picture_of_control(const Json& control, const std::string& target);

}  // namespace thimble::cli
