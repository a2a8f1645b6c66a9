#include "train/teacher.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/json.h"
#include "ir/netconfig_layers.h"
#include "train/trainer.h"

namespace thimble::train {

namespace {

/// Whether two normalizations do the same to pictures, but for what differs between two samples of one dataset.
bool are_alike(const data::Normalization& a, const data::Normalization& b) {
  constexpr float tolerance = 0.05F;
  if (a.mode != b.mode || a.mean.size() != b.mean.size() || a.std.size() != b.std.size()) return false;
  const auto are_near = [](float x, float y) { return std::abs(x - y) <= tolerance; };
  return std::ranges::equal(a.mean, b.mean, are_near) && std::ranges::equal(a.std, b.std, are_near);
}

}  // namespace

nn::Network read_teacher(const std::filesystem::path& folder, int classes, int channels,
                         const data::Normalization& normalization) {
  const ir::NetConfig config = ir::read_netconfig(folder / "arch.json");
  if (config.classes != classes || config.first_conv.in_channels != channels) {
    fail("teacher {}: has {} classes and {} input channels, but the network {} and {}", folder.string(), config.classes,
         config.first_conv.in_channels, classes, channels);
  }
  if (!are_alike(data::normalization_from_json(read_json(folder / "normalization.json")), normalization))
    fail("teacher {}: was trained with another --normalization", folder.string());
  const bool is_of_search = std::filesystem::exists(folder / "finish");
  return trained_network(config, (is_of_search ? folder / "finish" : folder) / "checkpoint.pt");
}

}  // namespace thimble::train
