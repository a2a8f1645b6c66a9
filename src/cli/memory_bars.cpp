#include "cli/memory_bars.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "cli/op_label.h"
#include "cli/sizes.h"
#include "cli/svg.h"
#include "ir/tiled_block.h"
#include "plan/peak.h"

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

/// Which operator of a model an operator of a rewriting is: that of the same output, or a copy of it, whose output has
/// its name and more.
class ModelOps {
 public:
  explicit ModelOps(const ir::Graph& model) : tensors_(static_cast<int>(model.tensors.size())) {
    for (std::size_t i = 0; i < model.ops.size(); ++i) {
      const ir::TensorId output = model.ops[i].outputs.at(0);
      by_tensor_[output] = static_cast<int>(i);
      by_name_[model.tensor(output).name] = static_cast<int>(i);
    }
  }

  /// Its index, or -1.
  int of(const ir::Graph& graph, const ir::Op& op) const {
    const ir::TensorId output = op.outputs.at(0);
    if (output < tensors_) {
      const auto found = by_tensor_.find(output);
      return found == by_tensor_.end() ? -1 : found->second;
    }
    std::string_view name = graph.tensor(output).name;
    while (!name.empty()) {
      name = name.substr(0, name.rfind(' ') == std::string_view::npos ? 0 : name.rfind(' '));
      if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
    }
    return -1;
  }

 private:
  int tensors_;
  std::map<ir::TensorId, int> by_tensor_;
  std::map<std::string, int, std::less<>> by_name_;
};

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

MemorySeries series_of(const ir::Graph& model, const plan::NetworkPlan& network, std::string name, std::string color) {
  MemorySeries series{std::move(name), std::move(color), std::vector<std::int64_t>(model.ops.size(), 0)};
  const ModelOps model_ops(model);
  const std::vector<std::int64_t> live = plan::live_bytes(network.plan);
  const auto note = [&](const ir::Op& layer, std::int64_t bytes) {
    const int op = model_ops.of(network.graph, layer);
    if (op < 0) return;
    std::int64_t& most = series.bytes[static_cast<std::size_t>(op)];
    most = std::max(most, bytes);
  };
  for (std::size_t stage = 0; stage < network.plan.stages.size(); ++stage) {
    for (const plan::Step& step : network.plan.stages[stage].steps) {
      if (step.op < 0) continue;
      const ir::Op& op = network.graph.ops[static_cast<std::size_t>(step.op)];
      if (std::holds_alternative<ir::TiledBlock>(op.kind)) {
        for (const ir::Op& layer : ir::layers_of(op)) note(layer, live[stage]);
      } else {
        note(op, live[stage]);
      }
    }
  }
  return series;
}

}  // namespace thimble::cli
