// cli/peak_changes.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "ir/graph.h"
#include "plan/plan_front.h"
#include "plan/planner.h"
#include "target/board.h"

namespace thimble::cli {

/// A change that gives another peak, or why it cannot be made.
struct PeakChange {
  std::string what;
  bool retrains = false;  ///< Keeps no bit: the network must be trained again.
  std::string why_not;    ///< Not empty: cannot be made; the rest is not known.
  std::int64_t arena = 0;
  double instructions = 0;  ///< Predicted.
};

/// What would lower the peak of the plan `chosen` of a model: first what keeps every bit, by what it saves, then what
/// needs training, likewise; each planned as the options say.
std::vector<PeakChange> peak_changes(const ir::Graph& model, const target::Core& core, const plan::PlanOptions& options,
                                     const std::vector<plan::FrontPlan>& front, const plan::FrontPlan& chosen);

/// A line each, with what it saves and costs.
std::string text_of(const std::vector<PeakChange>& changes, const plan::FrontPlan& chosen);

Json to_json(const std::vector<PeakChange>& changes);

}  // namespace thimble::cli
