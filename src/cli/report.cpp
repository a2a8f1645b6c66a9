#include <filesystem>
#include <memory>

#include <fmt/core.h>

#include "base/error.h"
#include "base/json.h"
#include "cli/verbs.h"
#include "emit/names.h"

namespace thimble::cli {

namespace {

using emit::grouped;

/// A JSON file of the folder, or null where that step has not been run.
Json optional_json(const std::filesystem::path& file) {
  return std::filesystem::exists(file) ? read_json(file) : Json(nullptr);
}

void line(const std::string& what, const std::string& value) { fmt::print("  {:<44} {:>14}\n", what, value); }

void accuracy_line(const std::string& what, const Json& eval) {
  if (eval.is_null()) return;
  line(fmt::format("{}, {} test images", what, grouped(eval.at("samples").get<std::int64_t>())),
       fmt::format("{:.2f} %", 100 * eval.at("accuracy").get<double>()));
}

void bytes_line(const std::string& what, const Json& bytes) { line(what, grouped(bytes.get<std::int64_t>()) + " B"); }

/// The tables of two models would pass for one's.
void require_one_model(const Json& bench, const Json& eval) {
  if (bench.is_null() || eval.is_null() || !eval.contains("model") || eval.at("model") == bench.at("model")) return;
  throw Error(
      fmt::format("bench.json is of {} and eval_core.json of {}", bench.at("model").dump(), eval.at("model").dump()),
      "a folder for each model, or run `thimble bench` and `thimble eval` on one");
}

void report(const std::filesystem::path& folder) {
  const Json core = optional_json(folder / "eval_core.json");
  const Json bench = optional_json(folder / "bench.json");
  const Json in_float = optional_json(folder / "eval_float.json");
  const Json in_int8 = optional_json(folder / "eval_int8.json");
  if (core.is_null() && bench.is_null() && in_float.is_null() && in_int8.is_null()) {
    throw Error(fmt::format("{}: holds no results", folder.string()),
                "`thimble eval` and `thimble bench` write them: eval_float.json, eval_int8.json, eval_core.json, "
                "bench.json");
  }
  require_one_model(bench, core);
  if (!bench.is_null())
    fmt::print("{} on {}\n", bench.at("model").get<std::string>(), bench.at("board").get<std::string>());
  if (!core.is_null() || !in_float.is_null() || !in_int8.is_null()) fmt::print("Accuracy\n");
  accuracy_line("float", in_float);
  accuracy_line("int8", in_int8);
  accuracy_line("int8 on the emulated core", core);
  if (!core.is_null() && core.contains("differ_from_reference")) {
    line("outputs on the core that differ from the reference",
         grouped(core.at("differ_from_reference").get<std::int64_t>()));
  }
  if (bench.is_null()) return;
  fmt::print("Peak SRAM\n");
  for (const char* part : {"arena", "io", "static", "state", "stack", "total"})
    bytes_line(part, bench.at("sram").at(part));
  if (bench.at("sram").contains("regions"))
    for (const auto& [region, bytes] : bench.at("sram").at("regions").items()) bytes_line("arena in " + region, bytes);
  fmt::print("Flash\n");
  for (const char* part : {"weights", "code", "total", "firmware"}) bytes_line(part, bench.at("flash").at(part));
  fmt::print("One inference\n");
  line("multiply-accumulates", grouped(bench.at("macs").at("model").get<std::int64_t>()));
  if (bench.at("macs").value("executed", bench.at("macs").at("model")) != bench.at("macs").at("model"))
    line("multiply-accumulates executed", grouped(bench.at("macs").at("executed").get<std::int64_t>()));
  line("instructions", grouped(bench.at("instructions").get<std::int64_t>()));
  line("instructions per multiply-accumulate",
       fmt::format("{:.2f}", bench.at("instructions").get<double>() / bench.at("macs").at("model").get<double>()));
  if (bench.at("cycles").is_number()) line("cycles, estimated", grouped(bench.at("cycles").get<std::int64_t>()));
}

}  // namespace

void add_report(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("report", "Print the results in a folder as one table");
  verb->footer("Example: thimble report out/demo");
  auto folder = std::make_shared<std::filesystem::path>();
  verb->add_option("folder", *folder, "A folder with the JSON files of eval and bench")
      ->required()
      ->check(CLI::ExistingDirectory);
  verb->callback([folder] { report(*folder); });
}

}  // namespace thimble::cli
