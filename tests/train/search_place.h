// A dataset on disk, a design space and settings for searches that take a second.
#pragma once

#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "base/files.h"
#include "synthetic.h"
#include "train/search_run.h"

namespace thimble::train::testing {

inline constexpr const char* tiny_space = R"({
  "name": "tiny", "description": "For tests", "resolutions": [8], "widths": [0.5, 1.0],
  "input_channels": 1, "classes": 2, "activation": "relu6",
  "stem": [{"layer": "conv", "channels": 8, "kernel": 3, "stride": 1}],
  "stages": [
    {"channels": 8, "stride": 1, "depths": [1, 2], "kernels": [3, 5], "expansions": [2, 3]},
    {"channels": 8, "stride": 2, "depths": [1, 2], "kernels": [3, 5], "expansions": [2, 3], "activation": "hard_swish"}
  ],
  "feature_mix": 16
})";

/// The stripes as a folder of pictures, train and test, and a design space for them.
class SearchPlace {
 public:
  SearchPlace() {
    const data::DatasetSplits splits = stripes(160, 40);
    write(splits.train, "train");
    write(splits.test, "test");
    write_text(folder_.path() / "tiny.json", tiny_space);
  }

  SearchSettings settings() const {
    SearchSettings settings;
    settings.dataset = path("data").string();
    settings.board = "stm32f412";
    settings.space = path("tiny.json").string();
    settings.flip = false;
    settings.minutes = 1;
    return settings;
  }
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

 private:
  void write(const data::Dataset& part, const std::string& name) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      const auto pixels = part.pixels(i);
      write_text(path("data") / name / part.class_names()[static_cast<std::size_t>(part.label(i))] /
                     fmt::format("{:03}.pgm", i),
                 "P5 8 8 255\n" + std::string(pixels.begin(), pixels.end()));
    }
  }
  TemporaryFolder folder_;
};

}  // namespace thimble::train::testing
