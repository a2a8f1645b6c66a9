#include "plan/network_plan.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "passes/recompute_excite.h"
#include "passes/split_patches.h"
#include "plan/channel_search.h"
#include "plan/op_order.h"
#include "plan/tile_search.h"

namespace thimble::plan {
namespace {

/// Whether a plan needs no rewriting of its graph.
bool is_enough(const Plan& plan, const PlanOptions& options) {
  return options.objective == Objective::latency &&
         (options.arena_bytes == 0 || plan.arena_bytes <= options.arena_bytes);
}

std::int64_t budget(const PlanOptions& options) {
  return options.objective == Objective::sram ? 0 : options.arena_bytes;
}

/// Options for plans that are looked at and not kept: such plans compare among each other.
PlanOptions quick_options(PlanOptions options) {
  options.exact_offsets = false;
  options.lean_kernels = false;
  return options;
}

class TwoPasses {
 public:
  TwoPasses(const ir::Graph& graph, const target::Core& core, const PlanOptions& options)
      : graph_(graph),
        core_(core),
        options_(options),
        quick_(quick_options(options)),
        all_(passes::excitations(graph)) {}

  /// Replaces `best` if two passes somewhere are better.
  void improve(NetworkPlan& best) const {
    if (all_.empty()) return;
    NetworkPlan found = smallest();
    if (found.plan.arena_bytes >= best.plan.arena_bytes) return;
    found.plan = make_plan(found.graph, core_, options_);
    if (found.plan.arena_bytes < best.plan.arena_bytes) best = std::move(found);
  }

 private:
  /// By quick plans; with no more in two passes than it takes.
  NetworkPlan smallest() const {
    NetworkPlan best = planned(budget(options_));
    if (is_enough(best.plan, options_)) return best;
    // Planes that fit the arena need not be computed twice; they may need a little more room than it seems.
    std::int64_t limit = best.plan.arena_bytes;
    for (int tries = 0; tries < 2; ++tries) {
      NetworkPlan fewer = planned(limit);
      const std::int64_t excess = fewer.plan.arena_bytes - best.plan.arena_bytes;
      if (excess <= 0) return fewer;
      limit -= excess;
    }
    return best;
  }

  /// With those in two passes that hold more than `limit` bytes in one.
  NetworkPlan planned(std::int64_t limit) const {
    std::vector<passes::Excitation> chosen;
    for (const passes::Excitation& excitation : all_)
      if (excitation.held_bytes > limit) chosen.push_back(excitation);
    NetworkPlan network{passes::recompute_excite(graph_, chosen), {}};
    for (const passes::Excitation& excitation : chosen)
      network.rewritings.push_back(fmt::format("squeeze-and-excite of \"{}\" in two passes from \"{}\"",
                                               graph_.tensor(excitation.plane).name,
                                               graph_.tensor(excitation.source).name));
    network.plan = make_plan(network.graph, core_, quick_);
    return network;
  }

