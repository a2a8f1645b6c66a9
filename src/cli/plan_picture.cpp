#include "cli/plan_picture.h"

#include <algorithm>

#include "cli/arena_map.h"
#include "cli/svg.h"

namespace thimble::cli {

namespace {

constexpr double right = 24, top = 78, map_height = 380, bars_height = 220, labels_height = 92, gap = 58;

}  // namespace

std::string svg_of(const ir::Graph& model, const plan::NetworkPlan& network, const std::vector<MemorySeries>& series,
                   const MemoryLimit& limit) {
  const std::size_t columns = std::max(network.plan.stages.size(), model.ops.size());
  const double width = std::clamp(15.0 * static_cast<double>(columns), 700.0, 2400.0);
  const double page_width = panel_left + width + right;
  const double bars_y = top + map_height + labels_height + gap;
  std::string body = svg::text(panel_left, 28, "start", model.name, "font-size=\"16\" font-weight=\"bold\"");
  body += svg::text(panel_left + width, 28, "end", "what lies where in the arena, stage by stage", "fill=\"#555555\"");
  body += arena_map(network.graph, network.plan, limit, top, width, map_height);
  body += svg::text(panel_left + width, bars_y - 38, "end", "memory while each layer runs", "fill=\"#555555\"");
  body += memory_bars(model, series, limit, bars_y, width, bars_height);
  return svg::document(page_width, bars_y + bars_height + labels_height, body);
}

}  // namespace thimble::cli
