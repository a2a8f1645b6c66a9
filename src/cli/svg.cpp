#include "cli/svg.h"

#include <cmath>

#include <fmt/core.h>

namespace thimble::cli::svg {

namespace {

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

}  // namespace

std::string document(double width, double height, const std::string& body) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"#ffffff\"/>\n"
      "{2}</svg>\n",
      width, height, body);
}

std::string text(double x, double y, const char* anchor, const std::string& text, const std::string& attributes) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}{}>{}</text>\n", x, y, anchor,
                     attributes.empty() ? "" : " ", attributes, escaped(text));
}

std::string vertical_text(double x, double y, const char* anchor, const std::string& text,
                          const std::string& attributes) {
  return fmt::format("<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" text-anchor=\"{}\"{}{}>{}</text>\n", x,
                     y, anchor, attributes.empty() ? "" : " ", attributes, escaped(text));
}

std::string line(double x1, double y1, double x2, double y2, const std::string& stroke, const std::string& attributes) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"{}{}/>\n", x1, y1, x2,
                     y2, stroke, attributes.empty() ? "" : " ", attributes);
}

std::string rectangle(double x, double y, double width, double height, const std::string& attributes,
                      const std::string& tooltip) {
  const std::string shape = fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" {}", x, y,
                                        width, height, attributes);
  if (tooltip.empty()) return shape + "/>\n";
  return fmt::format("{}><title>{}</title></rect>\n", shape, escaped(tooltip));
}

std::string titles(const PlotPage& page, const std::string& title, const std::string& x_label,
                   const std::string& y_label) {
  return text(page.width / 2, 24, "middle", title, "font-size=\"15\"") +
         text((page.left + page.width - page.right) / 2, page.height - 14, "middle", x_label) +
         vertical_text(18, (page.top + page.height - page.bottom) / 2, "middle", y_label);
}

std::string legend_entry(double x, double y, const std::string& color, const std::string& name) {
  return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"/>\n", x, y, color) +
         text(x + 10, y + 4, "start", name);
}

double width_of(const std::string& text, double font_size) {
  double ems = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) == 0x80U) continue;  // The rest of a UTF-8 character.
    const bool narrow = c == 'i' || c == 'l' || c == 'j' || c == 't' || c == 'f' || c == '.' || c == ',' || c == ' ' ||
                        c == '/' || c == ':' || c == '(' || c == ')';
    const bool wide = c == 'm' || c == 'w' || c == 'M' || c == 'W' || c == '_';
    ems += narrow ? 0.36 : wide ? 0.92 : 0.63;
  }
  return ems * font_size;
}

double tick_step(double most) {
  const double power = std::pow(10, std::floor(std::log10(most / 5)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= most / 5) return factor * power;
  }
  return 10 * power;
}

}  // namespace thimble::cli::svg
