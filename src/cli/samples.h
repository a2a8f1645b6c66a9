// cli/samples.h
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "data/dataset.h"
#include "data/normalization.h"
#include "ir/graph.h"

namespace thimble::cli {

/// Which samples a model is calibrated or measured with: the same options for every verb that takes data.
struct SampleOptions {
  std::string dataset;
  std::string split;  ///< "70/20/10": divide anew; empty: the published division.
  std::string fit = "stretch";
  std::string filter = "antialias";
  double crop = 1.0;
  std::string normalization;  ///< A name or a JSON file; empty: normalization.json beside the model, else "raw".
  std::int64_t limit = 0;     ///< 0: all.
  std::uint64_t seed = 1;

  void add_to(CLI::App& verb);

  /// The dataset as pictures of the size and channels that `input` wants.
  data::DatasetSplits open(const ir::Tensor& input) const;
  data::Normalization normalization_for(const std::filesystem::path& model) const;
};

/// The file in which the normalization of a network is recorded, beside its model and checkpoint.
inline constexpr const char* normalization_file = "normalization.json";

}  // namespace thimble::cli
