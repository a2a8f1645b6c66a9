// import/tflite_parameters.h
#pragma once

#include <string_view>
#include <vector>

#include "import/tflite_layer.h"

namespace thimble::import {

/// A layer's options, where the file must have them.
template <typename Options>
const Options& required(const Layer& layer, const Options* options) {
  if (!options) layer.refuse("{} has no options", tflite::EnumNameBuiltinOperator(layer.code));
  return *options;
}

ir::Activation activation_of(const Layer& layer, tflite::ActivationFunctionType type);

/// The values of input `i`, which must be a constant of integers; `what` names them: axes, paddings, shapes.
std::vector<int> integers(const Layer& layer, std::size_t i, std::string_view what);

/// A dimension of `rank`, counted from the end where negative.
int axis_within(const Layer& layer, int axis, std::size_t rank);

/// The shape of the first input, which must be one image: [1,H,W,C].
const ir::Shape& image_shape(const Layer& layer);

}  // namespace thimble::import
