#include "train/search_data.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "data/open.h"

namespace thimble::train {

data::DatasetSplits open_data(const SearchSettings& settings, int resolution, double validation) {
  data::DatasetOptions options;
  options.image.height = resolution;
  options.image.width = resolution;
  options.validation = validation;
  options.seed = settings.seed;
  return data::open_dataset(settings.dataset, options);
}

search::DesignSpace space_for_data(const SearchSettings& settings) {
  search::DesignSpace space = search::design_space(settings.space);
  const data::DatasetSplits splits = open_data(settings, 0, 0);
  const data::SampleShape& shape = splits.train.shape();
  space.classes = static_cast<int>(splits.train.class_names().size());
  space.input_channels = shape.channels;
  const int own = std::max(shape.height, shape.width);
  std::erase_if(space.resolutions, [&](int resolution) { return resolution > own; });
  if (space.resolutions.empty()) {
    throw Error(fmt::format("{}: its pictures of {} are smaller than the least resolution of the space {}",
                            settings.dataset, data::text_of(shape), space.name),
                "give a design space for small pictures: --space small");
  }
  return space;
}

SearchData search_data(const SearchSettings& settings, int resolution, double validation) {
  data::DatasetSplits splits = open_data(settings, resolution, validation);
  data::Normalization normalization = settings.normalization == "measured"
                                          ? data::measure_normalization(splits.train)
                                          : data::normalization_named(settings.normalization);
  return {std::move(splits), std::move(normalization)};
}

}  // namespace thimble::train
