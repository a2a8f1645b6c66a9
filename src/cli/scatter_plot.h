// cli/scatter_plot.h
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace thimble::cli {

struct PlotSeries {
  std::string name;
  std::string color;  ///< "#1f77b4"
  std::vector<std::pair<double, double>> points;
  /// A straight line y = slope * x + intercept from 0 to the largest x; drawn unless both are 0. Linear axes only.
  double slope = 0, intercept = 0;
};

struct ScatterPlot {
  std::string title;
  std::string x_label, y_label;
  bool logarithmic_x = false;  ///< x > 0.
  std::vector<PlotSeries> series;
};

/// The plot as a stand-alone SVG 1.1 file. Text and axes are legible on light and dark pages: it paints its own
/// background.
std::string svg_of(const ScatterPlot& plot);

}  // namespace thimble::cli
