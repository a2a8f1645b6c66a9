// train/search_data.h
#pragma once

#include <filesystem>

#include "data/dataset.h"
#include "data/normalization.h"
#include "search/design_space.h"
#include "train/search_settings.h"

namespace thimble::train {

/// The dataset as pictures of this size (0: their own), with this share of the training part held back.
data::DatasetSplits open_data(const SearchSettings& settings, int resolution, double validation);

/// The design space for this dataset: its classes and channels, and no resolution above its pictures'.
/// @throws Error if the pictures are smaller than the space's least resolution.
search::DesignSpace space_for_data(const SearchSettings& settings);

/// What the networks of a search are trained and measured with.
struct SearchData {
  data::DatasetSplits splits;  ///< `val` is held back; the test part has no say in the search.
  data::Normalization normalization;
};
SearchData search_data(const SearchSettings& settings, int resolution, double validation);

}  // namespace thimble::train
