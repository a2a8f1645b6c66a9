// cli/picture_panel.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thimble::cli {

/// What the panels of a picture of memory have in common: columns of time or of layers over kilobytes of 1024 bytes.

/// A line across the panels: a board's SRAM.
struct MemoryLimit {
  std::string name;
  std::int64_t bytes = 0;  ///< 0: none.
};

inline constexpr double panel_left = 64;
inline constexpr double label_font = 10;

/// A panel: columns side by side over a range of kilobytes that begins at 0.
struct Panel {
  double y = 0, height = 0, width = 0;  ///< Of the area inside the axes; x begins at `panel_left`.
  int columns = 1;
  double most = 1;  ///< kB at the upper edge.

  double column() const { return width / columns; }
  double x(double position) const { return panel_left + position * column(); }
  double at(double kb) const { return y + height - kb / most * height; }
};

/// The lines and numbers of the vertical axis.
std::string kilobyte_grid(const Panel& panel);

/// Names below the columns, so many as there is room for; that of column `marked` in bold, -1: none.
std::string column_labels(const Panel& panel, const std::vector<std::string>& labels, int marked);

/// A dashed line with its name at the right end, above it.
std::string level(const Panel& panel, double kb, const std::string& name, const char* color);

/// kB at the upper edge of a panel in which `peak` is to be seen, and the limit if it is near.
double range_of(std::int64_t peak, const MemoryLimit& limit);

/// The limit's line; nothing where it lies beyond the panel.
std::string limit_level(const Panel& panel, const MemoryLimit& limit);

}  // namespace thimble::cli
