#include "cli/memory_bars.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "cli/op_label.h"
#include "cli/sizes.h"
#include "cli/svg.h"
#include "plan/peak.h"
#include "plan/working_set.h"

namespace thimble::cli {

namespace {

std::int64_t most_of(const std::vector<MemorySeries>& series) {
  std::int64_t most = 0;
  for (const MemorySeries& one : series) {
    for (const std::int64_t bytes : one.bytes) most = std::max(most, bytes);
  }
  return most;
}

std::string series_legend(const std::vector<MemorySeries>& series, double y) {
  std::string body;
  double x = panel_left;
  for (const MemorySeries& one : series) {
    const std::string name = fmt::format("{}: peak {}", one.name, size_text(most_of({one})));
    body += svg::rectangle(x, y - 10, 12, 12, fmt::format("fill=\"{}\"", one.color));
    body += svg::text(x + 17, y, "start", name);
    x += 17 + svg::width_of(name, 12) + 18;
  }
  return body;
}

}  // namespace

std::string memory_bars(const ir::Graph& graph, const std::vector<MemorySeries>& series, const MemoryLimit& limit,
                        double y, double width, double height) {
  Panel panel{y, height, width, static_cast<int>(graph.ops.size()), range_of(most_of(series), limit)};
  std::string body = kilobyte_grid(panel) + series_legend(series, y - 16);
  const double bar = 0.84 * panel.column() / static_cast<double>(series.size());
  for (std::size_t s = 0; s < series.size(); ++s) {
    for (std::size_t op = 0; op < series[s].bytes.size(); ++op) {
      const std::int64_t bytes = series[s].bytes[op];
      if (bytes == 0) continue;
      const double above = panel.at(kilobytes(bytes));
      body += svg::rectangle(
          panel.x(static_cast<double>(op) + 0.08) + static_cast<double>(s) * bar, above, bar,
          panel.y + panel.height - above, fmt::format("fill=\"{}\"", series[s].color),
          fmt::format("{} {}: {}, {}", op, graph.name_of(graph.ops[op]), series[s].name, size_text(bytes)));
    }
  }
  std::vector<std::string> labels;
  for (std::size_t op = 0; op < graph.ops.size(); ++op) {
    labels.push_back(fmt::format("{} {}", op, short_label(graph, graph.ops[op])));
  }
  body += column_labels(panel, labels, -1);
  return body + limit_level(panel, limit);
}

MemorySeries series_of(const ir::Graph& graph, const plan::Plan& plan, std::string name, std::string color) {
  MemorySeries series{std::move(name), std::move(color), std::vector<std::int64_t>(graph.ops.size(), 0)};
  const std::vector<std::int64_t> live = plan::live_bytes(plan);
  for (std::size_t stage = 0; stage < plan.stages.size(); ++stage) {
    for (const plan::Step& step : plan.stages[stage].steps) {
      if (step.op < 0) continue;
      std::int64_t& most = series.bytes[static_cast<std::size_t>(step.op)];
      most = std::max(most, live[stage]);
    }
  }
  return series;
}

MemorySeries layerwise_series(const ir::Graph& graph, std::string name, std::string color) {
  std::vector<int> ops(graph.ops.size());
  std::iota(ops.begin(), ops.end(), 0);
  return {std::move(name), std::move(color),
          plan::working_sets(graph, ops, plan::whole_bytes(graph), plan::Counting::live)};
}

}  // namespace thimble::cli
