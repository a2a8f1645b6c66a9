#include "cli/search_pictures.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "cli/search_plot.h"
#include "cli/sizes.h"
#include "search/pareto_front.h"

namespace thimble::cli {

namespace {

constexpr std::array colors = {"#1f6fb4", "#c0392b", "#2e8b57", "#8e44ad", "#d98b1e", "#16a0a0", "#7f6a52", "#555555"};

std::pair<double, double> point_of(const search::Candidate& candidate) {
  return {kilobytes(candidate.cost.sram_bytes), 100 * candidate.fitness};
}

SearchSeries curve_of(const char* name, const char* color, const Json& band) {
  SearchSeries series{.name = name, .color = color, .dots = {}, .line = {}, .low_and_high = {}};
  const auto mean = band.at("mean").get<std::vector<double>>();
  for (std::size_t i = 0; i < mean.size(); ++i) {
    series.line.emplace_back(static_cast<double>(i + 1), 100 * mean[i]);
    series.low_and_high.emplace_back(100 * band.at("least").at(i).get<double>(),
                                     100 * band.at("most").at(i).get<double>());
  }
  return series;
}

}  // namespace

std::vector<search::Candidate> front_of(const std::vector<search::Candidate>& candidates) {
  std::vector<search::FrontPoint> points;
  for (const search::Candidate& candidate : candidates)
    points.push_back({candidate.fitness, {static_cast<double>(candidate.cost.sram_bytes)}});
  const std::vector<bool> is_on_front = search::on_front(points);
  std::vector<search::Candidate> front;
  for (std::size_t i = 0; i < candidates.size(); ++i)
    if (is_on_front[i]) front.push_back(candidates[i]);
  std::ranges::stable_sort(front, {}, [](const search::Candidate& c) { return c.cost.sram_bytes; });
  return front;
}

std::string picture_of_candidates(const std::vector<search::Candidate>& candidates, const Json& target) {
  SearchSeries all{.name = fmt::format("{} candidates", candidates.size()),
                   .color = "#b8b8b8",
                   .dots = {},
                   .radius = 2.5,
                   .line = {},
                   .low_and_high = {}};
  for (const search::Candidate& candidate : candidates) all.dots.push_back(point_of(candidate));
  SearchSeries front{.name = "the front", .color = colors[0], .dots = {}, .line = {}, .low_and_high = {}};
  for (const search::Candidate& candidate : front_of(candidates)) {
    const auto [x, y] = point_of(candidate);
    if (!front.line.empty()) front.line.emplace_back(x, front.line.back().second);
    front.line.emplace_back(x, y);
    front.dots.emplace_back(x, y);
  }
  return svg_of(SearchPlot{.title = fmt::format("Candidates for {}", target.at("name").get<std::string>()),
                           .x_label = "arena, kB (predicted)",
                           .y_label = "accuracy on held-back samples, by the supernet's weights",
                           .series = {all, front}});
}

std::string picture_of_targets(const Json& targets) {
  const bool all_finished = std::ranges::all_of(targets, [](const Json& target) {
    return !target.contains("accuracy") || target.at("accuracy").contains("int8_simulated");
  });
  std::map<std::string, SearchSeries> by_kind;
  for (const Json& target : targets) {
    if (!target.contains("accuracy")) continue;
    const std::string kind =
        fmt::format("{}, {} planner", target.at("board").get<std::string>(), target.at("planner").get<std::string>());
    by_kind[kind].name = kind;
    by_kind[kind].dots.emplace_back(
        kilobytes(target.at("predicted").at("sram").get<std::int64_t>()),
        100 * target.at("accuracy").at(all_finished ? "int8_simulated" : "held_back").get<double>());
  }
  SearchPlot plot{.title = "One supernet, specialized",
                  .x_label = "arena, kB (predicted)",
                  .y_label = all_finished ? "int8 accuracy on test samples (simulated)"
                                          : "accuracy on held-back samples, by the supernet's weights",
                  .series = {}};
  for (auto& [kind, series] : by_kind) {
    std::ranges::sort(series.dots);
    series.line = series.dots;
    series.color = colors[plot.series.size() % colors.size()];
    plot.series.push_back(std::move(series));
  }
  return svg_of(plot);
}

std::string picture_of_control(const Json& control, const std::string& target) {
  return svg_of(
      SearchPlot{.title = fmt::format("{}: mean and range of {} seeds", target, control.at("seeds").get<int>()),
                 .x_label = "networks measured",
                 .y_label = "best accuracy so far, on held-back samples",
                 .series = {curve_of("random search", "#c0392b", control.at("random")),
                            curve_of("evolution", "#1f6fb4", control.at("evolution"))}});
}

}  // namespace thimble::cli
