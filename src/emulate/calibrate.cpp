#include "emulate/calibrate.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "emulate/least_squares.h"

namespace thimble::emulate {

namespace {

/// One object of a log, and where it is for messages.
struct Line {
  Json json;
  std::string where;

  double number(const char* name) const {
    if (!json.contains(name) || !json[name].is_number() || json[name].get<double>() < 0) {
      fail("{}: \"{}\" must be a number", where, name);
    }
    return json[name].get<double>();
  }
  std::string text(const char* name) const {
    if (!json.contains(name) || !json[name].is_string()) fail("{}: \"{}\" must be a text", where, name);
    return json[name].get<std::string>();
  }
};

std::vector<Line> read_lines(const std::filesystem::path& file) {
  std::vector<Line> lines;
  std::istringstream text(read_text(file));
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (!line.starts_with('{')) continue;
    const std::string where = fmt::format("{}:{}", file.string(), number);
    Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) fail("{}: is not a line of a self-test's report (it is no JSON)", where);
    lines.push_back({std::move(json), where});
  }
  return lines;
}

void check_result(const Line& result) {
  if (!result.json.contains("pass") || result.json["pass"] != true) {
    fail("{}: the model's outputs were wrong on the board, its cycles say nothing", result.where);
  }
  if (result.number("total_cycles") <= 0) {
    throw Error(fmt::format("{}: the cycle counter stood still", result.where),
                "an emulator has none; on a board, a debugger may have switched it off");
  }
}

/// Layers too short for the counter's own cost, or that do not run, are left out.
constexpr double fewest_cycles = 500;

void for_each_layer(std::span<const BoardLog> logs, auto visit) {
  for (const BoardLog& log : logs) {
    for (const BoardLog::Layer& layer : log.layers) {
      if (layer.cycles >= fewest_cycles && layer.modelled.pipeline > 0) visit(layer);
    }
  }
}

CalibrationError error_of(std::span<const BoardLog> logs, const PipelineModel& model) {
  CalibrationError error;
  int layers = 0;
  for_each_layer(logs, [&](const BoardLog::Layer& layer) {
    const double relative = std::abs(layer.modelled.total(model) / layer.cycles - 1);
    error.mean_layer += relative;
    error.worst_layer = std::max(error.worst_layer, relative);
    ++layers;
  });
  error.mean_layer /= std::max(layers, 1);
  for (const BoardLog& log : logs) {
    double counted = 0, modelled = 0;
    for_each_layer(std::span(&log, 1), [&](const BoardLog::Layer& layer) {
      counted += layer.cycles;
      modelled += layer.modelled.total(model);
    });
    if (counted > 0) error.worst_model = std::max(error.worst_model, std::abs(modelled / counted - 1));
  }
  return error;
}

}  // namespace

BoardLog read_board_log(const std::filesystem::path& file) {
  const std::vector<Line> lines = read_lines(file);
  if (lines.empty() || !lines.front().json.contains("selftest")) {
    throw Error(fmt::format("{}: holds no report of a self-test", file.string()),
                "`thimble export MODEL --selftest --board B -o out/` makes one");
  }
  BoardLog log;
  log.board = lines.front().text("board");
  log.core = lines.front().text("core");
  log.model = lines.front().text("model");
  const double layers = lines.front().number("layers");
  if (static_cast<double>(lines.size()) != layers + 2) {
    fail("{}: the report is not complete: {} layers, and {} lines between its first and its last", file.string(),
         layers, static_cast<int>(lines.size()) - 2);
  }
  check_result(lines.back());
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const Line& line = lines[i];
    log.layers.push_back({line.text("op"),
                          line.number("cycles"),
                          {line.number("model_cycles"), line.number("taken_branches"), line.number("loaded_words")}});
  }
  return log;
}

Calibration calibrate(std::span<const BoardLog> logs) {
  Calibration calibration;
  std::vector<std::vector<double>> rows;
  for (const BoardLog& log : logs) {
    if (log.core == logs[0].core) continue;
    fail("the logs are of several cores ({} and {}); calibrate them one by one", logs[0].core, log.core);
  }
  for_each_layer(logs, [&](const BoardLog::Layer& layer) {
    const Cycles& modelled = layer.modelled;
    rows.push_back({modelled.pipeline / layer.cycles, modelled.taken_branches / layer.cycles,
                    modelled.loaded_words / layer.cycles});
  });
  constexpr std::size_t fewest_layers = 3;
  if (rows.size() < fewest_layers) fail("the logs have {} layers that take long enough; 3 are needed", rows.size());

  const PipelineModel known = pipeline_model(logs[0].core);
  calibration.model = known;
  calibration.layers = rows.size();
  const std::vector<double> fit = non_negative_least_squares(rows, std::vector<double>(rows.size(), 1.0));
  if (fit[0] <= 0) fail("the logs do not fit the model of the {}: cycles do not follow from instructions", known.core);
  calibration.model.memory_factor = fit[0];
  calibration.model.branch_wait = fit[1] / fit[0];
  calibration.model.load_wait = fit[2] / fit[0];
  calibration.before = error_of(logs, known);
  calibration.after = error_of(logs, calibration.model);
  return calibration;
}

}  // namespace thimble::emulate
