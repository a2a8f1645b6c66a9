#include "cli/cdf_plot.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "cli/svg.h"

namespace thimble::cli {

namespace {

constexpr double width = 900, height = 460;
constexpr double left = 66, right = 230, top = 44, bottom = 56;
constexpr std::array colors = {"#c0392b", "#1f6fb4", "#2e8b57", "#8e44ad", "#d98b1e", "#16a0a0", "#7f6a52", "#555555"};

struct Axes {
  double most_x = 1;

  double x(double value) const { return left + value / most_x * (width - left - right); }
  double y(double share) const { return height - bottom - share * (height - top - bottom); }
};

Axes axes_of(const CdfPlot& plot) {
  double most = 0;
  for (const auto* curves : {&plot.curves, &plot.background})
    for (const CdfCurve& curve : *curves)
      if (!curve.values.empty()) most = std::max(most, curve.values.back());
  if (most <= 0) most = 1;
  const double step = svg::tick_step(most);
  return {std::ceil(most / step) * step};
}

std::string grid(const Axes& axes) {
  std::string drawing;
  const double step = svg::tick_step(axes.most_x);
  for (int i = 0; i * step <= axes.most_x * 1.001; ++i) {
    const double x = axes.x(i * step);
    drawing += svg::line(x, axes.y(0), x, axes.y(1), svg::grid_color);
    drawing += svg::text(x, height - bottom + 18, "middle", fmt::format("{:g}", i * step));
  }
  for (int percent = 0; percent <= 100; percent += 20) {
    const double y = axes.y(percent / 100.0);
    drawing += svg::line(left, y, width - right, y, svg::grid_color);
    drawing += svg::text(left - 8, y + 4, "end", fmt::format("{} %", percent));
  }
  return drawing;
}

/// A curve of at most a hundred points.
std::string drawn(const CdfCurve& curve, const Axes& axes, const char* color, double thickness) {
  if (curve.values.empty()) return {};
  constexpr std::size_t points = 100;
  std::string path = fmt::format("M{:.1f} {:.1f}", axes.x(curve.values.front()), axes.y(0));
  const std::size_t last = curve.values.size() - 1;
  for (std::size_t i = 0; i <= points; ++i) {
    const double share = static_cast<double>(i) / points;
    const auto at = static_cast<std::size_t>(std::lround(share * static_cast<double>(last)));
    path += fmt::format("L{:.1f} {:.1f}", axes.x(curve.values[at]), axes.y(share));
  }
  return fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"/>\n",
                     path, color, thickness);
}

std::string legend_line(double y, const char* color, double thickness, const std::string& name) {
  return svg::line(width - right + 18, y - 4, width - right + 42, y - 4, color,
                   fmt::format("stroke-width=\"{}\"", thickness)) +
         svg::text(width - right + 50, y, "start", name);
}

}  // namespace

std::string svg_of(const CdfPlot& plot) {
  const Axes axes = axes_of(plot);
  std::string body = grid(axes);
  body += svg::text(left, 26, "start", plot.title, "font-size=\"15\"");
  body += svg::text((left + width - right) / 2, height - 14, "middle", plot.x_label);
  body += svg::vertical_text(18, (top + height - bottom) / 2, "middle", "networks with at most so many");
  for (const CdfCurve& curve : plot.background) body += drawn(curve, axes, "#d0d0d0", 1);
  double y = top + 14;
  for (std::size_t i = 0; i < plot.curves.size(); ++i) {
    const double thickness = i == 0 ? 3 : 1.8;
    body += drawn(plot.curves[i], axes, colors[i % colors.size()], thickness);
    body += legend_line(y, colors[i % colors.size()], thickness, plot.curves[i].name);
    y += 19;
  }
  if (!plot.background.empty()) body += legend_line(y, "#d0d0d0", 1.8, plot.background_name);
  return svg::document(width, height, body);
}

}  // namespace thimble::cli
