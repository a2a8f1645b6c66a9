// plan/network_plan.h
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "plan/patch_search.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "target/board.h"

namespace thimble::plan {

/// A network as it is executed: the plan, and the graph that it is a plan of. That is the graph given or a rewriting of
/// it that computes some things twice or in another order, in which tensors that were there keep their ids and values.
/// Its multiply-accumulates are those executed; the model's are those of the graph given.
struct NetworkPlan {
  ir::Graph graph;
  Plan plan;
  std::vector<std::string> rewritings = {};  ///< What of the network is computed how, a line each; empty if as given.
};

/// The graph with a segment in patches. @throws Error naming the layer that cannot be.
ir::Graph in_patches(const ir::Graph& graph, const PatchStage& stage);

/// "2 x 2 patches from "input" to "block2/add"".
std::string description_of(const ir::Graph& graph, const PatchStage& stage);

/// The graph with its branches in the order that needs least (op_order.h), not planned yet; none if the given order
/// does or the options forbid it.
std::optional<NetworkPlan> in_least_order(const ir::Graph& graph, const PlanOptions& options);

/// Plans a simplified int8 graph, in its order or in that of in_least_order: as `make_plan` does if that fits the
/// budget. Else, or where the smallest arena is asked for, rewritings of the graph are tried beside it:
/// - blocks that bound the arena expand one group of channels after the other (passes/split_channels.h), in no more
///   groups than the budget asks for;
/// - such blocks expand, filter and project tile by tile (passes/tile_blocks.h), in tiles as large as the budget
/// allows;
/// - squeeze-and-excites in two passes (passes/recompute_excite.h), those only whose planes do not fit otherwise;
/// - patches over the segment that bounds the arena.
/// @throws Error as make_plan does.
NetworkPlan plan_network(const ir::Graph& graph, const target::Core& core, const PlanOptions& options = {});

/// The same; `tried` gets the plans in tiles that were looked at on the way, points of a front perhaps.
NetworkPlan plan_network(const ir::Graph& graph, const target::Core& core, const PlanOptions& options,
                         std::vector<NetworkPlan>& tried);

/// What the rewritings make of a plan of make_plan. `tried` as above.
NetworkPlan with_rewritings(NetworkPlan best, const target::Core& core, const PlanOptions& options,
                            std::vector<NetworkPlan>& tried);

/// Multiply-accumulates that a plan executes, with all that it computes more than once.
std::int64_t executed_macs(const ir::Graph& graph, const Plan& plan);

}  // namespace thimble::plan
