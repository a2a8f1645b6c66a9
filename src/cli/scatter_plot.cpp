#include "cli/scatter_plot.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/core.h>

#include "cli/svg.h"

namespace thimble::cli {

namespace {

constexpr double width = 720, height = 460;
constexpr double left = 76, right = 20, top = 44, bottom = 56;

/// Where values lie on the page.
struct Axes {
  bool logarithmic_x = false;
  double least_x = 0, most_x = 1, most_y = 1;

  double x(double value) const {
    const auto position = [this](double v) { return logarithmic_x ? std::log10(v) : v; };
    const double share = (position(value) - position(least_x)) / (position(most_x) - position(least_x));
    return left + share * (width - left - right);
  }
  double y(double value) const { return height - bottom - value / most_y * (height - top - bottom); }
};

Axes axes_of(const ScatterPlot& plot) {
  Axes axes;
  axes.logarithmic_x = plot.logarithmic_x;
  double least = 0;
  double most = 0;
  double most_y = 0;
  for (const PlotSeries& series : plot.series) {
    for (const auto& [x, y] : series.points) {
      least = least == 0 ? x : std::min(least, x);
      most = std::max(most, x);
      most_y = std::max(most_y, y);
    }
  }
  if (most <= 0) least = most = 1;
  if (most_y <= 0) most_y = 1;
  if (plot.logarithmic_x) {
    axes.least_x = std::pow(10, std::floor(std::log10(least)));
    axes.most_x = std::pow(10, std::ceil(std::log10(most) + 1e-9));
  } else {
    axes.most_x = std::ceil(most / svg::tick_step(most)) * svg::tick_step(most);
  }
  axes.most_y = std::ceil(most_y / svg::tick_step(most_y)) * svg::tick_step(most_y);
  return axes;
}

/// 1500000 as "1.5M".
std::string short_number(double value) {
  if (value >= 1e6) return fmt::format("{:g}M", value / 1e6);
  if (value >= 1e3) return fmt::format("{:g}k", value / 1e3);
  return fmt::format("{:g}", value);
}

std::string grid(const Axes& axes) {
  std::string drawing;
  const auto at_x = [&](double value) {
    drawing += svg::line(axes.x(value), axes.y(0), axes.x(value), top, svg::grid_color);
    drawing += svg::text(axes.x(value), height - bottom + 18, "middle", short_number(value));
  };
  if (axes.logarithmic_x) {
    for (double value = axes.least_x; value <= axes.most_x * 1.001; value *= 10) at_x(value);
  } else {
    const double step = svg::tick_step(axes.most_x);
    for (int i = 0; i * step <= axes.most_x * 1.001; ++i) at_x(i * step);
  }
  const double step = svg::tick_step(axes.most_y);
  for (int i = 0; i * step <= axes.most_y * 1.001; ++i) {
    drawing += svg::line(left, axes.y(i * step), width - right, axes.y(i * step), svg::grid_color);
    drawing += svg::text(left - 8, axes.y(i * step) + 4, "end", short_number(i * step));
  }
  return drawing;
}

std::string drawn(const PlotSeries& series, const Axes& axes) {
  // A round dot is a line of no length with round ends: a tenth of the bytes of a circle.
  std::set<std::pair<int, int>> dots;
  for (const auto& [x, y] : series.points) {
    dots.emplace(static_cast<int>(std::lround(2 * axes.x(x))), static_cast<int>(std::lround(2 * axes.y(y))));
  }
  std::string drawing = fmt::format(
      "<path transform=\"scale(0.5)\" fill=\"none\" stroke=\"{}\" stroke-width=\"9\" stroke-linecap=\"round\" "
      "stroke-opacity=\"0.6\" d=\"",
      series.color);
  for (const auto& [x, y] : dots) drawing += fmt::format("M{} {}h0", x, y);
  drawing += "\"/>\n";
  if (axes.logarithmic_x || (series.slope == 0 && series.intercept == 0)) return drawing;
  double end = 0;
  for (const auto& [x, y] : series.points) end = std::max(end, x);
  const double start = std::max(0.0, -series.intercept / series.slope);
  return drawing + svg::line(axes.x(start), axes.y(series.slope * start + series.intercept), axes.x(end),
                             axes.y(series.slope * end + series.intercept), series.color);
}

std::string legend(const ScatterPlot& plot) {
  std::string drawing;
  double y = top + 16;
  for (const PlotSeries& series : plot.series) {
    drawing += svg::legend_entry(left + 14, y - 4, series.color, series.name);
    y += 17;
  }
  return drawing;
}

}  // namespace

std::string svg_of(const ScatterPlot& plot) {
  const Axes axes = axes_of(plot);
  std::string body =
      grid(axes) + svg::titles({width, height, left, right, top, bottom}, plot.title, plot.x_label, plot.y_label);
  for (const PlotSeries& series : plot.series) body += drawn(series, axes);
  return svg::document(width, height, body + legend(plot));
}

}  // namespace thimble::cli
