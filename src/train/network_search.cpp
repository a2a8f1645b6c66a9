#include "train/network_search.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/stopwatch.h"
#include "search/exact_cost.h"

namespace thimble::train {

namespace {

namespace fs = std::filesystem;

/// The best candidate that keeps the limits by the plan that will be compiled, where that is the planner.
search::Candidate confirmed(SearchContext& context, const SearchTarget& target,
                            const std::vector<search::Candidate>& best_first) {
  if (target.planner != search::Planner::full) return best_first.front();
  const auto winner = search::first_confirmed(target.space, best_first, context.tables.of(target.board.core),
                                              target.limits, context.settings.input_by_rows);
  if (winner) return *winner;
  throw Error(fmt::format("none of the best {} networks keeps the limits of {} by its exact plan", best_first.size(),
                          target.name),
              "a little more --sram or --flash", Exit::answer_is_no);
}

search::SearchResult evolve(SearchContext& context, const SearchTarget& target, AccuracyMeter& meter) {
  search::EvolutionOptions evolution = context.effort.evolution;
  evolution.limits = target.limits;
  Progress progress(fmt::format("search networks for {}", target.name),
                    evolution.population + static_cast<std::int64_t>(evolution.generations) *
                                               (evolution.crossovers + evolution.mutations));
  const Stopwatch start;
  const double limit = 60 * context.effort.evolution_minutes;
  search::Candidate best;
  search::SearchCallbacks callbacks;
  callbacks.cost = cost_on(target, context.tables, context.settings);
  callbacks.fitness = [&](const search::Genome& genome) { return meter.on_some(genome); };
  callbacks.stop = [&] { return context.is_interrupted() || (limit > 0 && start.seconds() > limit); };
  callbacks.found = [&](const search::Candidate& candidate) {
    if (candidate.fitness > best.fitness) best = candidate;
    progress.advance(1, fmt::format("generation {} best {:.2f}%, {:.1f} ms", candidate.generation, 100 * best.fitness,
                                    best.cost.cycles / target.board.clock_mhz / 1000));
  };
  search::CandidateLog log(target.folder / "candidates.jsonl",
                           search::search_json(target.space, evolution, "evolution"), target.board.clock_mhz);
  return search::evolve(target.space, evolution, callbacks, log);
}

}  // namespace

std::optional<search::Candidate> search_network(SearchContext& context, const SearchTarget& target,
                                                AccuracyMeter& meter) {
  const fs::path file = target.folder / "winner.json";
  if (fs::exists(file)) return search::parse_candidate(read_json(file).at("winner"), file.string());
  const search::SearchResult result = evolve(context, target, meter);
  if (context.is_interrupted()) return std::nullopt;
  std::vector<search::Candidate> best = result.best(context.effort.ranked_again);
  for (search::Candidate& candidate : best) {
    if (context.is_interrupted()) return std::nullopt;
    candidate.fitness = meter.on_all(candidate.genome);
  }
  std::ranges::stable_sort(best, std::ranges::greater(), &search::Candidate::fitness);
  const search::Candidate winner = confirmed(context, target, best);
  write_json(target.folder / "arch.json", ir::to_json(search::network_of(target.space, winner.genome)));
  Json json{{"winner", search::to_json(winner)}, {"ranked", Json::array()}};
  for (const search::Candidate& candidate : best) json["ranked"].push_back(search::to_json(candidate));
  write_json(file, json);
  return winner;
}

}  // namespace thimble::train
