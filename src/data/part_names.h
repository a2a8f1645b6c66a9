// data/part_names.h
#pragma once

#include <optional>
#include <string_view>

#include "data/dataset.h"

namespace thimble::data {

/// The part that the name of a folder means: "train" or "training", "val", "valid", "validation" or "dev", "test" or
/// "testing", in any case; none for other names.
std::optional<Part> part_of_folder(std::string_view name);

/// The part that the name of a file means: one that contains the word "test" or "t10k", "val", or "train" or "batch".
std::optional<Part> part_of_file(std::string_view name);

/// Marks the samples of `table` from `first` on with the part that `file` means, if every sample before is marked too.
void mark_part(SampleTable& table, std::size_t first, std::string_view file);

}  // namespace thimble::data
