// train/baseline.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "search/layer_table.h"
#include "search/limits.h"
#include "search/network_cost.h"
#include "train/recipe.h"

namespace thimble::train {

struct SearchEffort;

/// What classic networks are scaled for.
struct BaselineTask {
  std::vector<int> resolutions;  ///< That the data allows.
  int channels = 1;              ///< Of the pictures.
  int classes = 10;
  search::Limits limits;
};

struct Baseline {
  ir::NetConfig network;
  double width = 0;
  search::NetworkCost cost;
};

/// A network that has a name (ir/builders), scaled to the resolution and the width, in steps of 0.05, with the most
/// MACs that this planner fits into the limits; none if even the smallest does not fit.
std::optional<Baseline> largest_that_fits(const std::string& name, search::Planner planner, const BaselineTask& task,
                                          search::LayerTable& table);

/// As a search's winner is trained, with as many epochs as it and the supernet have together: a baseline inherits no
/// weights.
Recipe baseline_recipe(const SearchEffort& effort);

}  // namespace thimble::train
