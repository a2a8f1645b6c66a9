// cli/cdf_plot.h
#pragma once

#include <string>
#include <vector>

namespace thimble::cli {

/// The distribution of a number over some things: which share of them has at most so much.
struct CdfCurve {
  std::string name;
  std::vector<double> values;  ///< Ascending.
};

struct CdfPlot {
  std::string title;
  std::string x_label;
  std::vector<CdfCurve> curves;      ///< Drawn in colours and named, the first one thickest. At most eight.
  std::vector<CdfCurve> background;  ///< Drawn in grey, without names.
  std::string background_name;       ///< For the legend.
};

/// The plot as a stand-alone SVG 1.1 file.
std::string svg_of(const CdfPlot& plot);

}  // namespace thimble::cli
