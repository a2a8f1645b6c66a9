#include "data/idx.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "data/gzip.h"
#include "data/part_names.h"

namespace thimble::data {

namespace fs = std::filesystem;

namespace {

struct IdxFile {
  std::vector<std::size_t> dimensions;
  std::vector<std::byte> content;
  std::size_t header = 0;
  std::span<const std::byte> values() const { return std::span(content).subspan(header); }
};

std::size_t big_endian(const std::vector<std::byte>& bytes, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | std::to_integer<std::size_t>(bytes[i]);
  return value;
}

IdxFile read_idx_file(const fs::path& file) {
  IdxFile idx{.dimensions = {}, .content = read_maybe_gzip(file)};
  const std::vector<std::byte>& bytes = idx.content;
  if (bytes.size() < 4 || bytes[0] != std::byte{0} || bytes[1] != std::byte{0} || bytes[2] != std::byte{8}) {
    fail("{}: is not an idx file of bytes (it must begin with 00 00 08)", file.string());
  }
  const auto rank = std::to_integer<std::size_t>(bytes[3]);
  idx.header = 4 + 4 * rank;
  if (rank == 0 || rank > 4 || bytes.size() < idx.header) fail("{}: has a damaged idx header", file.string());
  std::size_t expected = 1;
  for (std::size_t d = 0; d < rank; ++d) {
    idx.dimensions.push_back(big_endian(bytes, 4 + 4 * d));
    if (idx.dimensions[d] != 0 && expected > (std::size_t{1} << 40) / idx.dimensions[d]) {
      fail("{}: has a damaged idx header", file.string());
    }
    expected *= idx.dimensions[d];
  }
  if (idx.values().size() != expected) {
    fail("{}: has {} bytes of values, its header says {}: it is truncated or damaged", file.string(),
         idx.values().size(), expected);
  }
  return idx;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// The label file of an image file, with or without .gz.
std::optional<fs::path> label_file_of(const fs::path& image_file) {
  const std::string stem = replaced(image_file.filename().string(), ".gz", "");
  if (stem.find("images") == std::string::npos) return std::nullopt;
  std::string labels = replaced(replaced(stem, "images", "labels"), "idx3", "idx1");
  labels = replaced(labels, "idx4", "idx1");
  for (const std::string& candidate : {labels, labels + ".gz"}) {
    if (fs::exists(image_file.parent_path() / candidate)) return image_file.parent_path() / candidate;
  }
  return std::nullopt;
}

SampleShape shape_of(const IdxFile& images, const fs::path& file) {
  const std::vector<std::size_t>& d = images.dimensions;
  const std::size_t channels = d.size() == 4 ? d[3] : 1;
  constexpr std::size_t most = 1 << 14;
  if (d.size() < 3 || d[1] == 0 || d[2] == 0 || channels == 0 || std::max({d[1], d[2], channels}) > most) {
    fail("{}: holds no pictures (samples x height x width)", file.string());
  }
  return {.height = static_cast<int>(d[1]), .width = static_cast<int>(d[2]), .channels = static_cast<int>(channels)};
}

void append_pair(const fs::path& image_file, SampleTable& table) {
  const std::optional<fs::path> label_file = label_file_of(image_file);
  if (!label_file) {
    throw Error(fmt::format("{}: there is no file of labels beside it", image_file.string()),
                "train-images-idx3-ubyte needs train-labels-idx1-ubyte, raw or .gz");
  }
  const IdxFile images = read_idx_file(image_file);
  const IdxFile labels = read_idx_file(*label_file);
  const SampleShape shape = shape_of(images, image_file);
  if (labels.dimensions.size() != 1 || labels.dimensions[0] != images.dimensions[0]) {
    fail("{}: has {} labels for the {} pictures of {}", label_file->string(), labels.dimensions[0],
         images.dimensions[0], image_file.filename().string());
  }
  if (!table.labels.empty() && shape != table.shape) {
    fail("{}: pictures are {}, those before {}", image_file.string(), text_of(shape), text_of(table.shape));
  }
  const std::size_t first = table.labels.size();
  table.shape = shape;
  table.values.insert(table.values.end(), images.values().begin(), images.values().end());
  for (const std::byte label : labels.values()) table.labels.push_back(std::to_integer<int>(label));
  mark_part(table, first, image_file.filename().string());
}

}  // namespace

std::vector<fs::path> idx_image_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool is_idx = name.find("idx3") != std::string::npos || name.find("idx4") != std::string::npos;
    if (!is_idx || !label_file_of(entry.path())) continue;
    // Where both the raw file and its .gz are there, the raw one is quicker.
    if (entry.path().extension() == ".gz" && fs::exists(folder / entry.path().stem())) continue;
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_idx_file(const fs::path& file) { return label_file_of(file).has_value(); }

SampleTable read_idx(const std::vector<fs::path>& image_files, const std::string& name,
                     std::vector<std::string> class_names) {
  SampleTable table;
  table.name = name;
  table.class_names = std::move(class_names);
  for (const fs::path& file : image_files) append_pair(file, table);
  // One file alone, or one whose name says nothing, is an undivided source.
  if (image_files.size() < 2 || table.parts.size() != table.labels.size()) table.parts.clear();
  if (table.class_names.empty() && !table.labels.empty()) {
    const int most = *std::max_element(table.labels.begin(), table.labels.end());
    for (int label = 0; label <= most; ++label) table.class_names.push_back(std::to_string(label));
  }
  return table;
}

}  // namespace thimble::data
