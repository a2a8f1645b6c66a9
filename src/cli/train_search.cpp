#include "cli/train_search.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "train/search_run.h"

namespace thimble::cli {

namespace {

struct Arguments {
  train::SearchSettings settings;
  std::filesystem::path folder, json;
  std::string stage = "finish", device = "cpu", schedule = "auto", input_mode = "resident";
  int threads = 0;
  bool resume = false, no_flip = false, no_time_limit = false;
};

void add_options(CLI::App& verb, Arguments& given) {
  train::SearchSettings& settings = given.settings;
  verb.footer(
      "Example:\n"
      "  thimble search --data fashion-mnist --board stm32f412 --sram 16kB --flash 128kB -o out/\n"
      "Ctrl-C saves and ends; --resume -o out/ goes on. docs/supernet.md explains the stages and their files.\n"
      "thimble search --stage space --help: ranking design spaces alone, without data.");
  verb.add_option("--data", settings.dataset, "Dataset: a name, a folder, or files");
  verb.add_option("--board", settings.board, "The board, of `thimble boards`");
  verb.add_option("--space", settings.space, "Design space: a name or a .json file")->capture_default_str();
  verb.add_option("--sram", settings.sram, "Bytes of SRAM (default: the board's); 16kB is 16384")
      ->transform(CLI::AsSizeValue(false));
  verb.add_option("--flash", settings.flash, "Bytes of flash (default: the board's)")
      ->transform(CLI::AsSizeValue(false));
  verb.add_option("--max-macs", settings.max_mmacs, "Millions of MACs that the network may have");
  verb.add_option("--fps", settings.fps, "Pictures a second that the board has to take, by predicted cycles");
  verb.add_option("--planner", settings.planner, "Who plans the memory: tflm, tinyengine, patch or full")
      ->capture_default_str();
  verb.add_option("--schedule", given.schedule, "auto: what the planner chooses; patch: patches, as MCUNetV2 searches")
      ->check(CLI::IsMember({"auto", "patch"}));
  verb.add_option("--input-mode", given.input_mode, "resident, or rows: the caller hands the picture over row by row")
      ->check(CLI::IsMember({"resident", "rows"}));
  verb.add_option("--resolution", settings.resolution, "Search at this resolution alone (default: the best)");
  verb.add_option("--width", settings.width, "Search at this width alone (default: the best)");
  verb.add_option("--method", settings.method, "How the supernet is trained")
      ->check(CLI::IsMember({"sandwich", "shrinking"}))
      ->capture_default_str();
  verb.add_option("--normalization", settings.normalization, "symmetric, unit, raw, imagenet or measured");
  verb.add_flag("--no-flip", given.no_flip, "Mirrored pictures are not of the same class: digits, letters");
  verb.add_option("--budget-minutes", settings.minutes, "Effort, in minutes of two cores with small pictures")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb.add_flag("--no-time-limit", given.no_time_limit,
                "Do all that the budget plans, however long it takes: the same winner on any machine");
  verb.add_option("--baseline", settings.baselines,
                  "Also scale these networks to the limits, and train them like the winner: mobilenetv2, resnet18, ...")
      ->delimiter(',');
  verb.add_option("--seed", settings.seed, "Same seed, same winner");
  verb.add_option("--stage", given.stage, "The last stage to run: space, supernet, evolve or finish")
      ->check(CLI::IsMember({"space", "supernet", "evolve", "finish"}));
  verb.add_option("--device", given.device, "cpu or cuda")->check(CLI::IsMember({"cpu", "cuda"}));
  verb.add_option("--threads", given.threads, "Data-parallel workers; 0: one for each core")
      ->check(CLI::Range(0, 1024));
  verb.add_flag("--resume", given.resume, "Go on with the search in the output folder");
  verb.add_option("-o,--out,--output", given.folder, "Folder for everything that the search writes")->required();
  verb.add_option("--json", given.json, "Write the result to this file");
}

train::SearchSettings settings_of(const Arguments& given) {
  if (given.resume) return train::recorded_search(given.folder);
  train::SearchSettings settings = given.settings;
  if (settings.dataset.empty()) throw Error("no dataset is given", "give --data; `thimble datasets` lists them");
  if (settings.board.empty()) throw Error("no board is given", "give --board; `thimble boards` lists them");
  if (std::filesystem::exists(given.folder / "search.json")) {
    throw Error(fmt::format("{}: holds a search already", given.folder.string()),
                "go on with it by --resume, or give another folder");
  }
  if (given.schedule == "patch") settings.planner = "patch";
  settings.input_by_rows = given.input_mode == "rows";
  settings.flip = !given.no_flip;
  settings.time_limited = !given.no_time_limit;
  return settings;
}

int search(const Arguments& given, const std::atomic<bool>& interrupted) {
  const train::SearchSettings settings = settings_of(given);
  train::TrainerOptions options;
  options.threads = given.threads;
  options.cuda = given.device == "cuda";
  options.interrupted = &interrupted;
  const train::SearchOutcome outcome =
      train::run_search(settings, given.folder, train::search_stage_named(given.stage), options);
  if (!given.json.empty()) write_json(given.json, train::to_json(outcome));
  const std::string folder = given.folder.string();
  if (!outcome.finished) {
    fmt::print("interrupted; saved. Go on with: thimble search --resume -o {}\n", folder);
    return 130;
  }
  if (!outcome.network.empty()) {
    fmt::print("{}: {:.2f} MMAC; predicted {} bytes of SRAM, {} bytes of flash, {}\n", outcome.network,
               static_cast<double>(outcome.cost.macs) / 1e6, outcome.cost.sram_bytes, outcome.cost.flash_bytes,
               search::mode_of(outcome.cost));
  }
  if (outcome.stage == train::SearchStage::finish) {
    fmt::print("accuracy: float {:.2f}%, int8 {:.2f}% (simulated)\nwrote {}/int8.tflite\n",
               100 * outcome.float_accuracy, 100 * outcome.int8_accuracy, folder);
    for (const train::BaselineOutcome& baseline : outcome.baselines) {
      fmt::print("baseline {}, {} planner: ", baseline.name, baseline.planner);
      if (baseline.resolution == 0) {
        fmt::print("does not fit at any size\n");
        continue;
      }
      fmt::print("{} x{:g}, {:.2f} MMAC, float {:.2f}%, int8 {:.2f}%\n", baseline.resolution, baseline.width,
                 static_cast<double>(baseline.cost.macs) / 1e6, 100 * baseline.float_accuracy,
                 100 * baseline.int8_accuracy);
    }
    fmt::print("measure it: thimble bench {}/int8.tflite --board {}\n", folder, settings.board);
  }
  return 0;
}

}  // namespace

std::function<int()> add_train_search(CLI::App& app, const std::atomic<bool>& interrupted) {
  CLI::App* verb = app.add_subcommand("search", "Searches the most accurate network for a board and a dataset");
  const auto given = std::make_shared<Arguments>();
  add_options(*verb, *given);
  return [verb, given, &interrupted] { return verb->parsed() ? search(*given, interrupted) : -1; };
}

}  // namespace thimble::cli
