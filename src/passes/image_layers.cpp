#include "passes/image_layers.h"

#include <algorithm>
#include <variant>

namespace thimble::passes {

bool works_on_images(const ir::Graph& graph, const ir::Op& op) {
  const auto is_int8_image = [&](ir::TensorId id) {
    const ir::Tensor& tensor = graph.tensor(id);
    return tensor.shape.size() == 4 && tensor.shape[0] == 1 && tensor.type == ir::DataType::int8;
  };
  const auto is_constant = [&](ir::TensorId id) { return id == ir::no_tensor || graph.tensor(id).is_constant(); };
  return is_int8_image(op.inputs.at(0)) && is_int8_image(op.outputs.at(0)) &&
         !graph.tensor(op.inputs[0]).is_constant() && std::all_of(op.inputs.begin() + 1, op.inputs.end(), is_constant);
}

bool is_pointwise(const ir::Graph& graph, const ir::Op& op) {
  const auto* conv = std::get_if<ir::Conv2D>(&op.kind);
  if (conv == nullptr || !works_on_images(graph, op)) return false;
  const ir::Shape& weights = graph.tensor(op.inputs[1]).shape;
  return weights[1] == 1 && weights[2] == 1 && conv->stride_h == 1 && conv->stride_w == 1 &&
         conv->padding == ir::Padding{};
}

}  // namespace thimble::passes
