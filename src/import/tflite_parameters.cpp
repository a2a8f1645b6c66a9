#include "import/tflite_parameters.h"

#include <limits>

namespace thimble::import {

ir::Activation activation_of(const Layer& layer, tflite::ActivationFunctionType type) {
  switch (type) {
    case tflite::ActivationFunctionType::NONE:
      return ir::Activation::none;
    case tflite::ActivationFunctionType::RELU:
      return ir::Activation::relu;
    case tflite::ActivationFunctionType::RELU6:
      return ir::Activation::relu6;
    case tflite::ActivationFunctionType::RELU_N1_TO_1:
      return ir::Activation::relu_n1_to_1;
    default:
      layer.refuse("fused activation {} is not supported (RELU, RELU6 and RELU_N1_TO_1 are)",
                   tflite::EnumNameActivationFunctionType(type));
  }
}

std::vector<int> integers(const Layer& layer, std::size_t i, std::string_view what) {
  if (!layer.has_input(i) || !layer.input(i).is_constant()) {
    layer.refuse("its {} are computed, which is not supported (constants are)", what);
  }
  const ir::Tensor& tensor = layer.input(i);
  std::vector<int> out;
  if (tensor.elements() == 0) return out;
  if (tensor.type == ir::DataType::int32) return tensor.values<std::int32_t>();
  if (tensor.type != ir::DataType::int64) layer.refuse("its {} are {}, not int32", what, ir::name_of(tensor.type));
  for (const std::int64_t value : tensor.values<std::int64_t>()) {
    if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
      layer.refuse("its {} do not fit 32 bits", what);
    }
    out.push_back(static_cast<int>(value));
  }
  return out;
}

int axis_within(const Layer& layer, int axis, std::size_t rank) {
  const int dimensions = static_cast<int>(rank);
  if (axis < -dimensions || axis >= dimensions) layer.refuse("axis {} of {} dimensions", axis, rank);
  return axis < 0 ? axis + dimensions : axis;
}

const ir::Shape& image_shape(const Layer& layer) {
  const ir::Shape& shape = layer.input(0).shape;
  if (shape.size() != 4) layer.refuse("its input {} is not a batch of images", ir::text_of(shape));
  if (shape[0] != 1) layer.refuse("a batch of {} is not supported (1 is)", shape[0]);
  return shape;
}

}  // namespace thimble::import
