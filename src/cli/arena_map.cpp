#include "cli/arena_map.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <span>

#include <fmt/format.h>

#include "cli/op_label.h"
#include "cli/sizes.h"
#include "cli/svg.h"
#include "plan/peak.h"

namespace thimble::cli {

namespace {

// ---- what kinds of buffers there are ----

struct Kind {
  const char* name;
  const char* fill;
  const char* stroke;
};
constexpr std::array<Kind, 7> kinds{{
    {"input", "#c9ced6", "#6b7280"},
    {"convolution", "#a9c9ee", "#2b6cb0"},
    {"depthwise", "#a8dcc0", "#2f855a"},
    {"element-wise", "#f8cfa0", "#c05621"},
    {"other", "#d6c3ee", "#6b46c1"},
    {"line buffer", "#f4b8c4", "#b83253"},
    {"scratch", "#eeeeee", "#8a8a8a"},
}};
enum KindIndex : std::size_t { input_kind, convolution, depthwise, element_wise, other, line_buffer, scratch };

KindIndex kind_of(const ir::Operator& op) {
  if (std::holds_alternative<ir::Conv2D>(op) || std::holds_alternative<ir::FullyConnected>(op)) return convolution;
  if (std::holds_alternative<ir::DepthwiseConv2D>(op)) return depthwise;
  if (std::holds_alternative<ir::Add>(op) || std::holds_alternative<ir::Sub>(op) ||
      std::holds_alternative<ir::Mul>(op)) {
    return element_wise;
  }
  return other;
}

/// What a buffer holds first, and what that makes it.
struct Content {
  KindIndex kind = scratch;
  std::string label;
};

Content content_of(const ir::Graph& graph, const plan::Plan& plan, int buffer) {
  for (const plan::Placement& placement : plan.placements) {
    if (placement.buffer != buffer) continue;
    const bool is_input = std::ranges::find(graph.inputs, placement.tensor) != graph.inputs.end();
    const auto producer = std::ranges::find_if(graph.ops, [&](const ir::Op& op) {
      return std::ranges::find(op.outputs, placement.tensor) != op.outputs.end();
    });
    if (producer == graph.ops.end() && !is_input) continue;
    if (placement.ring_rows < placement.rows) return {line_buffer, "line buffers"};
    const std::string label =
        is_input ? "input" : fmt::format("{} {}", producer - graph.ops.begin(), short_label(graph, *producer));
    return {is_input ? input_kind : kind_of(producer->kind), label};
  }
  return {scratch, "scratch"};
}

// ---- labels that fit ----

struct Box {
  double x = 0, y = 0, width = 0, height = 0;
};

/// The first of `choices` that fits one of the boxes, across or else upwards; empty if none does.
std::string fitted_label(const std::vector<Box>& boxes, const std::vector<std::string>& choices, const char* color) {
  const std::string style = fmt::format("font-size=\"{}\" fill=\"{}\" pointer-events=\"none\"", label_font, color);
  for (const std::string& choice : choices) {
    const double length = svg::width_of(choice, label_font) + 6;
    for (const Box& box : boxes) {
      const double x = box.x + box.width / 2;
      const double y = box.y + box.height / 2;
      if (length <= box.width && box.height >= 12) return svg::text(x, y + 3.5, "middle", choice, style);
      if (length <= box.height && box.width >= 12) return svg::vertical_text(x + 3.5, y, "middle", choice, style);
    }
  }
  return {};
}

// ---- the map ----

std::string stage_label(const ir::Graph& graph, const plan::Plan& plan, int stage) {
  const plan::Stage& found = plan.stages[static_cast<std::size_t>(stage)];
  std::set<int> ops;
  for (const plan::Step& step : found.steps) {
    if (step.op >= 0) ops.insert(step.op);
  }
  if (ops.empty()) return "input";
  if (ops.size() == 1) {
    return fmt::format("{} {}", *ops.begin(), short_label(graph, graph.ops[static_cast<std::size_t>(*ops.begin())]));
  }
  return fmt::format("{}-{}, {}x", *ops.begin(), *ops.rbegin(), found.iterations);
}

/// Buffers in the order in which they are drawn: what is over others, in place, begins later and comes on top.
std::vector<int> drawing_order(const plan::Plan& plan) {
  std::vector<int> order(plan.buffers.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](int i) { return plan.buffers[static_cast<std::size_t>(i)].first_stage; });
  return order;
}

/// Stages or bytes [first, end).
struct Range {
  std::int64_t first = 0, end = 0;
};

/// The longest part of `whole` that none of `covers` meets.
Range longest_free(Range whole, std::vector<Range> covers) {
  std::ranges::sort(covers, {}, &Range::first);
  Range best{whole.first, whole.first};
  std::int64_t from = whole.first;
  covers.push_back({whole.end, whole.end});
  for (const Range& cover : covers) {
    const std::int64_t until = std::min(cover.first, whole.end);
    if (until - from > best.end - best.first) best = {from, until};
    from = std::max(from, cover.end);
  }
  return best;
}

/// Where a label of a buffer would not lie under those that are drawn on top of it: beside them, or above or below.
std::vector<Box> free_boxes(const plan::Plan& plan, const plan::Buffer& buffer, std::span<const int> on_top,
                            const Panel& panel) {
  const Range stages{buffer.first_stage, buffer.last_stage + 1};
  const Range bytes{buffer.offset, buffer.offset + buffer.bytes};
  std::vector<Range> covered_stages;
  std::vector<Range> covered_bytes;
  for (const int i : on_top) {
    const plan::Buffer& other = plan.buffers[static_cast<std::size_t>(i)];
    const bool meets = other.first_stage < stages.end && stages.first <= other.last_stage && other.offset < bytes.end &&
                       bytes.first < other.offset + other.bytes;
    if (!meets) continue;
    covered_stages.push_back({other.first_stage, other.last_stage + 1});
    covered_bytes.push_back({other.offset, other.offset + other.bytes});
  }
  const auto box = [&](Range across, Range up) -> Box {
    const double x = panel.x(static_cast<double>(across.first));
    const double y = panel.at(kilobytes(up.end));
    return {x, y, panel.x(static_cast<double>(across.end)) - x, panel.at(kilobytes(up.first)) - y};
  };
  return {box(longest_free(stages, covered_stages), bytes), box(stages, longest_free(bytes, covered_bytes))};
}

std::string drawn_buffer(const ir::Graph& graph, const plan::Plan& plan, int index, std::span<const int> on_top,
                         const Panel& panel) {
  const plan::Buffer& buffer = plan.buffers[static_cast<std::size_t>(index)];
  const Content content = content_of(graph, plan, index);
  const Kind& kind = kinds[content.kind];
  const double x = panel.x(buffer.first_stage);
  const double y = panel.at(kilobytes(buffer.offset + buffer.bytes));
  const double width = panel.x(buffer.last_stage + 1) - x;
  const double height = panel.at(kilobytes(buffer.offset)) - y;
  const std::string tooltip = fmt::format("{}: {} bytes at {}, stages {} to {}", buffer.name, buffer.bytes,
                                          buffer.offset, buffer.first_stage, buffer.last_stage);
  const std::string size = size_text(buffer.bytes);
  return svg::rectangle(x + 0.5, y, std::max(width - 1, 1.0), std::max(height, 0.8),
                        fmt::format("fill=\"{}\" fill-opacity=\"0.85\" stroke=\"{}\" stroke-width=\"0.8\"", kind.fill,
                                    kind.stroke),
                        tooltip) +
         fitted_label(free_boxes(plan, buffer, on_top, panel), {content.label + ": " + size, content.label, size},
                      "#1b1b1b");
}

/// Where one memory ends and the next begins, if the arena lies in several.
std::string region_ends(const plan::Plan& plan, const Panel& panel) {
  std::string body;
  std::int64_t end = 0;
  for (std::size_t i = 0; i + 1 < plan.regions.size(); ++i) {
    end += plan.regions[i].bytes;
    body += level(panel, kilobytes(end), plan.regions[i].name + " to here", "#475569");
  }
  return body;
}

std::string legend(const ir::Graph& graph, const plan::Plan& plan, double y) {
  std::set<std::size_t> present;
  for (int i = 0; i < static_cast<int>(plan.buffers.size()); ++i) present.insert(content_of(graph, plan, i).kind);
  std::string body;
  double x = panel_left;
  for (const std::size_t kind : present) {
    body += svg::rectangle(x, y - 28, 12, 12,
                           fmt::format("fill=\"{}\" stroke=\"{}\"", kinds[kind].fill, kinds[kind].stroke));
    body += svg::text(x + 17, y - 18, "start", kinds[kind].name);
    x += 17 + svg::width_of(kinds[kind].name, 12) + 18;
  }
  return body;
}

}  // namespace

std::string arena_map(const ir::Graph& graph, const plan::Plan& plan, const MemoryLimit& limit, double y, double width,
                      double height) {
  const plan::Peak peak = plan::peak_of(plan);
  Panel panel{y, height, width, static_cast<int>(plan.stages.size()), range_of(plan.arena_bytes, limit)};
  std::string body = kilobyte_grid(panel) + legend(graph, plan, y);
  const std::vector<int> order = drawing_order(plan);
  for (std::size_t i = 0; i < order.size(); ++i) {
    body += drawn_buffer(graph, plan, order[i], std::span(order).subspan(i + 1), panel);
  }
  body += svg::rectangle(panel.x(peak.stage), panel.y + panel.height, panel.column(), 4, "fill=\"#b91c1c\"",
                         "the stage that bounds the peak");
  std::vector<std::string> labels;
  for (int stage = 0; stage < panel.columns; ++stage) labels.push_back(stage_label(graph, plan, stage));
  body += column_labels(panel, labels, peak.stage);
  body += level(panel, kilobytes(plan.arena_bytes), "arena " + size_text(plan.arena_bytes), "#b91c1c");
  return body + region_ends(plan, panel) + limit_level(panel, limit);
}

}  // namespace thimble::cli
