// emulate/measurement_report.h
#pragma once

#include <string>

#include "base/json.h"
#include "emulate/measure.h"
#include "ir/graph.h"
#include "plan/plan.h"
#include "target/board.h"

namespace thimble::emulate {

/// The measurement with the names that docs/numbers.md defines. `graph` is what the plan executes: `model` itself, or
/// its rewriting that computes some things twice.
Json to_json(const Measurement& measured, const ir::Graph& model, const ir::Graph& graph, const plan::Plan& plan,
             const target::Board& board);

/// The same as a table: totals, then (if they were counted) the layers.
std::string text_of(const Measurement& measured, const ir::Graph& model, const ir::Graph& graph, const plan::Plan& plan,
                    const target::Board& board);

}  // namespace thimble::emulate
