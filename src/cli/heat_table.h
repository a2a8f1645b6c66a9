// cli/heat_table.h
#pragma once

#include <string>
#include <vector>

namespace thimble::cli {

/// A table whose cells are coloured by their values, from light to dark.
struct HeatTable {
  std::string title;
  std::string column_label, row_label;
  std::vector<std::string> columns, rows;
  std::vector<std::vector<double>> values;      ///< By row, then by column; 0: nothing to show.
  std::vector<std::vector<std::string>> texts;  ///< What the cells say, likewise.
  std::vector<std::vector<std::string>> notes;  ///< A second, smaller line in each cell; may be empty.
};

/// Tables side by side, as a stand-alone SVG 1.1 file.
std::string svg_of(const std::vector<HeatTable>& tables, const std::string& title, const std::string& footer);

}  // namespace thimble::cli
