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
  Json json{{"best", {{"resolution", ranks.front().resolution}, {"width", ranks.front().width}}},
            {"spaces", Json::array()}};
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

void choose_space(SearchContext& context, SearchTarget& target) {
  search::DesignSpace space = context.space;
  if (context.settings.resolution > 0) space.resolutions = {context.settings.resolution};
  if (context.settings.width > 0) space.widths = {context.settings.width};
  int resolution = space.resolutions.front();
  double width = space.widths.front();
  if (space.resolutions.size() > 1 || space.widths.size() > 1) {
    const fs::path file = target.folder / "spaces.json";
    if (!fs::exists(file)) rank(context, space, target, file);
    if (!target.fits) return;
    const Json best = read_json(file).at("best");
    resolution = best.at("resolution").get<int>();
    width = best.at("width").get<double>();
  }
  target.space = search::restricted(std::move(space), resolution, width);
}

template <typename T>
std::vector<T> sorted_once(std::vector<T> values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

/// The space with all that some target chose.
search::DesignSpace joined(const SearchContext& context) {
  std::vector<int> resolutions;
  std::vector<double> widths;
  for (const SearchTarget& target : context.targets) {
    if (!target.fits) continue;
    resolutions.push_back(target.space.resolutions.front());
    widths.push_back(target.space.widths.front());
  }
  search::DesignSpace space = context.space;
  space.resolutions = sorted_once(std::move(resolutions));
  space.widths = sorted_once(std::move(widths));
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
