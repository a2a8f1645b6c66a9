#include "emulate/micronets_study.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include <fmt/core.h>

#include "base/progress.h"
#include "emulate/count_ops.h"
#include "emulate/draws.h"
#include "emulate/random_networks.h"
#include "plan/segment.h"
#include "target/kernel_choice.h"

namespace thimble::emulate {

namespace {

constexpr std::size_t networks_a_firmware = 10;

/// Adds the points of these networks, counted in one firmware.
void count_networks(std::span<const ir::Graph> graphs, const target::Board& board, StudyNetworks& study) {
  const ir::Graph all = side_by_side(graphs);
  std::vector<target::KernelChoice> kernels;
  for (const ir::Op& op : all.ops) kernels.push_back(target::choose_kernel(all, op, board.core));
  plan::PlanOptions options;
  options.exact_offsets = false;
  const std::vector<cost::Cost> costs = count_ops(all, plan::plan_layer_by_layer(all, kernels, options), board);
  std::size_t at = 0;
  for (const ir::Graph& graph : graphs) {
    StudyPoint network;
    for (const ir::Op& op : graph.ops) {
      const auto macs = static_cast<double>(ir::macs_of(graph, op));
      network.macs += macs;
      network.cost += costs.at(at);
      study.layers.push_back({layer_type(graph, op), macs, costs[at++]});
    }
    study.networks.push_back(network);
  }
}

}  // namespace

std::string_view name_of(Backbone backbone) { return backbone == Backbone::image ? "image" : "audio"; }

StudyNetworks study_networks(Backbone backbone, int count, const target::Board& board) {
  const target::Board large = target::without_budget(board);
  Draws draws(backbone == Backbone::image ? 10 : 20);
  std::vector<ir::Graph> graphs;
  for (int i = 0; i < count; ++i) {
    graphs.push_back(backbone == Backbone::image ? random_image_network(draws) : random_audio_network(draws));
  }
  StudyNetworks study;
  Progress progress(fmt::format("counting {} networks", name_of(backbone)), count);
  for (std::size_t first = 0; first < graphs.size(); first += networks_a_firmware) {
    const std::size_t now = std::min(networks_a_firmware, graphs.size() - first);
    count_networks(std::span(graphs).subspan(first, now), large, study);
    progress.advance(static_cast<std::int64_t>(now));
  }
  return study;
}

Line fitted_line(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  double mean_x = 0;
  double mean_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / n;
    mean_y += y[i] / n;
  }
  double xx = 0;
  double xy = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  Line line;
  line.slope = xx > 0 ? xy / xx : 0;
  line.intercept = mean_y - line.slope * mean_x;
  line.r2 = xx > 0 && yy > 0 ? xy * xy / (xx * yy) : 0;
  return line;
}

}  // namespace thimble::emulate
