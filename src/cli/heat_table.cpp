#include "cli/heat_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "cli/svg.h"

namespace thimble::cli {

namespace {

constexpr double cell_width = 78, cell_height = 40;
constexpr double left = 84, top = 92, gap = 44, bottom = 34, right = 24;

/// From a light to a dark blue.
std::string color_of(double share) {
  const auto mix = [share](double light, double dark) { return std::lround(light + share * (dark - light)); };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(232, 16), mix(241, 78), mix(250, 139));
}

struct Range {
  double least = 0, most = 0;

  double share(double value) const { return most > least ? (value - least) / (most - least) : 0.5; }
};

Range range_of(const HeatTable& table) {
  Range range{HUGE_VAL, -HUGE_VAL};
  for (const std::vector<double>& row : table.values)
    for (const double value : row) {
      if (value == 0) continue;
      range.least = std::min(range.least, value);
      range.most = std::max(range.most, value);
    }
  return range;
}

std::string cell(const HeatTable& table, std::size_t row, std::size_t column, double x, double y, const Range& range) {
  const double value = table.values[row][column];
  const double share = value == 0 ? 0 : range.share(value);
  const std::string fill = value == 0 ? "#f4f4f4" : color_of(share);
  const std::string ink = fmt::format("fill=\"{}\"", share > 0.5 ? "#ffffff" : "#222222");
  std::string drawing = svg::rectangle(x + 1, y + 1, cell_width - 2, cell_height - 2, fmt::format("fill=\"{}\"", fill));
  const std::string& note = table.notes[row][column];
  drawing += svg::text(x + cell_width / 2, y + (note.empty() ? 25 : 19), "middle", table.texts[row][column],
                       ink + " font-size=\"14\"");
  if (!note.empty()) drawing += svg::text(x + cell_width / 2, y + 33, "middle", note, ink + " font-size=\"10\"");
  return drawing;
}

std::string drawn(const HeatTable& table, double x) {
  const Range range = range_of(table);
  const double across = cell_width * static_cast<double>(table.columns.size());
  std::string drawing = svg::text(x + across / 2, top - 42, "middle", table.title, "font-size=\"14\"");
  drawing += svg::text(x + across / 2, top - 24, "middle", table.column_label, "fill=\"#555555\"");
  for (std::size_t column = 0; column < table.columns.size(); ++column)
    drawing +=
        svg::text(x + cell_width * (static_cast<double>(column) + 0.5), top - 7, "middle", table.columns[column]);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const double y = top + cell_height * static_cast<double>(row);
    drawing += svg::text(x - 8, y + cell_height / 2 + 4, "end", table.rows[row]);
    for (std::size_t column = 0; column < table.columns.size(); ++column)
      drawing += cell(table, row, column, x + cell_width * static_cast<double>(column), y, range);
  }
  const double middle = top + cell_height * static_cast<double>(table.rows.size()) / 2;
  return drawing + svg::vertical_text(x - 66, middle, "middle", table.row_label, "fill=\"#555555\"");
}

}  // namespace

std::string svg_of(const std::vector<HeatTable>& tables, const std::string& title, const std::string& footer) {
  std::string body;
  double x = left;
  double rows = 0;
  for (const HeatTable& table : tables) {
    body += drawn(table, x);
    x += cell_width * static_cast<double>(table.columns.size()) + gap + left;
    rows = std::max(rows, static_cast<double>(table.rows.size()));
  }
  const double width = x - gap - left + right;
  const double height = top + cell_height * rows + bottom;
  body += svg::text(18, 26, "start", title, "font-size=\"15\"");
  body += svg::text(18, height - 12, "start", footer, "fill=\"#555555\" font-size=\"11\"");
  return svg::document(width, height, body);
}

}  // namespace thimble::cli
