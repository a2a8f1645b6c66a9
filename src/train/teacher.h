// train/teacher.h
#pragma once

#include <filesystem>

#include "data/normalization.h"
#include "nn/network.h"

namespace thimble::train {

/// The network of a finished training's or search's folder, for another one to learn from.
/// @throws Error if it tells other classes apart, or takes pictures of other channels or with another normalization:
/// what it says of them would be noise.
nn::Network read_teacher(const std::filesystem::path& folder, int classes, int channels,
                         const data::Normalization& normalization);

}  // namespace thimble::train
