#include "cli/space_pictures.h"

#include <fmt/format.h>

#include "cli/cdf_plot.h"
#include "cli/heat_table.h"

namespace thimble::cli {

namespace {

constexpr std::size_t named_curves = 6;

CdfCurve curve_of(const search::SpaceRank& rank) {
  CdfCurve curve{fmt::format("{}: mean {:.1f} M", name_of(rank), rank.mean_macs / 1e6), {}};
  for (const double macs : rank.macs) curve.values.push_back(macs / 1e6);
  return curve;
}

std::string memory_text(std::int64_t bytes) {
  return bytes >= 1 << 20 ? fmt::format("{:g} MB", static_cast<double>(bytes) / (1 << 20))
                          : fmt::format("{:g} kB", static_cast<double>(bytes) / 1024);
}

}  // namespace

std::string name_of(const search::SpaceRank& rank) { return fmt::format("{} x {:g}", rank.resolution, rank.width); }

std::string picture_of(const std::vector<search::SpaceRank>& ranks, const std::string& what) {
  CdfPlot plot;
  plot.title = "MACs of the networks that fit: " + what;
  plot.x_label = "millions of MACs";
  for (const search::SpaceRank& rank : ranks) {
    if (rank.is_rare) continue;
    (plot.curves.size() < named_curves ? plot.curves : plot.background).push_back(curve_of(rank));
  }
  plot.background_name = fmt::format("{} other spaces", plot.background.size());
  return svg_of(plot);
}

std::string picture_of(const std::vector<std::vector<search::BestSpace>>& best, const std::string& what) {
  HeatTable resolutions;
  resolutions.title = "best resolution";
  resolutions.column_label = "flash";
  resolutions.row_label = "SRAM";
  for (const search::BestSpace& cell : best.front()) resolutions.columns.push_back(memory_text(cell.flash_bytes));
  for (const auto& row : best) resolutions.rows.push_back(memory_text(row.front().sram_bytes));
  HeatTable widths = resolutions;
  widths.title = "best width";
  for (const auto& row : best) {
    for (HeatTable* table : {&resolutions, &widths}) {
      table->values.emplace_back();
      table->texts.emplace_back();
      table->notes.emplace_back();
    }
    for (const search::BestSpace& cell : row) {
      const bool is_none = cell.resolution == 0;
      resolutions.values.back().push_back(cell.resolution);
      resolutions.texts.back().push_back(is_none ? "-" : fmt::format("{}", cell.resolution));
      widths.values.back().push_back(cell.width);
      widths.texts.back().push_back(is_none ? "-" : fmt::format("{:g}", cell.width));
      for (HeatTable* table : {&resolutions, &widths})
        table->notes.back().push_back(is_none ? "" : fmt::format("{:.0f} M MACs", cell.mean_macs / 1e6));
    }
  }
  return svg_of(
      {resolutions, widths}, "The best design space for a board's memories: " + what,
      "Of each space the mean MACs of the networks that fit; \"-\": in no space does one network in twenty fit.");
}

}  // namespace thimble::cli
