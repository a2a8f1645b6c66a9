#include "train/search_outcome.h"

#include "base/error.h"
#include "search/pareto_front.h"

namespace thimble::train {

namespace {

constexpr const char* stage_names[] = {"space", "supernet", "evolve", "finish"};

Json predicted_json(const search::NetworkCost& cost, double clock_mhz) {
  const double ms = cost.cycles / clock_mhz / 1000;
  return {{"sram", cost.sram_bytes},
          {"flash", cost.flash_bytes},
          {"macs", cost.macs},
          {"cycles", cost.cycles},
          {"ms", ms},
          {"fps", 1000 / ms},
          {"mode", search::mode_of(cost)}};
}

/// The first training's accuracies, whose network is the result; all of them where there are several.
void add_accuracies(const std::vector<FinalAccuracy>& trainings, Json& accuracy) {
  const auto add = [](const FinalAccuracy& one, Json& json) {
    json["float"] = one.floating;
    json["int8_simulated"] = one.int8;
  };
  if (!trainings.empty()) add(trainings.front(), accuracy);
  if (trainings.size() < 2) return;
  for (const FinalAccuracy& one : trainings) add(one, accuracy["trainings"].emplace_back());
}

Json target_json(const TargetOutcome& outcome, const SearchSettings& settings, const std::filesystem::path& folder) {
  const SearchTarget& target = outcome.target;
  Json json{{"name", target.name},
            {"board", target.board.name},
            {"clock_mhz", target.board.clock_mhz},
            {"planner", search::name_of(target.planner)},
            {"input_mode", settings.input_by_rows ? "rows" : "resident"},
            {"limits", {{"sram", target.board.sram_bytes}, {"flash", target.board.flash_bytes}}},
            {"folder", target.folder.lexically_relative(folder).string()},
            {"network", outcome.winner ? Json(search::text_of(outcome.winner->genome)) : Json()}};
  if (!outcome.winner) return json;
  json["accuracy"] = {{"held_back", outcome.winner->fitness}};
  add_accuracies(outcome.trainings, json["accuracy"]);
  json["predicted"] = predicted_json(outcome.winner->cost, target.board.clock_mhz);
  return json;
}

/// Says of each target with a winner whether it is on the front.
void mark_front(const std::vector<TargetOutcome>& outcomes, Json& targets) {
  std::vector<std::size_t> with_winner;
  std::vector<search::FrontPoint> points;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i].winner) continue;
    const search::NetworkCost& cost = outcomes[i].winner->cost;
    with_winner.push_back(i);
    points.push_back({outcomes[i].winner->fitness,
                      {static_cast<double>(cost.sram_bytes), static_cast<double>(cost.flash_bytes),
                       cost.cycles / outcomes[i].target.board.clock_mhz}});
  }
  const std::vector<bool> is_on_front = search::on_front(points);
  for (std::size_t n = 0; n < with_winner.size(); ++n) targets[with_winner[n]]["on_front"] = bool(is_on_front[n]);
}

Json baseline_json(const BaselineOutcome& baseline, double clock_mhz) {
  Json json{{"name", baseline.name}, {"planner", baseline.planner}, {"resolution", baseline.resolution}};
  if (baseline.resolution == 0) return json;
  json["width"] = baseline.width;
  if (!baseline.trainings.empty()) add_accuracies(baseline.trainings, json["accuracy"]);
  json["predicted"] = predicted_json(baseline.cost, clock_mhz);
  return json;
}

}  // namespace

SearchStage search_stage_named(const std::string& name) {
  for (int stage = 0; stage < 4; ++stage)
    if (name == stage_names[stage]) return static_cast<SearchStage>(stage);
  fail("there is no stage \"{}\"; space, supernet, evolve and finish are known", name);
}

Json to_json(const SearchOutcome& outcome, const SearchSettings& settings, const std::filesystem::path& folder) {
  Json json{{"data", settings.dataset},
            {"stage", stage_names[static_cast<int>(outcome.stage)]},
            {"targets", Json::array()},
            {"baselines", Json::array()}};
  for (const TargetOutcome& target : outcome.targets) json["targets"].push_back(target_json(target, settings, folder));
  mark_front(outcome.targets, json["targets"]);
  for (const BaselineOutcome& baseline : outcome.baselines)
    json["baselines"].push_back(baseline_json(baseline, outcome.targets.front().target.board.clock_mhz));
  return json;
}

}  // namespace thimble::train
