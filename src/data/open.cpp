#include "data/open.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/suggest.h"
#include "data/idx.h"
#include "data/image_folder.h"
#include "data/known.h"
#include "data/mapped_file.h"
#include "data/records.h"
#include "data/tar.h"

namespace thimble::data {

namespace fs = std::filesystem;

namespace {

/// Where a user puts datasets that have no package.
fs::path own_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0') {
    return fs::path(cache) / "thimble" / "datasets";
  }
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : ".") / ".cache" / "thimble" / "datasets";
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::vector<fs::path> tar_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".tar") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The folder below which a dataset's files are: archives unpack into a folder of their own, packages into data/.
std::vector<fs::path> places_in(const fs::path& folder) {
  std::vector<fs::path> places{folder};
  for (const char* inner : {"data", "cifar-10-batches-bin", "cifar-100-binary"}) {
    if (is_folder(folder / inner)) places.push_back(folder / inner);
  }
  return places;
}

bool holds_samples(const fs::path& folder) {
  for (const fs::path& place : places_in(folder)) {
    if (!idx_image_files(place).empty() || !cifar_batch_files(place).empty() || !tar_files(place).empty()) return true;
  }
  return holds_pictures(folder);
}

std::optional<fs::path> find_folder(std::string_view name) {
  if (name.empty() || name.find('/') != std::string_view::npos || name.starts_with('.')) return std::nullopt;
  for (const fs::path& root : dataset_search_path()) {
    if (is_folder(root / name) && holds_samples(root / name)) return root / name;
  }
  return std::nullopt;
}

std::optional<fs::path> find_source(const KnownSource& source) {
  for (const std::string_view folder : source.folders) {
    if (const std::optional<fs::path> found = find_folder(folder)) return found;
  }
  return std::nullopt;
}

std::string how_to_get(const KnownSource& source) {
  const std::string folder = (own_folder() / source.name).string();
  return fmt::format(fmt::runtime(source.how_to_get), folder);
}

SampleTable read_folder(const fs::path& folder, const std::string& name, const DatasetOptions& options,
                        std::vector<std::string> class_names) {
  for (const fs::path& place : places_in(folder)) {
    if (const auto files = idx_image_files(place); !files.empty()) return read_idx(files, name, std::move(class_names));
    if (const auto files = cifar_batch_files(place); !files.empty()) return read_records(files, name);
    if (const auto files = tar_files(place); !files.empty()) return read_image_tars(files, name, options.image);
  }
  if (holds_pictures(folder)) return read_image_folder(folder, name, options.image);
  throw Error(fmt::format("{}: holds no dataset", folder.string()),
              "a dataset is idx files, CIFAR batch files, tar files of pictures, or pictures in class folders");
}

SampleTable read_files(const std::vector<fs::path>& files, const std::string& name, const DatasetOptions& options) {
  const bool are_tars = std::all_of(files.begin(), files.end(), [](const fs::path& file) {
    return is_tar(MappedFile(file).bytes()) || file.extension() == ".tar";
  });
  if (are_tars) return read_image_tars(files, name, options.image);
  if (std::all_of(files.begin(), files.end(), is_idx_file)) return read_idx(files, name);
  const fs::path extension = files[0].extension();
  if (extension == ".gz" || extension == ".tgz" || extension == ".zip" || extension == ".xz") {
    throw Error(fmt::format("{}: is compressed", files[0].string()),
                "unpack it first; an uncompressed .tar is read as it is");
  }
  return read_records(files, name, options.feature_values);
}

std::vector<fs::path> split_at_commas(const std::string& spec) {
  std::vector<fs::path> files;
  std::istringstream text(spec);
  for (std::string file; std::getline(text, file, ',');) files.emplace_back(file);
  return files;
}

[[noreturn]] void fail_unknown(const std::string& spec) {
  std::vector<std::string> names;
  for (const KnownSource& source : known_sources()) names.emplace_back(source.name);
  const std::string meant = nearest(spec, names);
  throw Error(fmt::format("{}: there is no such file or folder, and no dataset of that name", spec),
              meant.empty() ? "`thimble datasets` lists the known ones and where they are looked for"
                            : fmt::format("did you mean {}?", meant));
}

SampleTable read_table(const std::string& spec, const DatasetOptions& options) {
  for (const KnownSource& source : known_sources()) {
    if (spec != source.name) continue;
    const std::optional<fs::path> folder = find_source(source);
    if (!folder) throw Error(fmt::format("dataset {} is not on this machine", spec), how_to_get(source));
    return read_folder(*folder, spec, options, {source.class_names.begin(), source.class_names.end()});
  }
  std::error_code ignored;
  if (is_folder(spec)) return read_folder(spec, spec, options, {});
  if (fs::exists(spec, ignored)) return read_files({spec}, spec, options);
  if (spec.find(',') != std::string::npos) {
    const std::vector<fs::path> files = split_at_commas(spec);
    for (const fs::path& file : files) {
      if (!fs::is_regular_file(file, ignored)) fail("{}: is not a file", file.string());
    }
    return read_files(files, spec, options);
  }
  if (const std::optional<fs::path> folder = find_folder(spec)) return read_folder(*folder, spec, options, {});
  fail_unknown(spec);
}

}  // namespace

std::vector<fs::path> dataset_search_path() {
  std::vector<fs::path> folders;
  if (const char* list = std::getenv("THIMBLE_DATASETS")) {
    std::istringstream text(list);
    for (std::string folder; std::getline(text, folder, ':');) {
      if (!folder.empty()) folders.emplace_back(folder);
    }
  }
  folders.push_back(own_folder());
  folders.emplace_back("/usr/share/datasets");
  return folders;
}

std::vector<KnownDataset> known_datasets() {
  std::vector<KnownDataset> list;
  for (const KnownSource& source : known_sources()) {
    list.push_back({.name = std::string(source.name),
                    .what = std::string(source.what),
                    .how_to_get = how_to_get(source),
                    .found = find_source(source)});
  }
  return list;
}

DatasetSplits open_dataset(const std::string& spec, const DatasetOptions& options) {
  Dataset whole;
  try {
    whole = Dataset(fitted(read_table(spec, options), options.image));
  } catch (const fs::filesystem_error& error) {
    fail("{}: cannot be read: {}", error.path1().string(), error.code().message());
  }
  if (whole.empty()) fail("{}: holds no samples", spec);
  DatasetSplits splits = options.split ? split_by_ratio(whole, *options.split, options.seed) : published_splits(whole);
  return hold_out_validation(std::move(splits), options.validation, options.seed);
}

}  // namespace thimble::data
