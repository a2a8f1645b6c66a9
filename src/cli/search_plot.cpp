#include "cli/search_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "cli/svg.h"

namespace thimble::cli {

namespace {

constexpr double width = 760, height = 460;
constexpr double left = 76, right = 20, top = 44, bottom = 56;

/// From one round number to another around the values.
struct Axis {
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  double step = 1;

  void include(double value) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
  void round() {
    if (most <= least) most = least + 1;
    step = svg::tick_step(most - least);
    least = std::floor(least / step) * step;
    most = std::ceil(most / step) * step;
  }
  double share(double value) const { return (value - least) / (most - least); }
  int ticks() const { return static_cast<int>(std::lround((most - least) / step)); }
};

struct Axes {
  Axis horizontal, vertical;

  double x(double value) const { return left + horizontal.share(value) * (width - left - right); }
  double y(double value) const { return height - bottom - vertical.share(value) * (height - top - bottom); }
};

Axes axes_of(const SearchPlot& plot) {
  Axes axes;
  for (const SearchSeries& series : plot.series) {
    for (const auto* points : {&series.dots, &series.line}) {
      for (const auto& [x, y] : *points) {
        axes.horizontal.include(x);
        axes.vertical.include(y);
      }
    }
    for (const auto& [low, high] : series.low_and_high) {
      axes.vertical.include(low);
      axes.vertical.include(high);
    }
  }
  axes.horizontal.round();
  axes.vertical.round();
  return axes;
}

std::string grid(const Axes& axes) {
  std::string drawing;
  for (int i = 0; i <= axes.horizontal.ticks(); ++i) {
    const double value = axes.horizontal.least + i * axes.horizontal.step;
    drawing += svg::line(axes.x(value), height - bottom, axes.x(value), top, svg::grid_color);
    drawing += svg::text(axes.x(value), height - bottom + 18, "middle", fmt::format("{:.6g}", value));
  }
  for (int i = 0; i <= axes.vertical.ticks(); ++i) {
    const double value = axes.vertical.least + i * axes.vertical.step;
    drawing += svg::line(left, axes.y(value), width - right, axes.y(value), svg::grid_color);
    drawing += svg::text(left - 8, axes.y(value) + 4, "end", fmt::format("{:.6g} %", value));
  }
  return drawing;
}

std::string band_of(const SearchSeries& series, const Axes& axes) {
  if (series.low_and_high.empty()) return {};
  std::string path = "M";
  const std::size_t count = series.low_and_high.size();
  for (std::size_t i = 0; i < count; ++i)
    path += fmt::format("{:.1f} {:.1f} ", axes.x(series.line[i].first), axes.y(series.low_and_high[i].first));
  for (std::size_t i = count; i-- > 0;)
    path += fmt::format("{:.1f} {:.1f} ", axes.x(series.line[i].first), axes.y(series.low_and_high[i].second));
  return fmt::format("<path d=\"{}Z\" fill=\"{}\" fill-opacity=\"0.18\"/>\n", path, series.color);
}

std::string drawn(const SearchSeries& series, const Axes& axes) {
  std::string drawing = band_of(series, axes);
  if (!series.line.empty()) {
    std::string path;
    for (const auto& [x, y] : series.line)
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", axes.x(x), axes.y(y));
    drawing += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n", path, series.color);
  }
  if (series.dots.empty()) return drawing;
  // A round dot is a line of no length with round ends: a tenth of the bytes of a circle.
  drawing += fmt::format(
      "<path fill=\"none\" stroke=\"{}\" stroke-width=\"{:g}\" stroke-linecap=\"round\" stroke-opacity=\"0.8\" d=\"",
      series.color, 2 * series.radius);
  for (const auto& [x, y] : series.dots) drawing += fmt::format("M{:.1f} {:.1f}h0", axes.x(x), axes.y(y));
  return drawing + "\"/>\n";
}

/// At the lower right, where plots of what can be reached have nothing.
std::string legend(const SearchPlot& plot) {
  double widest = 0;
  std::vector<const SearchSeries*> named;
  for (const SearchSeries& series : plot.series) {
    if (series.name.empty()) continue;
    named.push_back(&series);
    widest = std::max(widest, svg::width_of(series.name, 12));
  }
  const double x = width - right - 34 - widest;
  double y = height - bottom - 12 - 17 * static_cast<double>(named.size() - (named.empty() ? 0 : 1));
  std::string drawing = svg::rectangle(x - 10, y - 16, widest + 34, 17 * static_cast<double>(named.size()) + 8,
                                       "fill=\"#ffffff\" fill-opacity=\"0.85\"");
  for (const SearchSeries* series : named) {
    drawing += svg::legend_entry(x, y - 4, series->color, series->name);
    y += 17;
  }
  return drawing;
}

}  // namespace

std::string svg_of(const SearchPlot& plot) {
  const Axes axes = axes_of(plot);
  std::string body =
      grid(axes) + svg::titles({width, height, left, right, top, bottom}, plot.title, plot.x_label, plot.y_label);
  for (const SearchSeries& series : plot.series) body += drawn(series, axes);
  return svg::document(width, height, body + legend(plot));
}

}  // namespace thimble::cli
