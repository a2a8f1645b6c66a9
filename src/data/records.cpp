#include "data/records.h"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "data/part_names.h"

namespace thimble::data {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t plane = 32 * 32;

struct Layout {
  std::string_view what;
  std::size_t label_bytes;  ///< The last of them is the label.
  std::size_t values;
  bool planar_picture;
  int classes;  ///< Labels are below; 256 if unknown.
  std::size_t record() const { return label_bytes + values; }
};

constexpr Layout cifar10{"CIFAR-10", 1, 3 * plane, true, 10};
constexpr Layout cifar100{"CIFAR-100", 2, 3 * plane, true, 100};
constexpr Layout keyword_features{"MLPerf Tiny keyword features", 1, 490, false, 12};

constexpr std::array cifar10_names{"airplane", "automobile", "bird",  "cat",  "deer",
                                   "dog",      "frog",       "horse", "ship", "truck"};
/// The order of labels in MLPerf Tiny's keyword-spotting set.
constexpr std::array keyword_names{"down",  "go",   "left", "no",  "off",       "on",
                                   "right", "stop", "up",   "yes", "_silence_", "_unknown_"};

bool fits(const Layout& layout, const std::vector<std::byte>& content) {
  if (content.empty() || content.size() % layout.record() != 0) return false;
  for (std::size_t at = 0; at < content.size(); at += layout.record()) {
    if (std::to_integer<int>(content[at + layout.label_bytes - 1]) >= layout.classes) return false;
    // CIFAR-100's first byte is one of 20 coarse labels.
    if (layout.label_bytes == 2 && std::to_integer<int>(content[at]) >= 20) return false;
  }
  return true;
}

Layout layout_of(const std::vector<std::byte>& content, const fs::path& file, int feature_values) {
  if (feature_values > 0) return {"feature records", 1, static_cast<std::size_t>(feature_values), false, 256};
  for (const Layout& layout : {cifar10, cifar100, keyword_features}) {
    if (fits(layout, content)) return layout;
  }
  throw Error(fmt::format("{}: {} bytes are no whole number of CIFAR-10 (3073 bytes), CIFAR-100 (3074) or keyword "
                          "feature (491) records with valid labels: it is truncated, damaged, or something else",
                          file.string(), content.size()),
              "for other feature records (label byte, then int8 values) say how many values a record has");
}

void append_values(std::span<const std::byte> values, bool planar_picture, std::vector<std::byte>& out) {
  if (!planar_picture) {
    out.insert(out.end(), values.begin(), values.end());
    return;
  }
  for (std::size_t pixel = 0; pixel < plane; ++pixel) {
    for (std::size_t channel = 0; channel < 3; ++channel) out.push_back(values[channel * plane + pixel]);
  }
}

void append_file(const fs::path& file, const std::vector<std::byte>& content, const Layout& layout,
                 SampleTable& table) {
  if (content.empty() || content.size() % layout.record() != 0) {
    fail("{}: {} bytes are no whole number of {} records of {} bytes: it is truncated or damaged", file.string(),
         content.size(), layout.what, layout.record());
  }
  const std::size_t first = table.labels.size();
  table.values.reserve(table.values.size() + content.size());
  for (std::size_t at = 0; at < content.size(); at += layout.record()) {
    const auto label = std::to_integer<int>(content[at + layout.label_bytes - 1]);
    if (label >= layout.classes) {
      fail("{}: record {} has label {}, {} has {} classes: it is damaged", file.string(), at / layout.record(), label,
           layout.what, layout.classes);
    }
    table.labels.push_back(label);
    append_values(std::span(content).subspan(at + layout.label_bytes, layout.values), layout.planar_picture,
                  table.values);
  }
  mark_part(table, first, file.filename().string());
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::istringstream text(read_text(file));
  for (std::string line; std::getline(text, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> class_names_of(const Layout& layout, const fs::path& folder, const std::vector<int>& labels) {
  const int most = labels.empty() ? -1 : *std::max_element(labels.begin(), labels.end());
  const fs::path meta = folder / (layout.label_bytes == 2 ? "fine_label_names.txt" : "batches.meta.txt");
  if (layout.planar_picture && fs::exists(meta)) {
    std::vector<std::string> names = lines_of(meta);
    if (static_cast<int>(names.size()) == layout.classes) return names;
  }
  if (layout.what == cifar10.what) return {cifar10_names.begin(), cifar10_names.end()};
  if (layout.what == keyword_features.what) return {keyword_names.begin(), keyword_names.end()};
  std::vector<std::string> numbers;
  const int count = layout.classes < 256 ? layout.classes : most + 1;
  for (int label = 0; label < count; ++label) numbers.push_back(std::to_string(label));
  return numbers;
}

}  // namespace

std::vector<fs::path> cifar_batch_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                           "data_batch_5.bin", "test_batch.bin"}) {
    if (fs::exists(folder / name)) files.push_back(folder / name);
  }
  if (files.empty() && fs::exists(folder / "train.bin") && fs::exists(folder / "test.bin")) {
    files = {folder / "train.bin", folder / "test.bin"};
  }
  return files;
}

SampleTable read_records(const std::vector<fs::path>& files, const std::string& name, int feature_values) {
  if (files.empty()) fail("{}: no files to read", name);
  SampleTable table;
  table.name = name;
  std::optional<Layout> layout;
  for (const fs::path& file : files) {
    const std::vector<std::byte> content = read_bytes(file);
    if (!layout) layout = layout_of(content, file, feature_values);
    append_file(file, content, *layout, table);
  }
  if (layout->planar_picture) {
    table.shape = {.height = 32, .width = 32, .channels = 3};
  } else {
    table.type = SampleType::int8;
    table.shape = {.height = 1, .width = 1, .channels = static_cast<int>(layout->values)};
  }
  if (files.size() < 2 || table.parts.size() != table.labels.size()) table.parts.clear();
  table.class_names = class_names_of(*layout, files[0].parent_path(), table.labels);
  return table;
}

}  // namespace thimble::data
