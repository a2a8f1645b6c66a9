#include "cli/front_table.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace thimble::cli {
namespace {

std::int64_t arena_of(const plan::FrontPlan& point) { return point.network.plan.arena_bytes; }

}  // namespace

std::string execution_of(const plan::FrontPlan& point) {
  const auto loops =
      std::ranges::count_if(point.network.plan.stages, [](const plan::Stage& stage) { return stage.iterations > 1; });
  std::string text =
      loops == 0 ? "layer by layer" : fmt::format("streams rows in {} loop{}", loops, loops == 1 ? "" : "s");
  for (const std::string& rewriting : point.network.rewritings) text += "; " + rewriting;
  return text;
}

std::string table_of(const std::vector<plan::FrontPlan>& front, std::int64_t chosen) {
  std::string text = fmt::format("{:>11} {:>13} {:>6} {:>12}  {}\n", "arena", "instructions", "", "MACs", "how");
  for (const plan::FrontPlan& point : front) {
    const double ratio = point.predicted.instructions / front.front().predicted.instructions;
    text += fmt::format("{} {:>9} {:>13.0f} {:>5.2f}x {:>12}  {}\n", arena_of(point) == chosen ? '>' : ' ',
                        arena_of(point), point.predicted.instructions, ratio,
                        plan::executed_macs(point.network.graph, point.network.plan), execution_of(point));
  }
  return text;
}

Json to_json(const std::vector<plan::FrontPlan>& front) {
  Json points = Json::array();
  for (const plan::FrontPlan& point : front) {
    points.push_back({{"sram", {{"arena", arena_of(point)}}},
                      {"instructions", point.predicted.instructions},
                      {"cycles", point.predicted.cycles},
                      {"macs", {{"executed", plan::executed_macs(point.network.graph, point.network.plan)}}},
                      {"rewritings", point.network.rewritings},
                      {"how", execution_of(point)}});
  }
  return points;
}

}  // namespace thimble::cli
