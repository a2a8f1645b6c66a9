#include "train/space_choice.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "base/progress.h"
#include "search/space_ranking.h"

namespace thimble::train {

namespace {

namespace fs = std::filesystem;

Json to_json(const std::vector<search::SpaceRank>& ranks) {
  Json json{{"spaces", Json::array()}};
  for (const search::SpaceRank& rank : ranks) {
    json["spaces"].push_back({{"resolution", rank.resolution},
                              {"width", rank.width},
                              {"mean_macs", rank.mean_macs},
                              {"acceptance", rank.acceptance()},
                              {"ranked", !rank.is_rare}});
  }
  return json;
}

/// Writes the ranking of `space` for a target to `file`, unless no space has enough networks that fit.
void rank(SearchContext& context, const search::DesignSpace& space, SearchTarget& target, const fs::path& file) {
  search::RankingOptions ranking;
  ranking.planner = target.planner;
  ranking.input_by_rows = context.settings.input_by_rows;
  ranking.limits = target.limits;
  ranking.samples = context.effort.ranking_samples;
  ranking.seed = context.settings.seed;
  Progress progress(fmt::format("rank spaces for {}", target.name),
                    std::ssize(space.resolutions) * std::ssize(space.widths));
  const auto ranks = search::rank_spaces(space, context.tables.of(target.board.core), ranking,
                                         [&](const search::SpaceRank&) { progress.advance(); });
  target.fits = !ranks.front().is_rare;
  if (target.fits) write_json(file, to_json(ranks));
}

/// Resolutions and widths of the first `count` in a target's spaces.json.
std::vector<std::pair<int, double>> best_of(const Json& ranking, int count) {
  std::vector<std::pair<int, double>> best;
  for (const Json& space : ranking.at("spaces"))
    if (std::ssize(best) < count && space.at("ranked").get<bool>())
      best.emplace_back(space.at("resolution").get<int>(), space.at("width").get<double>());
  return best;
}

/// Into a vector in ascending order.
template <typename T>
void insert_once(std::vector<T>& values, T value) {
  const auto at = std::ranges::lower_bound(values, value);
  if (at == values.end() || *at != value) values.insert(at, value);
}

void choose_space(SearchContext& context, SearchTarget& target) {
  search::DesignSpace space = context.space;
  if (context.settings.resolution > 0) space.resolutions = {context.settings.resolution};
  if (context.settings.width > 0) space.widths = {context.settings.width};
  if (space.resolutions.size() > 1 || space.widths.size() > 1) {
    const fs::path file = target.folder / "spaces.json";
    if (!fs::exists(file)) rank(context, space, target, file);
    if (!target.fits) return;
    space.resolutions.clear();
    space.widths.clear();
    for (const auto& [resolution, width] : best_of(read_json(file), context.settings.spaces)) {
      insert_once(space.resolutions, resolution);
      insert_once(space.widths, width);
    }
  }
  target.space = std::move(space);
}

/// The space with all that some target chose.
search::DesignSpace joined(const SearchContext& context) {
  search::DesignSpace space = context.space;
  space.resolutions.clear();
  space.widths.clear();
  for (const SearchTarget& target : context.targets) {
    if (!target.fits) continue;
    for (const int resolution : target.space.resolutions) insert_once(space.resolutions, resolution);
    for (const double width : target.space.widths) insert_once(space.widths, width);
  }
  return space;
}

}  // namespace

void choose_spaces(SearchContext& context) {
  const fs::path file = context.folder / "supernet" / "space.json";
  const bool is_chosen = fs::exists(file);
  if (is_chosen) context.space = search::parse_design_space(read_json(file), file.string());
  for (SearchTarget& target : context.targets) choose_space(context, target);
  if (std::ranges::none_of(context.targets, &SearchTarget::fits)) {
    throw Error(fmt::format("in no space of {} do 5 % of the networks keep the limits", context.space.name),
                "more memory or time, or a smaller design space", Exit::answer_is_no);
  }
  if (is_chosen) return;
  context.space = joined(context);
  write_json(file, search::to_json(context.space));
}

}  // namespace thimble::train
