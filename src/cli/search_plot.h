// cli/search_plot.h
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace thimble::cli {

/// Something that has accuracies. Everything is in plot units; y in percent.
struct SearchSeries {
  using Points = std::vector<std::pair<double, double>>;

  std::string name;   ///< For the legend; empty: none.
  std::string color;  ///< "#1f6fb4"
  Points dots;
  double radius = 4;
  Points line;                                          ///< Joined from left to right.
  std::vector<std::pair<double, double>> low_and_high;  ///< A band around `line`, at its x; empty: none.
};

struct SearchPlot {
  std::string title;
  std::string x_label, y_label;
  std::vector<SearchSeries> series;  ///< The last one on top.
};

/// The plot as a stand-alone SVG 1.1 file. Axes begin where the values do: accuracies differ by little.
std::string svg_of(const SearchPlot& plot);

}  // namespace thimble::cli
