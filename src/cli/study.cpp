#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/prepare.h"
#include "cli/scatter_plot.h"
#include "cli/verbs.h"
#include "emulate/micronets_study.h"
#include "target/board.h"

namespace thimble::cli {

namespace {

using emulate::Backbone;
using emulate::StudyPoint;

struct StudyOptions {
  std::string board = "stm32f746";
  int networks = 100;
  std::filesystem::path output;
  std::filesystem::path json;
};

/// One of the two numbers of a cost, and how to speak of it.
struct Measure {
  const char* name;  ///< "instructions"
  double cost::Cost::*of;
};
constexpr Measure instructions{"instructions", &cost::Cost::instructions};
constexpr Measure cycles{"cycles", &cost::Cost::cycles};

struct BackboneStudy {
  Backbone backbone;
  emulate::StudyNetworks counted;
};

emulate::Line line_through(const std::vector<StudyPoint>& points, const Measure& measure) {
  std::vector<double> x;
  std::vector<double> y;
  for (const StudyPoint& point : points) {
    x.push_back(point.macs);
    y.push_back(point.cost.*measure.of);
  }
  return emulate::fitted_line(x, y);
}

constexpr std::array layer_types = {"first convolution", "pointwise", "depthwise", "fully connected"};

/// Costs a MAC of the layers of one type, least first.
std::vector<double> costs_a_mac(const std::vector<StudyPoint>& layers, std::string_view type, const Measure& measure) {
  std::vector<double> ratios;
  for (const StudyPoint& layer : layers) {
    if (layer.type == type) ratios.push_back(layer.cost.*measure.of / layer.macs);
  }
  std::ranges::sort(ratios);
  return ratios;
}

Json print_networks(const BackboneStudy& study, const Measure& measure) {
  const emulate::Line line = line_through(study.counted.networks, measure);
  fmt::print("{:<6} {:>4} networks: {} = {:.3f} x MACs {:+.0f}, r^2 {:.4f}\n", emulate::name_of(study.backbone),
             study.counted.networks.size(), measure.name, line.slope, line.intercept, line.r2);
  return {{"slope", line.slope}, {"intercept", line.intercept}, {"r2", line.r2}};
}

Json print_layers(const BackboneStudy& study, const Measure& measure) {
  const emulate::Line line = line_through(study.counted.layers, measure);
  fmt::print("{:<6} all layers: r^2 {:.4f}; {} a MAC (5 %, median, 95 %):\n", emulate::name_of(study.backbone), line.r2,
             measure.name);
  Json json = {{"r2", line.r2}};
  for (const char* type : layer_types) {
    const std::vector<double> ratios = costs_a_mac(study.counted.layers, type, measure);
    if (ratios.empty()) continue;
    const auto at = [&](double share) {
      return ratios[static_cast<std::size_t>(share * static_cast<double>(ratios.size() - 1))];
    };
    fmt::print("  {:<18} {:>5} layers {:>7.2f} {:>7.2f} {:>7.2f}\n", type, ratios.size(), at(0.05), at(0.5), at(0.95));
    json[type] = {{"layers", ratios.size()}, {"p5", at(0.05)}, {"median", at(0.5)}, {"p95", at(0.95)}};
  }
  return json;
}

ScatterPlot plot_of_networks(const std::vector<BackboneStudy>& studies, const Measure& measure,
                             const target::Core& core) {
  constexpr std::array colors = {"#1f6fb4", "#d9541e"};
  ScatterPlot plot;
  plot.title = fmt::format("Random networks on {}: {} against MACs", core.name, measure.name);
  plot.x_label = "MACs of a network";
  plot.y_label = measure.name;
  for (std::size_t i = 0; i < studies.size(); ++i) {
    const emulate::Line line = line_through(studies[i].counted.networks, measure);
    PlotSeries series{
        fmt::format("{}: {:.2f} a MAC, r\u00b2 = {:.3f}", emulate::name_of(studies[i].backbone), line.slope, line.r2),
        colors[i % colors.size()],
        {},
        line.slope,
        line.intercept};
    for (const StudyPoint& point : studies[i].counted.networks) {
      series.points.emplace_back(point.macs, point.cost.*measure.of);
    }
    plot.series.push_back(std::move(series));
  }
  return plot;
}

ScatterPlot plot_of_layers(const std::vector<BackboneStudy>& studies, const Measure& measure,
                           const target::Core& core) {
  constexpr std::array colors = {"#c0392b", "#1f6fb4", "#2e8b57", "#8e44ad"};
  ScatterPlot plot;
  plot.title = fmt::format("Their single layers on {}: {} a MAC", core.name, measure.name);
  plot.x_label = "MACs of a layer";
  plot.y_label = fmt::format("{} a MAC", measure.name);
  plot.logarithmic_x = true;
  for (std::size_t i = 0; i < layer_types.size(); ++i) {
    PlotSeries series{layer_types[i], colors[i], {}};
    for (const BackboneStudy& study : studies) {
      for (const StudyPoint& layer : study.counted.layers) {
        if (layer.type == layer_types[i]) series.points.emplace_back(layer.macs, layer.cost.*measure.of / layer.macs);
      }
    }
    plot.series.push_back(std::move(series));
  }
  return plot;
}

void study_micronets(const StudyOptions& options) {
  const target::Board board = target::board(options.board);
  std::vector<BackboneStudy> studies;
  for (const Backbone backbone : {Backbone::image, Backbone::audio}) {
    studies.push_back({backbone, emulate::study_networks(backbone, options.networks, board)});
  }
  std::vector<Measure> measures = {instructions};
  if (studies[0].counted.networks[0].cost.cycles > 0) measures.push_back(cycles);
  Json json = {{"core", board.core.name}, {"networks", options.networks}};
  for (const Measure& measure : measures) {
    for (const BackboneStudy& study : studies) {
      Json& entry = json[measure.name][std::string(emulate::name_of(study.backbone))];
      entry["networks"] = print_networks(study, measure);
      entry["layers"] = print_layers(study, measure);
    }
    if (options.output.empty()) continue;
    const std::string stem = fmt::format("micronets-{}-{}", board.core.name, measure.name);
    write_text(options.output / (stem + ".svg"), svg_of(plot_of_networks(studies, measure, board.core)));
    write_text(options.output / (stem + "-layers.svg"), svg_of(plot_of_layers(studies, measure, board.core)));
  }
  if (!options.json.empty()) write_json(options.json, json);
}

}  // namespace

void add_study(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("study", "Count networks to see what costs follow from their shapes");
  verb->require_subcommand(1);
  CLI::App* micronets = verb->add_subcommand(
      "micronets", "Are costs of networks of one backbone proportional to their MACs? (arXiv 2010.11267)");
  micronets->footer(
      "Example: thimble study micronets --board stm32f746 -o docs/img\n"
      "Needs no dataset: weights are random. Takes a few minutes.");
  auto options = std::make_shared<StudyOptions>();
  micronets->add_option("--board", options->board, "The board, of `thimble boards`")
      ->capture_default_str()
      ->type_name("NAME");
  micronets->add_option("--networks", options->networks, "Networks of each backbone")
      ->capture_default_str()
      ->check(CLI::Range(2, 10000));
  micronets->add_option("-o,--output", options->output, "Write the plots as SVG files to this folder")
      ->type_name("DIR");
  add_json(*micronets, options->json);
  micronets->callback([options] { study_micronets(*options); });
  add_study_patches(*verb);
}

}  // namespace thimble::cli
