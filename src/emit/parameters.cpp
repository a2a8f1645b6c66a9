// emit/parameters.cpp
#include "emit/parameters.h"

#include <variant>

#include "base/error.h"

namespace thimble::emit {

ir::Shape four_dimensions(const ir::Shape& shape, const std::string& layer) {
  if (shape.size() > 4)
    fail("layer \"{}\": a tensor of {} dimensions ({}) cannot be part of a generated program (4 is the most)", layer,
         shape.size(), ir::text_of(shape));
  ir::Shape out(4 - shape.size(), 1);
  out.insert(out.end(), shape.begin(), shape.end());
  return out;
}

OpCode code_of(const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel,
               const std::string& prefix) {
  const auto convolution = [&] { return convolution_code(graph, op, kernel, prefix); };
  const auto table = [&] { return table_code(graph, op, prefix); };
  const auto unsupported = [&]() -> OpCode {
    fail("layer \"{}\": {} cannot be part of a generated program", graph.name_of(op), ir::name_of(op.kind));
  };
  return std::visit(ir::Overloaded{
                        [&](const ir::Conv2D&) { return convolution(); },
                        [&](const ir::DepthwiseConv2D&) { return convolution(); },
                        [&](const ir::FullyConnected&) { return convolution(); },
                        [&](const ir::Add& add) { return sum_code(graph, op, add.activation); },
                        [&](const ir::Sub& sub) { return sum_code(graph, op, sub.activation); },
                        [&](const ir::Mul& mul) { return product_code(graph, op, mul.activation); },
                        [&](const ir::Pool2D& pool) { return pool_code(graph, op, pool); },
                        [&](const ir::Mean& mean) { return mean_code(graph, op, mean, kernel); },
                        [&](const ir::Pad& pad) { return pad_code(graph, op, pad); },
                        [&](const ir::Reshape&) { return reshape_code(graph, op); },
                        [&](const ir::Transpose& transpose) { return transpose_code(graph, op, transpose); },
                        [&](const ir::Concat& concat) { return concat_code(graph, op, concat); },
                        [&](const ir::ResizeNearest& resize) { return resize_code(graph, op, resize, prefix); },
                        [&](const ir::Softmax& softmax) { return softmax_code(graph, op, softmax); },
                        [&](const ir::Sigmoid&) { return table(); },
                        [&](const ir::HardSwish&) { return table(); },
                        [&](const ir::Clamp&) { return table(); },
                        [&](const ir::Quantize&) { return table(); },
                        [&](const ir::Dequantize&) { return unsupported(); },
                        [&](const ir::ShapeOf&) { return unsupported(); },
                        [&](const ir::StridedSlice&) { return slice_code(graph, op); },
                        [&](const ir::Pack&) { return unsupported(); },
                        [&](const ir::TiledBlock&) { return block_code(graph, op, kernel, prefix); },
                    },
                    op.kind);
}

}  // namespace thimble::emit
