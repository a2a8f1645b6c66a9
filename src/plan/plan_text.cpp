// plan/plan_text.cpp
#include "plan/plan_text.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "plan/peak.h"
#include "plan/regions.h"

namespace thimble::plan {
namespace {

enum Column { stage, layer, op, kernel, rows, live, mark, columns };
using Line = std::array<std::string, columns>;

std::string text_of(const Stage& stage, const RowRange& rows) {
  const int last = rows.first + rows.count - 1;
  const std::string range = rows.count == 1 ? fmt::format("{}", rows.first) : fmt::format("{}-{}", rows.first, last);
  if (stage.iterations == 1) return range;
  return fmt::format("{} (+{}) x{}", range, rows.advance, stage.iterations);
}

/// A step's own columns.
Line line_of(const ir::Graph& graph, const Stage& stage, const Step& step) {
  Line line;
  if (step.input != ir::no_tensor) {
    line[layer] = graph.tensor(step.input).name;
    line[op] = "input";
    line[kernel] = "from the caller";
  } else {
    const ir::Op& operation = graph.ops[static_cast<std::size_t>(step.op)];
    line[layer] = graph.name_of(operation);
    line[op] = ir::name_of(operation.kind);
    line[kernel] = step.kernel.kernel;
  }
  line[rows] = text_of(stage, step.rows);
  return line;
}

std::vector<Line> lines_of(const ir::Graph& graph, const Plan& plan) {
  const std::vector<std::int64_t> bytes = live_bytes(plan);
  const int peak = peak_of(plan).stage;
  std::vector<Line> lines{{"stage", "layer", "op", "kernel", "rows", "live bytes", ""}};
  for (std::size_t s = 0; s < plan.stages.size(); ++s)
    for (const Step& step : plan.stages[s].steps) {
      Line line = line_of(graph, plan.stages[s], step);
      line[stage] = std::to_string(s);
      line[live] = std::to_string(bytes[s]);
      if (static_cast<int>(s) == peak) line[mark] = "<- peak";
      lines.push_back(std::move(line));
    }
  return lines;
}

/// Long layer names keep both ends: the block's number is near the front, what it does at the back.
std::string shortened(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  const std::size_t front = width / 2 - 3;
  const std::size_t back = width - 3 - front;
  return text.substr(0, front) + "..." + text.substr(text.size() - back);
}

std::string table_of(std::vector<Line> lines) {
  constexpr std::size_t widest_layer = 48;
  std::array<std::size_t, columns> width{};
  for (Line& line : lines) {
    line[layer] = shortened(line[layer], widest_layer);
    for (std::size_t c = 0; c < columns; ++c) width[c] = std::max(width[c], line[c].size());
  }
  std::string table;
  for (const Line& line : lines) {
    std::string row;
    for (std::size_t c = 0; c < columns; ++c)
      row += c == stage || c == live ? fmt::format("{:>{}}  ", line[c], width[c])
                                     : fmt::format("{:<{}}  ", line[c], width[c]);
    row.erase(row.find_last_not_of(' ') + 1);
    table += row + "\n";
  }
  return table;
}

}  // namespace

std::string text_of(const ir::Graph& graph, const Plan& plan) {
  std::string text = table_of(lines_of(graph, plan));
  text += fmt::format("arena {}; most live at {}\n", arena_text(plan), describe_peak(graph, plan));
  return text;
}

}  // namespace thimble::plan
