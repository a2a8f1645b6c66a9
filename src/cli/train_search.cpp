#include "cli/train_search.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/byte_size.h"
#include "cli/train_compiler_half.h"
#include "train/search_run.h"

namespace thimble::cli {

namespace {

struct SearchArguments {
  train::SearchSettings settings;
  std::vector<std::string> budgets;
  std::filesystem::path folder, json;
  std::string stage, device = "cpu", schedule = "auto", input_mode = "resident";
  int threads = 0;
  bool resume = false, no_flip = false, no_time_limit = false;
  const CLI::App* verb = nullptr;
};

void add_target_options(CLI::App& verb, SearchArguments& given) {
  train::SearchSettings& settings = given.settings;
  verb.add_option("--board", settings.board, "The board, of `thimble boards`");
  verb.add_option("--sram", settings.sram, "Bytes of SRAM (default: the board's); 16kB is 16384")
      ->transform(byte_size());
  verb.add_option("--flash", settings.flash, "Bytes of flash (default: the board's)")->transform(byte_size());
  verb.add_option("--planner", settings.planner, "Who plans the memory: tflm, tinyengine, patch or full")
      ->capture_default_str();
  verb.add_option("--boards", settings.boards, "Several boards, for which one supernet is specialized")->delimiter(',');
  verb.add_option("--budgets", given.budgets, "Several budgets of SRAM and flash: 8kB/64kB,16kB/128kB")
      ->delimiter(',')
      ->type_name("SRAM/FLASH,...");
  verb.add_option("--planners", settings.planners, "Several planners, to compare them")->delimiter(',');
  verb.add_flag("--finish-all", settings.finish_all,
                "Of several specializations, fine-tune and measure each one's winner, and not the first one's alone");
  verb.add_option("--max-macs", settings.bounds.max_mmacs, "Millions of MACs that the network may have")
      ->check(CLI::PositiveNumber);
  verb.add_option("--fps", settings.bounds.fps, "Pictures a second that the board has to take, by predicted cycles")
      ->check(CLI::PositiveNumber);
  verb.add_option("--max-uj", settings.bounds.max_uj,
                  "Microjoules that an inference may take, at the board's active power")
      ->check(CLI::PositiveNumber);
  verb.add_option("--schedule", given.schedule, "auto: what the planner chooses; patch: patches, as MCUNetV2 searches")
      ->check(CLI::IsMember({"auto", "patch"}));
  verb.add_option("--input-mode", given.input_mode, "resident, or rows: the caller hands the picture over row by row")
      ->check(CLI::IsMember({"resident", "rows"}));
}

void add_evolution_options(CLI::App& verb, train::EvolutionCounts& counts) {
  const auto add = [&](const char* name, int& count, int least, const char* what) {
    verb.add_option(name, count, what)->check(CLI::Range(least, 1'000'000))->default_str("by the minutes");
  };
  add("--population", counts.population, 1, "Random networks that evolution begins with");
  add("--generations", counts.generations, 0, "Generations after it");
  add("--parents", counts.parents, 1, "The best networks so far, from which a generation comes: a fifth");
  add("--crossovers", counts.crossovers, 0, "Networks of a generation that two parents make: half a population");
  add("--mutations", counts.mutations, 0, "Networks of a generation that one parent makes: half a population");
  verb.add_option("--mutation-probability", counts.mutation_probability, "Of each choice of a mutation's network: 0.1")
      ->check(CLI::Range(0.0, 1.0));
}

void add_search_options(CLI::App& verb, SearchArguments& given) {
  train::SearchSettings& settings = given.settings;
  verb.add_option("--space", settings.space, "Design space: a name or a .json file")->capture_default_str();
  verb.add_option("--resolution", settings.resolution, "Search at this resolution alone (default: the best)");
  verb.add_option("--width", settings.width, "Search at this width alone (default: the best)");
  verb.add_option("--spaces", settings.spaces,
                  "Of the best pairs of a resolution and a width so many, between which evolution chooses")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb.add_option("--method", settings.method, "How the supernet is trained")
      ->check(CLI::IsMember({"sandwich", "shrinking"}))
      ->capture_default_str();
  verb.add_option("--normalization", settings.normalization, "symmetric, unit, raw, imagenet or measured");
  verb.add_flag("--no-flip", given.no_flip, "Mirrored pictures are not of the same class: digits, letters");
  verb.add_option("--cutout", settings.cutout,
                  "Side of a square that training pictures lose at a random place; pays in long searches")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--predictor", settings.predictor,
                  "on: measure the most promising of eight networks by those measured so far; off; auto: in searches "
                  "of less than half an hour")
      ->check(CLI::IsMember({"auto", "on", "off"}));
  add_evolution_options(verb, settings.evolution);
  verb.add_option("--control", settings.control, "random: also search at random, as many networks, and draw both")
      ->check(CLI::IsMember({"random"}));
  verb.add_option("--control-seeds", settings.control_seeds, "Seeds of the control, and of the evolution beside it")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  verb.add_option("--baseline", settings.baselines,
                  "Also scale these networks to the limits, and train them like the winner: mobilenetv2, resnet18, ...")
      ->delimiter(',');
  verb.add_option("--teacher", settings.teacher,
                  "Winners and baselines learn from the network of this training's or search's folder (default: from "
                  "the supernet's largest, where it is far enough ahead)");
  verb.add_option("--final-trainings", settings.final_trainings,
                  "Train the winner and the baselines this often, each time with another seed: mean and range")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
}

void add_run_options(CLI::App& verb, SearchArguments& given) {
  train::SearchSettings& settings = given.settings;
  verb.add_option("--budget-minutes", settings.minutes, "Effort, in minutes of two cores with small pictures")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_flag("--no-time-limit", given.no_time_limit,
                "Do all that the budget plans, however long it takes: the same winner on any machine");
  verb.add_option("--seed", settings.seed, "Same seed, same winner");
  verb.add_option("--stage", given.stage, "The last stage to run: space, supernet, evolve or finish (default: measure)")
      ->check(CLI::IsMember({"space", "supernet", "evolve", "finish"}));
  verb.add_option("--device", given.device, "cpu or cuda")->check(CLI::IsMember({"cpu", "cuda"}));
  verb.add_option("--threads", given.threads, "Data-parallel workers; 0: one for each core")
      ->check(CLI::Range(0, 1024));
  verb.add_flag("--resume", given.resume,
                "Go on with the search in the output folder; with --boards, --budgets or --planners: specialize its "
                "supernet for these, by as much evolution as the options above say");
  verb.add_option("-o,--out,--output", given.folder, "Folder for everything that the search writes")->required();
  verb.add_option("--json", given.json, "Write the result to this file");
}

std::int64_t bytes_of(std::string size, const std::string& budget) {
  if (!to_byte_size(size).empty()) {
    throw Error(fmt::format("--budgets: \"{}\" is no SRAM/FLASH", budget),
                "such as 16kB/128kB, or 16kB/128kB,32kB/1MB");
  }
  return std::stoll(size);
}

std::pair<std::int64_t, std::int64_t> budget_of(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string flash = slash < text.size() ? text.substr(slash + 1) : "";
  return {bytes_of(text.substr(0, slash), text), bytes_of(flash, text)};
}

/// What of a search that exists may be asked for anew: the options and their fields in search.json.
constexpr std::pair<std::string_view, const char*> resumable[] = {
    {"--boards", "boards"},
    {"--budgets", "budgets"},
    {"--planners", "planners"},
    {"--finish-all", "finish_all"},
    {"--teacher", "teacher"},
    {"--budget-minutes", "minutes"},
    {"--no-time-limit", "time_limited"},
    {"--predictor", "predictor"},
    {"--population", "population"},
    {"--generations", "generations"},
    {"--parents", "parents"},
    {"--crossovers", "crossovers"},
    {"--mutations", "mutations"},
    {"--mutation-probability", "mutation_probability"},
    {"--control", "control"},
    {"--control-seeds", "control_seeds"},
    {"--baseline", "baselines"},
    {"--final-trainings", "final_trainings"},
};
/// What says how to run it, and is not recorded.
constexpr std::string_view of_the_run[] = {"--resume", "--out", "--json", "--stage", "--device", "--threads"};

/// The search that the folder holds, with what is given anew.
train::SearchSettings resumed(const SearchArguments& given) {
  Json settings = train::to_json(train::recorded_search(given.folder));
  const Json asked = train::to_json(given.settings);
  for (const CLI::Option* option : given.verb->get_options()) {
    const std::string name = option->get_name();
    if (option->empty() || std::ranges::count(of_the_run, name) > 0) continue;
    const auto* field = std::ranges::find(resumable, name, &std::pair<std::string_view, const char*>::first);
    if (field == std::end(resumable)) {
      throw Error(fmt::format("{}: the search in {} has its own", name, given.folder.string()),
                  "leave it out, or begin a search in another folder");
    }
    settings[field->second] = asked.at(field->second);
  }
  return train::parse_search_settings(settings, given.folder.string());
}

train::SearchSettings settings_of(SearchArguments given) {
  train::SearchSettings& settings = given.settings;
  for (const std::string& budget : given.budgets) settings.budgets.push_back(budget_of(budget));
  if (given.schedule == "patch") settings.planner = "patch";
  settings.input_by_rows = given.input_mode == "rows";
  settings.flip = !given.no_flip;
  settings.time_limited = !given.no_time_limit;
  if (!settings.teacher.empty()) settings.teacher = std::filesystem::absolute(settings.teacher).string();
  if (given.resume) return resumed(given);
  if (settings.dataset.empty()) throw Error("no dataset is given", "give --data; `thimble datasets` lists them");
  if (settings.board.empty() && settings.boards.empty())
    throw Error("no board is given", "give --board; `thimble boards` lists them");
  if (std::filesystem::exists(given.folder / "search.json")) {
    throw Error(fmt::format("{}: holds a search already", given.folder.string()),
                "go on with it by --resume, or give another folder");
  }
  return settings;
}

void print(const train::TargetOutcome& outcome) {
  if (!outcome.winner) {
    fmt::print("{}: {}\n", outcome.target.name, outcome.target.fits ? "not searched yet" : "hardly any network fits");
    return;
  }
  const search::NetworkCost& cost = outcome.winner->cost;
  fmt::print(
      "{}: {}, {:.2f} MMAC; {:.2f}% of held-back samples; predicted {} B of arena, {} B of flash, {:.1f} ms, {}\n",
      outcome.target.name, search::text_of(outcome.winner->genome), static_cast<double>(cost.macs) / 1e6,
      100 * outcome.winner->fitness, cost.sram_bytes, cost.flash_bytes,
      cost.cycles / outcome.target.board.clock_mhz / 1000, search::mode_of(cost));
  if (!outcome.trainings.empty()) {
    const train::FinalAccuracy& accuracy = outcome.trainings.front();
    fmt::print("  test accuracy: float {:.2f}%, int8 {:.2f}% (simulated); {}\n", 100 * accuracy.floating,
               100 * accuracy.int8, (outcome.target.folder / "int8.tflite").string());
  }
}

int search(const SearchArguments& given, const std::atomic<bool>& interrupted) {
  const train::SearchSettings settings = settings_of(given);
  train::TrainerOptions options;
  options.threads = given.threads;
  options.cuda = given.device == "cuda";
  options.interrupted = &interrupted;
  const auto last = given.stage.empty() ? train::SearchStage::finish : train::search_stage_named(given.stage);
  const train::SearchOutcome outcome = train::run_search(settings, given.folder, last, options);
  if (!given.json.empty()) write_json(given.json, read_json(given.folder / "result.json"));
  if (!outcome.finished) {
    fmt::print("interrupted; saved. Go on with: thimble search --resume -o {}\n", given.folder.string());
    return 130;
  }
  if (outcome.stage >= train::SearchStage::evolve)
    for (const train::TargetOutcome& target : outcome.targets) print(target);
  if (!given.stage.empty()) return 0;
  std::vector<std::string> measure{"search", "--stage", "measure", "-o", given.folder.string()};
  if (!given.json.empty()) measure.insert(measure.end(), {"--json", given.json.string()});
  become_compiler_half(measure);
}

}  // namespace

std::function<int()> add_train_search(CLI::App& app, const std::atomic<bool>& interrupted) {
  CLI::App* verb = app.add_subcommand("search", "Searches the most accurate network for a board and a dataset");
  const auto given = std::make_shared<SearchArguments>();
  given->verb = verb;
  verb->footer(
      "Examples:\n"
      "  thimble search --data fashion-mnist --board stm32f412 --sram 16kB --flash 128kB -o out/\n"
      "  thimble search --resume -o out/ --boards stm32f412,stm32f746 --budgets 8kB/64kB,16kB/128kB\n"
      "Ctrl-C saves and ends; --resume -o out/ goes on. docs/supernet.md explains the stages and their files.\n"
      "thimble search --stage space --help: ranking design spaces alone, without data.\n"
      "thimble search --stage measure --help: measuring and drawing what a search found, the end of every search.");
  verb->add_option("--data", given->settings.dataset, "Dataset: a name, a folder, or files");
  add_target_options(*verb, *given);
  add_search_options(*verb, *given);
  add_run_options(*verb, *given);
  return [verb, given, &interrupted] { return verb->parsed() ? search(*given, interrupted) : -1; };
}

}  // namespace thimble::cli
