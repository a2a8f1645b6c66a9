#include "cli/picture_panel.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/sizes.h"
#include "cli/svg.h"

namespace thimble::cli {

std::string kilobyte_grid(const Panel& panel) {
  std::string body;
  const double step = svg::tick_step(panel.most);
  for (int i = 0; i * step <= panel.most * 1.0001; ++i) {
    body += svg::line(panel_left, panel.at(i * step), panel_left + panel.width, panel.at(i * step), svg::grid_color);
    body += svg::text(panel_left - 8, panel.at(i * step) + 4, "end", fmt::format("{:g}", i * step));
  }
  return body + svg::vertical_text(18, panel.y + panel.height / 2, "middle", "kB");
}

std::string column_labels(const Panel& panel, const std::vector<std::string>& labels, int marked) {
  std::string body;
  const int every = std::max(1, static_cast<int>(std::ceil((label_font + 2) / panel.column())));
  for (int i = 0; i < panel.columns; ++i) {
    const bool is_marked = i == marked;
    if (!is_marked && (i % every != 0 || (marked >= 0 && std::abs(i - marked) < every))) continue;
    body += svg::vertical_text(
        panel.x(i + 0.5) + 3.5, panel.y + panel.height + 9, "end", labels[static_cast<std::size_t>(i)],
        fmt::format("font-size=\"{}\"{}", label_font, is_marked ? " font-weight=\"bold\"" : " fill=\"#555555\""));
  }
  return body;
}

std::string level(const Panel& panel, double kb, const std::string& name, const char* color) {
  return svg::line(panel_left, panel.at(kb), panel_left + panel.width, panel.at(kb), color,
                   "stroke-dasharray=\"6 4\" stroke-width=\"1.4\"") +
         svg::text(panel_left + panel.width, panel.at(kb) - 5, "end", name, fmt::format("fill=\"{}\"", color));
}

double range_of(std::int64_t peak, const MemoryLimit& limit) {
  const double most = std::max(kilobytes(peak), 0.5);
  const double shown_limit = kilobytes(limit.bytes);
  return 1.08 * (shown_limit > 0 && shown_limit < 1.6 * most ? std::max(most, shown_limit) : most);
}

std::string limit_level(const Panel& panel, const MemoryLimit& limit) {
  const double kb = kilobytes(limit.bytes);
  return kb > 0 && kb <= panel.most ? level(panel, kb, limit.name, "#374151") : std::string();
}

}  // namespace thimble::cli
