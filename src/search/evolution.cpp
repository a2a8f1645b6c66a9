#include "search/evolution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "data/random.h"
#include "search/accuracy_predictor.h"
#include "search/variation.h"

namespace thimble::search {

namespace {

/// A search in progress.
class Search {
 public:
  Search(const DesignSpace& space, const EvolutionOptions& options, const SearchCallbacks& callbacks, CandidateLog& log)
      : space_(space), options_(options), callbacks_(callbacks), log_(log), random_(options.seed) {}

  /// A random network. False if the search is to stop.
  bool add_random(int generation) {
    for (int i = 0; i < options_.most_tries; ++i) {
      const Genome genome = sample(space_, random_);
      if (const auto cost = acceptable(genome)) return evaluate({genome, *cost, 0, generation, Origin::random});
    }
    if (!result_.candidates.empty()) return true;  // A small space may have no others.
    throw Error(fmt::format("none of {} random networks of the design space {} keeps the limits", options_.most_tries,
                            space_.name),
                "`thimble search --stage space` shows which resolutions and widths fit", Exit::answer_is_no);
  }

  bool add_child(Origin origin, int generation, const std::vector<Candidate>& parents) {
    std::optional<Candidate> chosen;
    double most = -std::numeric_limits<double>::infinity();
    for (int i = 0; i < options_.proposals; ++i) {
      std::optional<Candidate> child = new_child(origin, generation, parents);
      if (!child) break;
      const double promise = predictor_ ? predictor_->predicted_fitness(*child) : 0;
      if (promise > most) {
        most = promise;
        chosen = std::move(child);
      }
    }
    return chosen ? evaluate(std::move(*chosen)) : add_random(generation);
  }

  bool run_generation(int generation) {
    if (options_.proposals > 1) predictor_.emplace(space_, result_.candidates);
    const std::vector<Candidate> parents = result_.best(static_cast<std::size_t>(options_.parents));
    for (int i = 0; i < options_.mutations; ++i)
      if (!add_child(Origin::mutation, generation, parents)) return false;
    for (int i = 0; i < options_.crossovers; ++i)
      if (!add_child(Origin::crossover, generation, parents)) return false;
    return true;
  }

  SearchResult finish(bool finished) {
    result_.finished = finished;
    return std::move(result_);
  }

 private:
  const Genome& any_of(const std::vector<Candidate>& parents) {
    return parents[random_.below(static_cast<std::uint32_t>(parents.size()))].genome;
  }

  /// A crossover or mutation that is new and keeps the limits, not yet measured.
  std::optional<Candidate> new_child(Origin origin, int generation, const std::vector<Candidate>& parents) {
    for (int i = 0; i < std::max(options_.most_tries / 100, 1); ++i) {
      Genome genome = origin == Origin::crossover
                          ? crossed(any_of(parents), any_of(parents), random_)
                          : mutated(space_, any_of(parents), options_.mutation_probability, random_);
      if (const auto cost = acceptable(genome)) return Candidate{std::move(genome), *cost, 0, generation, origin};
    }
    return std::nullopt;
  }

  /// What the network needs, if it is new and keeps the limits.
  std::optional<NetworkCost> acceptable(const Genome& genome) {
    if (seen_.contains(genome)) return std::nullopt;
    const NetworkCost cost = callbacks_.cost(genome);
    return fits(cost, options_.limits) ? std::optional(cost) : std::nullopt;
  }

  bool evaluate(Candidate candidate) {
    seen_.insert(candidate.genome);
    if (const std::optional<double> known = log_.find(candidate.genome)) {
      candidate.fitness = *known;
    } else {
      if (callbacks_.stop && callbacks_.stop()) return false;
      candidate.fitness = callbacks_.fitness(candidate.genome);
      if (!std::isfinite(candidate.fitness))
        fail("the fitness of {} is {}", text_of(candidate.genome), candidate.fitness);
      log_.add(candidate);
    }
    if (callbacks_.found) callbacks_.found(candidate);
    result_.candidates.push_back(std::move(candidate));
    return true;
  }

  const DesignSpace& space_;
  const EvolutionOptions& options_;
  const SearchCallbacks& callbacks_;
  CandidateLog& log_;
  data::Random random_;
  std::set<Genome> seen_;
  std::optional<AccuracyPredictor> predictor_;
  SearchResult result_;
};

}  // namespace

Json search_json(const DesignSpace& space, const EvolutionOptions& options, const std::string& kind) {
  const Limits& limits = options.limits;
  Json json{{"search", kind},
            {"seed", options.seed},
            {"population", options.population},
            {"parents", options.parents},
            {"crossovers", options.crossovers},
            {"mutations", options.mutations},
            {"mutation_probability", options.mutation_probability},
            {"limits",
             {{"sram", limits.sram_bytes},
              {"flash", limits.flash_bytes},
              {"macs", limits.macs},
              {"cycles", limits.cycles}}},
            {"space", to_json(space)}};
  if (options.proposals > 1) json["proposals"] = options.proposals;
  return json;
}

std::vector<Candidate> SearchResult::best(std::size_t count) const {
  std::vector<Candidate> sorted = candidates;
  std::ranges::stable_sort(sorted, std::ranges::greater(), &Candidate::fitness);
  sorted.resize(std::min(count, sorted.size()));
  return sorted;
}

SearchResult evolve(const DesignSpace& space, const EvolutionOptions& options, const SearchCallbacks& callbacks,
                    CandidateLog& log) {
  Search search(space, options, callbacks, log);
  for (int i = 0; i < options.population; ++i)
    if (!search.add_random(0)) return search.finish(false);
  for (int generation = 1; generation <= options.generations; ++generation)
    if (!search.run_generation(generation)) return search.finish(false);
  return search.finish(true);
}

SearchResult search_randomly(const DesignSpace& space, const EvolutionOptions& options, std::size_t evaluations,
                             const SearchCallbacks& callbacks, CandidateLog& log) {
  Search search(space, options, callbacks, log);
  for (std::size_t i = 0; i < evaluations; ++i)
    if (!search.add_random(0)) return search.finish(false);
  return search.finish(true);
}

}  // namespace thimble::search
