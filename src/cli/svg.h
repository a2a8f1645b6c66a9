// cli/svg.h
#pragma once

#include <string>

namespace thimble::cli::svg {

/// The few elements that our pictures are made of, as text. Coordinates are pixels, y downwards.

/// A stand-alone SVG 1.1 file. It paints its own white background, so that it is legible on light and dark pages.
std::string document(double width, double height, const std::string& body);

/// `anchor`: "start", "middle" or "end". `attributes` are added as they are.
std::string text(double x, double y, const char* anchor, const std::string& text, const std::string& attributes = {});
/// Reads from bottom to top; (x, y) is where the baseline begins, or ends, or has its middle.
std::string vertical_text(double x, double y, const char* anchor, const std::string& text,
                          const std::string& attributes = {});
std::string line(double x1, double y1, double x2, double y2, const std::string& stroke,
                 const std::string& attributes = {});
/// `tooltip` is shown where the pointer rests; empty: none.
std::string rectangle(double x, double y, double width, double height, const std::string& attributes,
                      const std::string& tooltip = {});

/// What a plot on a page of `width` x `height` says of itself: its title above, the names of its axes below and to the
/// left. `left` to `bottom` are the margins around what it draws.
struct PlotPage {
  double width, height;
  double left, right, top, bottom;
};
std::string titles(const PlotPage& page, const std::string& title, const std::string& x_label,
                   const std::string& y_label);

/// A dot of a legend and what it stands for; (x, y) is where the dot stands.
std::string legend_entry(double x, double y, const std::string& color, const std::string& name);

/// About how wide a text is in the sans-serif font of `document`.
double width_of(const std::string& text, double font_size);

/// A round step that divides `most` into about five: 1, 2 or 5 times a power of ten.
double tick_step(double most);

inline constexpr const char* grid_color = "#e4e4e4";

}  // namespace thimble::cli::svg
