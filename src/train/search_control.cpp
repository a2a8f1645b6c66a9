#include "train/search_control.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json.h"
#include "base/progress.h"
#include "search/search_curve.h"

namespace thimble::train {

namespace {

using Curve = std::vector<double>;

Json to_json(const search::CurveBand& band) {
  return {{"mean", band.mean}, {"least", band.least}, {"most", band.most}};
}

/// What the searches to compare have in common.
class Comparison {
 public:
  Comparison(SearchContext& context, const SearchTarget& target, AccuracyMeter& meter, std::size_t evaluations)
      : context_(context),
        target_(target),
        evaluations_(evaluations),
        progress_("compare with random search",
                  static_cast<std::int64_t>(evaluations) * (2 * context.settings.control_seeds - 1)) {
    callbacks_.cost = cost_on(target, context.tables, context.settings);
    callbacks_.fitness = [&meter](const search::Genome& genome) { return meter.on_some(genome); };
    callbacks_.stop = [this] { return context_.is_interrupted() || found_ >= evaluations_; };
    callbacks_.found = [this](const search::Candidate&) {
      ++found_;
      progress_.advance();
    };
  }

  /// The curve of one search; shorter than `evaluations` only if it was interrupted.
  Curve curve(const char* kind, int seed) {
    search::EvolutionOptions options = context_.effort.evolution;
    options.limits = target_.limits;
    options.seed = context_.settings.seed + static_cast<std::uint64_t>(seed);
    search::CandidateLog log(target_.folder / "control" / fmt::format("{}-{}.jsonl", kind, options.seed),
                             search::search_json(target_.space, options, kind), target_.board.clock_mhz);
    found_ = 0;
    search::SearchResult result = std::string_view(kind) == "random"
                                      ? search::search_randomly(target_.space, options, evaluations_, callbacks_, log)
                                      : search::evolve(target_.space, options, callbacks_, log);
    result.candidates.resize(std::min(result.candidates.size(), evaluations_));
    return search::best_so_far(result.candidates);
  }

 private:
  SearchContext& context_;
  const SearchTarget& target_;
  std::size_t evaluations_;
  std::size_t found_ = 0;
  Progress progress_;
  search::SearchCallbacks callbacks_;
};

}  // namespace

bool compare_with_random(SearchContext& context, const SearchTarget& target, AccuracyMeter& meter) {
  const std::vector<search::Candidate> own = search::logged_candidates(target.folder / "candidates.jsonl");
  Comparison comparison(context, target, meter, own.size());
  std::vector<Curve> evolution{search::best_so_far(own)};
  std::vector<Curve> random;
  for (int seed = 0; seed < context.settings.control_seeds; ++seed) {
    if (seed > 0) evolution.push_back(comparison.curve("evolution", seed));
    random.push_back(comparison.curve("random", seed));
    if (context.is_interrupted()) return false;
  }
  write_json(target.folder / "control.json", {{"evaluations", own.size()},
                                              {"seeds", context.settings.control_seeds},
                                              {"evolution", to_json(search::band_of(evolution))},
                                              {"random", to_json(search::band_of(random))}});
  return true;
}

}  // namespace thimble::train
