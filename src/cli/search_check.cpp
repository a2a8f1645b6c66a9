#include "cli/search_check.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>

#include <fmt/core.h>
#include <time.h>

#include "base/json.h"
#include "base/progress.h"
#include "cli/prepare.h"
#include "cli/stage_arguments.h"
#include "data/random.h"
#include "ir/netconfig_layers.h"
#include "passes/passes.h"
#include "plan/planner.h"
#include "search/genome.h"
#include "search/planning_graph.h"
#include "search/quick_peak.h"
#include "search/statistics.h"
#include "search/variation.h"
#include "target/board.h"

namespace thimble::cli {

namespace {

struct CheckArguments {
  std::string stage;
  std::string space = "mcunet";
  std::string board = "stm32f746";
  plan::InputMode input_mode = plan::InputMode::resident;
  int max_resolution = 0;
  int networks = 1000;
  int planned = 0;
  std::uint64_t seed = 1;
  std::filesystem::path json;
};

/// What this thread has computed for, so that other processes do not count.
double milliseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
}

std::int64_t planned_bytes(const ir::NetConfig& network, const target::Core& core, plan::InputMode input_mode) {
  plan::PlanOptions options;
  options.objective = plan::Objective::sram;
  options.input_mode = input_mode;
  return plan::make_plan(passes::simplify(search::planning_graph(network)), core, options).arena_bytes;
}

Json print_times(std::vector<double> times, int operators) {
  std::ranges::sort(times);
  const double median = search::percentile(times, 0.5);
  const double p99 = search::percentile(times, 0.99);
  fmt::print(
      "quick peak of {} networks, {:.0f} operators on average: median {:.3f} ms, 99 % {:.3f} ms, most {:.3f} ms\n",
      times.size(), static_cast<double>(operators) / static_cast<double>(times.size()), median, p99, times.back());
  return {{"median_ms", median}, {"p99_ms", p99}, {"most_ms", times.back()}};
}

Json print_errors(std::vector<double> errors) {
  std::ranges::sort(errors);
  const auto share = [&](auto belongs) {
    return 100.0 * static_cast<double>(std::ranges::count_if(errors, belongs)) / static_cast<double>(errors.size());
  };
  const double equal = share([](double error) { return error == 0; });
  const double less = share([](double error) { return error < 0; });
  const double more = share([](double error) { return error > 0; });
  fmt::print(
      "against the planner's smallest plan of {} networks: equal {:.1f} %, less {:.1f} % (down to {:.1f} %), more "
      "{:.1f} % (up to {:+.1f} %)\n",
      errors.size(), equal, less, 100 * std::min(errors.front(), 0.0), more, 100 * std::max(errors.back(), 0.0));
  return {{"networks", errors.size()}, {"equal", equal},       {"less", less}, {"more", more},
          {"least", errors.front()},   {"most", errors.back()}};
}

void check(const CheckArguments& given) {
  search::DesignSpace space = search::design_space(given.space);
  if (given.max_resolution > 0)
    std::erase_if(space.resolutions, [&](int resolution) { return resolution > given.max_resolution; });
  const target::Core core = target::board(given.board).core;
  const bool by_rows = given.input_mode == plan::InputMode::rows;
  search::LayerTable table(core);
  data::Random random(given.seed);
  std::vector<double> times;
  std::vector<double> errors;
  int operators = 0;
  Progress progress("networks", given.networks);
  for (int i = 0; i < given.networks; ++i) {
    const ir::NetConfig network = search::network_of(space, search::sample(space, random));
    const search::RowNetwork rows = search::row_network(ir::layers_of(network), table);
    const double before = milliseconds();
    const std::int64_t quick = search::quick_peak(search::row_network(ir::layers_of(network), table), by_rows).bytes;
    times.push_back(milliseconds() - before);
    operators += rows.size();
    if (i < given.planned) {
      const auto exact = static_cast<double>(planned_bytes(network, core, given.input_mode));
      errors.push_back(static_cast<double>(quick) / exact - 1);
    }
    progress.advance();
  }
  Json json{{"space", space.name}, {"times", print_times(times, operators)}};
  if (!errors.empty()) json["planner"] = print_errors(errors);
  if (!given.json.empty()) write_json(given.json, json);
}

}  // namespace

void search_check(std::vector<std::string> arguments) {
  CLI::App app("Times predictions of networks' memory and compares them with the planner.",
               "thimble search --stage check");
  app.footer("Example: thimble search --stage check --space small --networks 1000 --planned 100");
  CheckArguments given;
  app.add_option("--stage", given.stage, "check: this one");
  app.add_option("--space", given.space, "Design space: a name or a .json file")->capture_default_str();
  app.add_option("--board", given.board, "The board, of `thimble boards`")->capture_default_str();
  app.add_option("--input-mode", given.input_mode, "resident or rows")
      ->transform(CLI::CheckedTransformer(std::map<std::string, plan::InputMode>{
          {"resident", plan::InputMode::resident}, {"rows", plan::InputMode::rows}}))
      ->default_str("resident");
  app.add_option("--max-resolution", given.max_resolution, "Leave out larger pictures");
  app.add_option("--networks", given.networks, "Random networks to predict")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--planned", given.planned, "How many of them to plan too, up to a second each")
      ->capture_default_str();
  app.add_option("--seed", given.seed, "Same seed, same networks")->capture_default_str();
  add_json(app, given.json);
  if (parse_stage(app, std::move(arguments))) check(given);
}

}  // namespace thimble::cli
