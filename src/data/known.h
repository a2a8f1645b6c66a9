// data/known.h
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace thimble::data {

/// What is fixed about a dataset that has a name.
struct KnownSource {
  std::string_view name;
  std::string_view what;
  /// Names of the folder on the search path, the first preferred.
  std::array<std::string_view, 3> folders;
  /// How to get it; "{}" stands for the folder to put it in.
  std::string_view how_to_get;
  /// Class names where the files carry none.
  std::span<const std::string_view> class_names;
};

std::span<const KnownSource> known_sources();

}  // namespace thimble::data
