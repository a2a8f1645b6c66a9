// data/idx.h
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace thimble::data {

/// The idx format of MNIST and its descendants: a big-endian header (two zero bytes, element type 0x08 = uint8, number
/// of dimensions, each dimension as 32 bits), then the values. A set is a pair of files, "...images..." with 3 or 4
/// dimensions (samples x height x width [x channels]) and "...labels..." with one, raw or gzip.

/// Image files (raw or .gz) in a folder that have a label file beside them.
std::vector<std::filesystem::path> idx_image_files(const std::filesystem::path& folder);
bool is_idx_file(const std::filesystem::path& file);

/// Reads image files and the label files beside them. Files called "train..." and "t10k..." or "test..." become the
/// parts. Classes are named by their numbers if `class_names` is empty. @throws Error naming the file and the damage.
SampleTable read_idx(const std::vector<std::filesystem::path>& image_files, const std::string& name,
                     std::vector<std::string> class_names = {});

}  // namespace thimble::data
