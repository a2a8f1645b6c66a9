// data/open.h
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/image.h"

namespace thimble::data {

struct DatasetOptions {
  ImageOptions image{};
  /// Divides all samples anew; without it the published division holds.
  std::optional<SplitRatio> split{};
  /// Share of the training samples that become the validation part where the source has none.
  double validation = 0;
  std::uint64_t seed = 1;
  /// Values of a feature record, for record files that are not recognized (see records.h).
  int feature_values = 0;
};

/// Opens a dataset and reads it into memory. `spec` is one of
///   - a known name (`known_datasets`) or the name of a folder on the search path,
///   - a folder: idx files, CIFAR batch files, tar files of pictures, or pictures in class folders (in this order of
///     precedence, where a folder holds several),
///   - a file: a tar of pictures, idx images, CIFAR or feature records,
///   - several files of one kind, separated by commas; names with train, val, test in them make the parts.
/// @throws Error: not found (where to get it and where to put it), or damaged (which file, what is wrong).
DatasetSplits open_dataset(const std::string& spec, const DatasetOptions& options = {});

/// A dataset that can be opened by name.
struct KnownDataset {
  std::string name;
  std::string what;                            ///< "70,000 grey 28x28 pictures of clothes, 10 classes"
  std::string how_to_get;                      ///< What to install, or what to put where.
  std::optional<std::filesystem::path> found;  ///< Where it is.
};
std::vector<KnownDataset> known_datasets();

/// Folders in which names are looked up: those of $THIMBLE_DATASETS (separated by colons), thimble/datasets in the
/// user's cache folder ($XDG_CACHE_HOME, else ~/.cache), /usr/share/datasets (Debian's packages).
std::vector<std::filesystem::path> dataset_search_path();

}  // namespace thimble::data
