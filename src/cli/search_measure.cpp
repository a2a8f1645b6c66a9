#include "cli/search_measure.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include <fmt/core.h>

#include "base/crc32.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/search_firmware.h"
#include "cli/search_pictures.h"
#include "cli/search_table.h"
#include "cli/stage_arguments.h"
#include "search/candidate_log.h"

namespace thimble::cli {

namespace {

namespace fs = std::filesystem;

struct MeasureArguments {
  std::string stage;
  fs::path folder, json;
  std::size_t on_core = 1000;
};

Json recorded_result(const fs::path& folder) {
  const fs::path file = folder / "result.json";
  if (!fs::exists(file)) {
    throw Error(fmt::format("{}: holds no search that has found something", folder.string()),
                "thimble search --data ... -o FOLDER begins one");
  }
  return read_json(file);
}

fs::path folder_of(const Json& target, const fs::path& folder) {
  return (folder / target.at("folder").get<std::string>()).lexically_normal();
}

/// The measurement of a target that was fine-tuned: the one that is there, if it is of the same file.
Json measurement_of(const Json& target, const fs::path& folder, const Json& result, std::size_t on_core) {
  const fs::path file = folder / "measured.json";
  const std::uint32_t crc = crc32(read_bytes(folder / "int8.tflite"));
  if (fs::exists(file)) {
    Json known = read_json(file);
    if (known.value("crc32", 0U) == crc && known.value("on_core", std::size_t{0}) == on_core) return known;
  }
  fmt::print("measuring {} on the emulated board ...\n", target.at("name").get<std::string>());
  std::fflush(stdout);
  Json measured = measure_firmware(target, folder, result.at("data").get<std::string>(), on_core);
  measured["crc32"] = crc;
  measured["on_core"] = on_core;
  write_json(file, measured);
  return measured;
}

void measure_targets(Json& result, const fs::path& folder, std::size_t on_core) {
  for (Json& target : result.at("targets")) {
    const fs::path own = folder_of(target, folder);
    const bool is_finished = target.contains("accuracy") && target.at("accuracy").contains("int8_simulated");
    // Our firmware says nothing about networks that were chosen for somebody else's planner.
    if (is_finished && target.at("planner") == "full")
      target["measured"] = measurement_of(target, own, result, on_core);
  }
}

/// Draws and prints what there is; gives the pictures' paths.
std::vector<fs::path> draw(const Json& result, const fs::path& folder) {
  std::vector<fs::path> pictures;
  const auto write = [&](const fs::path& file, const std::string& picture) {
    write_text(file, picture);
    pictures.push_back(file);
  };
  const Json& targets = result.at("targets");
  for (const Json& target : targets) {
    const fs::path own = folder_of(target, folder);
    if (fs::exists(own / "candidates.jsonl") && target.contains("accuracy")) {
      const std::vector<search::Candidate> candidates = search::logged_candidates(own / "candidates.jsonl");
      write(own / "front.svg", picture_of_candidates(candidates, target));
      if (targets.size() == 1) fmt::print("\n{}", table_of_front(front_of(candidates), target));
    }
    if (fs::exists(own / "control.json"))
      write(own / "control.svg",
            picture_of_control(read_json(own / "control.json"), target.at("name").get<std::string>()));
  }
  if (targets.size() > 1) write(folder / "targets.svg", picture_of_targets(targets));
  return pictures;
}

void print(const Json& result) {
  const Json& targets = result.at("targets");
  for (const Json& target : targets)
    if (targets.size() == 1 || target.contains("measured")) fmt::print("\n{}", table_of_target(target));
  if (targets.size() > 1) fmt::print("\n{}", table_of_targets(targets));
  fmt::print("{}", table_of_baselines(result.at("baselines")));
}

/// A search whose winner does not fit after all has answered no.
void require_fits(const Json& result) {
  for (const Json& target : result.at("targets")) {
    if (!target.contains("measured") || target.at("measured").at("bench").at("fits").get<bool>()) continue;
    throw Error(fmt::format("{}: the linked firmware needs more than its budget", target.at("name").get<std::string>()),
                "search again with a little less --sram or --flash", Exit::answer_is_no);
  }
}

void measure(const MeasureArguments& given) {
  Json result = recorded_result(given.folder);
  measure_targets(result, given.folder, given.on_core);
  write_json(given.folder / "result.json", result);
  if (!given.json.empty()) write_json(given.json, result);
  const std::vector<fs::path> pictures = draw(result, given.folder);
  print(result);
  fmt::print("\n");
  for (const fs::path& picture : pictures) fmt::print("picture: {}\n", picture.string());
  for (const Json& target : result.at("targets")) {
    if (target.contains("measured"))
      fmt::print("the C:   {}\n", (folder_of(target, given.folder) / "firmware").string());
  }
  require_fits(result);
}

}  // namespace

void search_measure(std::vector<std::string> arguments) {
  CLI::App app("Compiles what a search found, measures it on the emulated board, and draws the search.",
               "thimble search --stage measure");
  MeasureArguments given;
  app.footer(
      "Example: thimble search --stage measure -o out/\n"
      "Every search ends with this. What was measured before is not measured again.");
  app.add_option("--stage", given.stage, "measure: this one");
  app.add_option("-o,--out,--output", given.folder, "The search's folder")->required();
  app.add_option("--on-core", given.on_core, "Test samples that the emulated core classifies")->capture_default_str();
  app.add_option("--json", given.json, "Write the result to this file too");
  if (parse_stage(app, std::move(arguments))) measure(given);
}

}  // namespace thimble::cli
