#include "cli/peak_changes.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/progress.h"
#include "cli/front_table.h"
#include "passes/retrained_variants.h"

namespace thimble::cli {
namespace {

std::int64_t arena_of(const plan::FrontPlan& point) { return point.network.plan.arena_bytes; }

PeakChange change_to(std::string what, bool retrains, const plan::FrontPlan& point) {
  return {std::move(what), retrains, {}, arena_of(point), point.predicted.instructions};
}

void sort_by_arena(std::vector<PeakChange>& changes) {
  std::ranges::stable_sort(changes, [](const PeakChange& a, const PeakChange& b) {
    return std::pair(!a.why_not.empty(), a.arena) < std::pair(!b.why_not.empty(), b.arena);
  });
}

/// The next smaller plan of the front, the smallest, and what the input by rows would give.
std::vector<PeakChange> exact_changes(const ir::Graph& model, const target::Core& core,
                                      const plan::PlanOptions& options, const std::vector<plan::FrontPlan>& front,
                                      std::int64_t chosen, Progress& progress) {
  std::vector<PeakChange> changes;
  const auto add = [&](const std::string& what, const plan::FrontPlan& point) {
    const bool is_no_gain = std::ranges::any_of(changes, [&](const PeakChange& other) {
      return other.arena <= arena_of(point) && other.instructions <= point.predicted.instructions;
    });
    if (arena_of(point) >= chosen || is_no_gain) return;
    changes.push_back(change_to(what + execution_of(point), false, point));
  };
  const auto smaller = std::ranges::find_if(front, [&](const auto& point) { return arena_of(point) < chosen; });
  if (smaller != front.end()) add("", *smaller);
  add("", front.back());
  if (options.input_mode == plan::InputMode::resident) {
    plan::PlanOptions rows = options;
    rows.input_mode = plan::InputMode::rows;
    rows.arena_bytes = chosen - 1;
    for (const plan::Objective objective : {plan::Objective::latency, plan::Objective::sram}) {
      rows.objective = objective;
      add("--input-mode rows, ", plan::with_prediction(plan::plan_network(model, core, rows), core));
      progress.advance();
    }
  }
  sort_by_arena(changes);
  return changes;
}

std::vector<PeakChange> retrained_changes(std::vector<passes::RetrainedVariant> variants, const target::Core& core,
                                          const plan::PlanOptions& options, std::int64_t chosen, Progress& progress) {
  std::vector<PeakChange> changes;
  for (passes::RetrainedVariant& variant : variants) {
    if (variant.why_not.empty()) {
      const auto point = plan::with_prediction(plan::plan_network(variant.graph, core, options), core);
      if (arena_of(point) < chosen) changes.push_back(change_to(std::move(variant.what), true, point));
    } else {
      changes.push_back({std::move(variant.what), true, std::move(variant.why_not)});
    }
    progress.advance();
  }
  sort_by_arena(changes);
  return changes;
}

/// The lines of those changes that need training, or of the others.
std::string lines_of(const std::vector<PeakChange>& changes, bool retrains, const plan::FrontPlan& chosen) {
  std::string text;
  for (const PeakChange& change : changes) {
    if (change.retrains != retrains) continue;
    if (change.why_not.empty()) {
      text += fmt::format("  {:>9} B less, {:>+6.1f} % instructions: {} ({} B)\n", arena_of(chosen) - change.arena,
                          100 * (change.instructions / chosen.predicted.instructions - 1), change.what, change.arena);
    } else {
      text += fmt::format("  cannot be: {}: {}\n", change.what, change.why_not);
    }
  }
  return text;
}

}  // namespace

std::vector<PeakChange> peak_changes(const ir::Graph& model, const target::Core& core, const plan::PlanOptions& options,
                                     const std::vector<plan::FrontPlan>& front, const plan::FrontPlan& chosen) {
  std::vector<passes::RetrainedVariant> variants = passes::retrained_variants(model);
  Progress progress("what would lower the peak", static_cast<std::int64_t>(variants.size()) + 2);
  std::vector<PeakChange> changes = exact_changes(model, core, options, front, arena_of(chosen), progress);
  std::ranges::move(retrained_changes(std::move(variants), core, options, arena_of(chosen), progress),
                    std::back_inserter(changes));
  return changes;
}

std::string text_of(const std::vector<PeakChange>& changes, const plan::FrontPlan& chosen) {
  const std::string exact = lines_of(changes, false, chosen);
  std::string text = exact.empty() ? "nothing that keeps every bit would lower the peak\n"
                                   : "what would lower the peak and keep every bit:\n" + exact;
  const std::string retrained = lines_of(changes, true, chosen);
  if (!retrained.empty()) text += "what would lower it if the network were trained again for it:\n" + retrained;
  return text;
}

Json to_json(const std::vector<PeakChange>& changes) {
  Json json = Json::array();
  for (const PeakChange& change : changes) {
    Json entry = {{"what", change.what}, {"retrains", change.retrains}};
    if (change.why_not.empty()) {
      entry["sram"] = {{"arena", change.arena}};
      entry["instructions"] = change.instructions;
    } else {
      entry["why_not"] = change.why_not;
    }
    json.push_back(std::move(entry));
  }
  return json;
}

}  // namespace thimble::cli
