#include "data/image_folder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "data/mapped_file.h"
#include "data/part_names.h"
#include "data/tar.h"

namespace thimble::data {

namespace fs = std::filesystem;

namespace {

/// A picture before it is decoded: where it is and what its path says.
struct Entry {
  std::string shown;  ///< For messages.
  std::string class_name;
  std::optional<Part> part;
  fs::path file;                       ///< A file of its own, or empty:
  std::span<const std::byte> content;  ///< part of an archive.
};

bool has_picture_name(const fs::path& path) {
  static constexpr std::array extensions{".jpg", ".jpeg", ".png", ".bmp", ".pgm", ".ppm"};
  if (path.filename().string().starts_with('.')) return false;
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

bool is_number(const std::string& text) {
  return !text.empty() && text.size() <= 6 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Class and part of a picture from its path below the dataset's root; no class if the path names none.
Entry entry_of(const fs::path& relative) {
  Entry entry;
  std::vector<std::string> folders;
  for (const fs::path& piece : relative.parent_path()) {
    if (piece != "." && !piece.empty()) folders.push_back(piece.string());
  }
  if (folders.empty()) {
    const std::string file = relative.filename().string();
    const std::string label = file.substr(0, file.find('_'));
    if (is_number(label) && label.size() < file.size()) entry.class_name = std::to_string(std::stoi(label));
    return entry;
  }
  entry.class_name = folders.back();
  for (std::size_t i = 0; i + 1 < folders.size(); ++i) {
    if (const std::optional<Part> part = part_of_folder(folders[i])) entry.part = part;
  }
  return entry;
}

/// Class names in label order. Numbers label themselves, so that a label without a picture keeps its place.
std::vector<std::string> class_names_of(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.class_name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (!std::all_of(names.begin(), names.end(), is_number)) return names;
  std::sort(names.begin(), names.end(),
            [](const std::string& a, const std::string& b) { return std::stoi(a) < std::stoi(b); });
  const bool are_labels =
      std::stoi(names.back()) < 10'000 &&
      std::all_of(names.begin(), names.end(), [](const std::string& n) { return n == std::to_string(std::stoi(n)); });
  if (!are_labels) return names;
  const int most = std::stoi(names.back());
  names.clear();
  for (int label = 0; label <= most; ++label) names.push_back(std::to_string(label));
  return names;
}

Image decode_entry(const Entry& entry, const ImageOptions& options) {
  if (entry.file.empty()) return fitted(decode_image(entry.content, entry.shown), options);
  return fitted(decode_image(MappedFile(entry.file).bytes(), entry.shown), options);
}

std::vector<Image> decode_all(const std::vector<Entry>& entries, const std::string& name, const ImageOptions& options) {
  std::vector<Image> images(entries.size());
  Progress progress(fmt::format("reading {}", name), static_cast<std::int64_t>(entries.size()));
  std::mutex mutex;
  constexpr std::size_t chunk = 256;
  parallel_for((entries.size() + chunk - 1) / chunk, available_threads(), [&](std::size_t c) {
    const std::size_t last = std::min(entries.size(), (c + 1) * chunk);
    for (std::size_t i = c * chunk; i < last; ++i) images[i] = decode_entry(entries[i], options);
    const std::lock_guard lock(mutex);
    progress.advance(static_cast<std::int64_t>(last - c * chunk));
  });
  return images;
}

/// Puts decoded pictures into one dense array: all of one size, all grey or all colour.
void pack(std::vector<Image> images, const std::vector<Entry>& entries, SampleTable& table) {
  table.shape = images[0].shape;
  for (const Image& image : images) table.shape.channels = std::max(table.shape.channels, image.shape.channels);
  const std::size_t stride = table.shape.values();
  table.values.resize(images.size() * stride);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Image image = with_channels(std::move(images[i]), table.shape.channels);
    if (image.shape != table.shape) {
      throw Error(fmt::format("{}: is {}x{}, but {} is {}x{}", entries[i].shown, image.shape.height, image.shape.width,
                              entries[0].shown, table.shape.height, table.shape.width),
                  "give a resolution: pictures of different sizes are scaled to it");
    }
    std::memcpy(table.values.data() + i * stride, image.pixels.data(), stride);
  }
}

SampleTable read_entries(const std::vector<Entry>& entries, const std::string& name, const ImageOptions& options) {
  for (const Entry& entry : entries) {
    if (!entry.class_name.empty()) continue;
    throw Error(fmt::format("{}: is in no class", entry.shown),
                "pictures belong in a folder named after their class, or have names like 3_cat.jpg");
  }
  SampleTable table;
  table.name = name;
  table.class_names = class_names_of(entries);
  std::map<std::string, int> labels;
  for (std::size_t i = 0; i < table.class_names.size(); ++i) labels[table.class_names[i]] = static_cast<int>(i);
  for (const Entry& entry : entries) table.labels.push_back(labels.at(entry.class_name));
  if (std::all_of(entries.begin(), entries.end(), [](const Entry& entry) { return entry.part.has_value(); })) {
    for (const Entry& entry : entries) table.parts.push_back(*entry.part);
  }
  pack(decode_all(entries, name, options), entries, table);
  return table;
}

}  // namespace

bool holds_pictures(const fs::path& folder) {
  const fs::recursive_directory_iterator files(
      folder, fs::directory_options::skip_permission_denied | fs::directory_options::follow_directory_symlink);
  return std::any_of(begin(files), end(files),
                     [](const fs::directory_entry& file) { return has_picture_name(file.path()); });
}

SampleTable read_image_folder(const fs::path& folder, const std::string& name, const ImageOptions& options) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& file :
       fs::recursive_directory_iterator(folder, fs::directory_options::follow_directory_symlink)) {
    if (has_picture_name(file.path())) files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) fail("{}: holds no pictures", folder.string());
  std::vector<Entry> entries;
  for (const fs::path& file : files) {
    entries.push_back(entry_of(file.lexically_relative(folder)));
    entries.back().file = file;
    entries.back().shown = file.string();
  }
  return read_entries(entries, name, options);
}

SampleTable read_image_tars(const std::vector<fs::path>& archives, const std::string& name,
                            const ImageOptions& options) {
  std::vector<std::unique_ptr<MappedFile>> mapped;
  std::vector<Entry> entries;
  const bool names_say_parts =
      archives.size() > 1 && std::all_of(archives.begin(), archives.end(), [](const fs::path& a) {
        return part_of_file(a.filename().string()).has_value();
      });
  for (const fs::path& archive : archives) {
    mapped.push_back(std::make_unique<MappedFile>(archive));
    for (const TarMember& member : list_tar(mapped.back()->bytes(), archive.string())) {
      if (!has_picture_name(member.name)) continue;
      entries.push_back(entry_of(member.name));
      entries.back().content = member.content;
      entries.back().shown = archive.string() + ": " + member.name;
      if (!entries.back().part && names_say_parts) entries.back().part = part_of_file(archive.filename().string());
    }
  }
  if (entries.empty()) fail("{}: holds no pictures", name);
  return read_entries(entries, name, options);
}

}  // namespace thimble::data
