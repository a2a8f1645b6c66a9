#include "cli/scatter_plot.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/core.h>

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

/// A round step that divides `most` into about five: 1, 2 or 5 times a power of ten.
double tick_step(double most) {
  const double power = std::pow(10, std::floor(std::log10(most / 5)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= most / 5) return factor * power;
  }
  return 10 * power;
}

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
    axes.most_x = std::ceil(most / tick_step(most)) * tick_step(most);
  }
  axes.most_y = std::ceil(most_y / tick_step(most_y)) * tick_step(most_y);
  return axes;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, escaped(text));
}

std::string line(double x1, double y1, double x2, double y2, const std::string& stroke) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1, x2, y2,
                     stroke);
}

/// 1500000 as "1.5M".
std::string short_number(double value) {
  if (value >= 1e6) return fmt::format("{:g}M", value / 1e6);
  if (value >= 1e3) return fmt::format("{:g}k", value / 1e3);
  return fmt::format("{:g}", value);
}

std::string grid(const Axes& axes) {
  std::string svg;
  const auto at_x = [&](double value) {
    svg += line(axes.x(value), axes.y(0), axes.x(value), top, "#e4e4e4");
    svg += text_at(axes.x(value), height - bottom + 18, "middle", short_number(value));
  };
  if (axes.logarithmic_x) {
    for (double value = axes.least_x; value <= axes.most_x * 1.001; value *= 10) at_x(value);
  } else {
    const double step = tick_step(axes.most_x);
    for (int i = 0; i * step <= axes.most_x * 1.001; ++i) at_x(i * step);
  }
  const double step = tick_step(axes.most_y);
  for (int i = 0; i * step <= axes.most_y * 1.001; ++i) {
    svg += line(left, axes.y(i * step), width - right, axes.y(i * step), "#e4e4e4");
    svg += text_at(left - 8, axes.y(i * step) + 4, "end", short_number(i * step));
  }
  return svg;
}

std::string drawn(const PlotSeries& series, const Axes& axes) {
  // A round dot is a line of no length with round ends: a tenth of the bytes of a circle.
  std::set<std::pair<int, int>> dots;
  for (const auto& [x, y] : series.points) {
    dots.emplace(static_cast<int>(std::lround(2 * axes.x(x))), static_cast<int>(std::lround(2 * axes.y(y))));
  }
  std::string svg = fmt::format(
      "<path transform=\"scale(0.5)\" fill=\"none\" stroke=\"{}\" stroke-width=\"9\" stroke-linecap=\"round\" "
      "stroke-opacity=\"0.6\" d=\"",
      series.color);
  for (const auto& [x, y] : dots) svg += fmt::format("M{} {}h0", x, y);
  svg += "\"/>\n";
  if (axes.logarithmic_x || (series.slope == 0 && series.intercept == 0)) return svg;
  double end = 0;
  for (const auto& [x, y] : series.points) end = std::max(end, x);
  const double start = std::max(0.0, -series.intercept / series.slope);
  return svg + line(axes.x(start), axes.y(series.slope * start + series.intercept), axes.x(end),
                    axes.y(series.slope * end + series.intercept), series.color);
}

std::string legend(const ScatterPlot& plot) {
  std::string svg;
  double y = top + 16;
  for (const PlotSeries& series : plot.series) {
    svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"/>\n", left + 14, y - 4, series.color);
    svg += text_at(left + 24, y, "start", series.name);
    y += 17;
  }
  return svg;
}

}  // namespace

std::string svg_of(const ScatterPlot& plot) {
  const Axes axes = axes_of(plot);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
      width, height);
  svg += grid(axes);
  svg += fmt::format("<g font-size=\"15\">{}</g>\n", text_at(width / 2, 24, "middle", plot.title));
  svg += text_at((left + width - right) / 2, height - 14, "middle", plot.x_label);
  svg += fmt::format("<g transform=\"translate(18 {:.1f}) rotate(-90)\">{}</g>\n", (top + height - bottom) / 2,
                     text_at(0, 0, "middle", plot.y_label));
  for (const PlotSeries& series : plot.series) svg += drawn(series, axes);
  return svg + legend(plot) + "</svg>\n";
}

}  // namespace thimble::cli
