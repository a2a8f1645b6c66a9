#include "train/baseline.h"

#include "base/error.h"
#include "ir/builders/builders.h"
#include "ir/netconfig_layers.h"
#include "train/search_settings.h"

namespace thimble::train {

namespace {

/// The network at this size; none if it has too many strides for such pictures.
std::optional<ir::NetConfig> scaled(const std::string& name, const BaselineTask& task, int resolution, double width) {
  try {
    return ir::builders::build(
        name,
        {.resolution = resolution, .channels = task.channels, .classes = task.classes, .width = width, .dropout = 0.0});
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<Baseline> largest_that_fits(const std::string& name, search::Planner planner, const BaselineTask& task,
                                          search::LayerTable& table) {
  ir::builders::build(name);  // An unknown name is an error, and not a network that does not fit.
  constexpr int steps = 40;   // To twice the published width.
  const search::CostOptions options{
      .planner = planner, .sram_limit = task.limits.sram_bytes, .flash_limit = task.limits.flash_bytes};
  std::optional<Baseline> best;
  for (const int resolution : task.resolutions) {
    for (int step = 1; step <= steps; ++step) {
      const double width = step * 0.05;
      const std::optional<ir::NetConfig> network = scaled(name, task, resolution, width);
      if (!network) continue;
      const search::NetworkCost cost = search::cost_of(ir::layers_of(*network), table, options);
      if (!search::fits(cost, task.limits)) continue;
      if (!best || cost.macs > best->cost.macs) best = Baseline{*network, width, cost};
    }
  }
  return best;
}

Recipe baseline_recipe(const SearchEffort& effort) {
  Recipe recipe = effort.finish;
  recipe.epochs += effort.supernet.largest.epochs + effort.supernet.elastic.epochs;
  recipe.minutes += effort.supernet.largest.minutes + effort.supernet.elastic.minutes;
  recipe.schedule.peak = effort.supernet.largest.learning_rate;
  recipe.warmup_epochs = 0.25;
  return recipe;
}

}  // namespace thimble::train
