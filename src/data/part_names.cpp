#include "data/part_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

namespace thimble::data {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

std::optional<Part> part_of_folder(std::string_view name) {
  using Name = std::pair<std::string_view, Part>;
  static constexpr std::array names{Name{"train", Part::train}, Name{"training", Part::train}, Name{"val", Part::val},
                                    Name{"valid", Part::val},   Name{"validation", Part::val}, Name{"dev", Part::val},
                                    Name{"test", Part::test},   Name{"testing", Part::test}};
  const std::string key = lower(name);
  const auto* const found = std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.first == key; });
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Part> part_of_file(std::string_view name) {
  const std::string key = lower(name);
  const auto has = [&](std::string_view word) { return key.find(word) != std::string::npos; };
  if (has("test") || has("t10k")) return Part::test;
  if (has("val")) return Part::val;
  if (has("train") || has("batch")) return Part::train;
  return std::nullopt;
}

void mark_part(SampleTable& table, std::size_t first, std::string_view file) {
  const std::optional<Part> part = part_of_file(file);
  if (part && table.parts.size() == first) table.parts.resize(table.labels.size(), *part);
}

}  // namespace thimble::data