  const ir::Graph& graph_;
  const target::Core& core_;
  const PlanOptions& options_;
  PlanOptions quick_;
  std::vector<passes::Excitation> all_;
};

/// Of two that fit the budget the one that computes less, else the smaller one.
bool is_better(const NetworkPlan& a, const NetworkPlan& b, const PlanOptions& options) {
  if (is_enough(a.plan, options) && is_enough(b.plan, options))
    return executed_macs(a.graph, a.plan) < executed_macs(b.graph, b.plan);
  return a.plan.arena_bytes < b.plan.arena_bytes;
}

/// Plans with blocks that bound the peak split by channels, as long as that helps. Nothing is computed twice.
void improve_by_channels(NetworkPlan& best, const target::Core& core, const PlanOptions& options) {
  if (promising_splits(best.graph, best.plan, budget(options), options.stream).empty()) return;
  constexpr int most_rounds = 3;
  const PlanOptions quick = quick_options(options);
  NetworkPlan found{best.graph, make_plan(best.graph, core, quick), best.rewritings};
  const std::int64_t given = found.plan.arena_bytes;
  for (int round = 0; round < most_rounds && !is_enough(found.plan, options); ++round) {
    const std::int64_t before = found.plan.arena_bytes;
    const NetworkPlan start = found;
    for (const ChannelSplits& splits : promising_splits(start.graph, start.plan, budget(options), options.stream)) {
      NetworkPlan network{passes::split_channels(start.graph, splits), {}, start.rewritings};
      std::ranges::move(descriptions_of(start.graph, splits), std::back_inserter(network.rewritings));
      network.plan = make_plan(network.graph, core, quick);
      if (network.plan.arena_bytes < found.plan.arena_bytes) found = std::move(network);
      if (is_enough(found.plan, options)) break;  // The fewest groups come first.
    }
    if (found.plan.arena_bytes == before) break;
  }
  if (found.plan.arena_bytes >= given) return;
  found.plan = make_plan(found.graph, core, options);
  if (found.plan.arena_bytes < best.plan.arena_bytes) best = std::move(found);
}

/// The plan of `start`, a quick one, with blocks that bound the peak in tiles, if that is better.
void improve_by_tiles(NetworkPlan& best, const NetworkPlan& start, const target::Core& core, const PlanOptions& options,
                      bool recompute, std::vector<NetworkPlan>& tried) {
  const PlanOptions quick = quick_options(options);
  NetworkPlan found = start;
  const auto in_tiles = [&](std::span<const passes::Tiling> tilings) {
    NetworkPlan network{passes::tile_blocks(start.graph, tilings), {}, start.rewritings};
    std::ranges::move(descriptions_of(start.graph, tilings), std::back_inserter(network.rewritings));
    network.plan = make_plan(network.graph, core, quick);
    tried.push_back(network);
    return network;
  };
  for (const Tilings& tilings : promising_tilings(start.graph, start.plan, core, budget(options), recompute)) {
    NetworkPlan network = in_tiles(tilings);
    const bool is_worse = network.plan.arena_bytes > found.plan.arena_bytes;
    if (is_worse && found.plan.arena_bytes < start.plan.arena_bytes) break;
    if (!is_worse) found = std::move(network);
    if (is_enough(found.plan, options)) break;
  }
  if (found.plan.arena_bytes >= start.plan.arena_bytes) return;
  // No smaller tiles than that arena takes.
  for (const Tilings& tilings : promising_tilings(start.graph, start.plan, core, found.plan.arena_bytes, recompute)) {
    NetworkPlan network = in_tiles(tilings);
    if (network.plan.arena_bytes > found.plan.arena_bytes) continue;
    found = std::move(network);
    break;
  }
  found.plan = make_plan(found.graph, core, options);
  if (found.plan.arena_bytes < best.plan.arena_bytes) best = std::move(found);
}

/// Plans with what bounds the peak in patches, as long as that helps.
void improve_by_patches(NetworkPlan& best, const target::Core& core, const PlanOptions& options) {
  constexpr int most_stages = 2;                           ///< In one network.
  const std::size_t most_plans = options.stream ? 3 : 30;  // A plan without streams takes less.
  const PlanOptions quick = quick_options(options);
  NetworkPlan found{best.graph, make_plan(best.graph, core, quick), best.rewritings};
  const std::int64_t given = found.plan.arena_bytes;
  for (int stage = 0; stage < most_stages && !is_enough(found.plan, options); ++stage) {
    std::vector<PatchStage> stages = promising_stages(found.graph, found.plan);
    stages.resize(std::min(stages.size(), most_plans));
    const std::int64_t before = found.plan.arena_bytes;
    const NetworkPlan start = found;
    for (const PatchStage& candidate : stages) {
      NetworkPlan network{in_patches(start.graph, candidate), {}, start.rewritings};
      network.rewritings.push_back(description_of(start.graph, candidate));
      network.plan = make_plan(network.graph, core, quick);
      if (!is_better(network, found, options)) continue;
      found = std::move(network);
      const bool is_only_smaller = options.objective == Objective::sram;
      if (options.stream && is_only_smaller) break;  // The most promising come first, and others take long.
    }
    if (found.plan.arena_bytes == before) break;
  }
  if (found.plan.arena_bytes >= given) return;
  found.plan = make_plan(found.graph, core, options);
  if (found.plan.arena_bytes < best.plan.arena_bytes) best = std::move(found);
}

}  // namespace

ir::Graph in_patches(const ir::Graph& graph, const PatchStage& stage) {
  return passes::split_patches(
      graph, {segment_between(graph, stage.input, stage.output), stage.input, stage.grid.rows, stage.grid.columns});
}

std::string description_of(const ir::Graph& graph, const PatchStage& stage) {
  return fmt::format("{} x {} patches from \"{}\" to \"{}\"", stage.grid.rows, stage.grid.columns,
                     graph.tensor(stage.input).name, graph.tensor(stage.output).name);
}

std::optional<NetworkPlan> in_least_order(const ir::Graph& graph, const PlanOptions& options) {
  if (!options.reorder) return std::nullopt;
  std::optional<ir::Graph> ordered = with_least_order(graph);
  if (!ordered) return std::nullopt;
  return NetworkPlan{std::move(*ordered), {}, {"operators of branches in another order"}};
}

NetworkPlan plan_network(const ir::Graph& graph, const target::Core& core, const PlanOptions& options) {
  std::vector<NetworkPlan> tried;
  return plan_network(graph, core, options, tried);
}

NetworkPlan plan_network(const ir::Graph& graph, const target::Core& core, const PlanOptions& options,
                         std::vector<NetworkPlan>& tried) {
  NetworkPlan best{graph, make_plan(graph, core, options)};
  if (std::optional<NetworkPlan> ordered = in_least_order(graph, options)) {
    ordered->plan = make_plan(ordered->graph, core, options);
    if (ordered->plan.arena_bytes < best.plan.arena_bytes) best = std::move(*ordered);
  }
  return with_rewritings(std::move(best), core, options, tried);
}

NetworkPlan with_rewritings(NetworkPlan best, const target::Core& core, const PlanOptions& options,
                            std::vector<NetworkPlan>& tried) {
  if (is_enough(best.plan, options)) return best;
  const NetworkPlan given = best;
  std::int64_t looked_at = 0;
  const auto split_what_is_new = [&] {
    if (options.channel_split && best.plan.arena_bytes != looked_at) improve_by_channels(best, core, options);
    looked_at = best.plan.arena_bytes;
  };
  split_what_is_new();
  if (is_enough(best.plan, options)) return best;
  const NetworkPlan in_rows = best;
  if (options.tiles && !passes::tileable_blocks(given.graph).empty()) {
    const NetworkPlan start{given.graph, make_plan(given.graph, core, quick_options(options)), given.rewritings};
    improve_by_tiles(best, start, core, options, false, tried);
    if (options.recompute && !is_enough(best.plan, options)) improve_by_tiles(best, start, core, options, true, tried);
  }
  if (is_enough(best.plan, options)) return best;
  const bool is_in_tiles = best.plan.arena_bytes < in_rows.plan.arena_bytes;
  if (options.recompute && options.stream) TwoPasses(given.graph, core, options).improve(best);
  split_what_is_new();
  if (options.patches) {
    improve_by_patches(best, core, options);
    if (is_in_tiles && !options.stream) {  // Patches then may need less than tiles, or than patches of tiles.
      NetworkPlan without_tiles = in_rows;
      improve_by_patches(without_tiles, core, options);
      if (is_better(without_tiles, best, options)) best = std::move(without_tiles);
    }
  }
  split_what_is_new();
  return best;
}

std::int64_t executed_macs(const ir::Graph& graph, const Plan& plan) {
  std::vector<std::int64_t> rows(graph.ops.size(), 0);
  for (const Stage& stage : plan.stages)
    for (const Step& step : stage.steps)
      if (step.input == ir::no_tensor)
        rows.at(static_cast<std::size_t>(step.op)) += std::int64_t{step.rows.count} * stage.iterations;
  std::int64_t macs = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    macs += ir::macs_of(graph, graph.ops[i]) * rows[i] / rows_of(graph.tensor(graph.ops[i].outputs.at(0)));
  return macs;
}

}  // namespace thimble::plan
