#include "ir/ops.h"

namespace thimble::ir {

std::string_view name_of(const Operator& op) {
  return std::visit(Overloaded{
                        [](const Conv2D&) -> std::string_view { return "conv_2d"; },
                        [](const DepthwiseConv2D&) -> std::string_view { return "depthwise_conv_2d"; },
                        [](const FullyConnected&) -> std::string_view { return "fully_connected"; },
                        [](const Add&) -> std::string_view { return "add"; },
                        [](const Sub&) -> std::string_view { return "sub"; },
                        [](const Mul&) -> std::string_view { return "mul"; },
                        [](const Pool2D& pool) -> std::string_view {
                          return pool.kind == PoolKind::average ? "average_pool_2d" : "max_pool_2d";
                        },
                        [](const Mean&) -> std::string_view { return "mean"; },
                        [](const Pad&) -> std::string_view { return "pad"; },
                        [](const Reshape&) -> std::string_view { return "reshape"; },
                        [](const Transpose&) -> std::string_view { return "transpose"; },
                        [](const Concat&) -> std::string_view { return "concat"; },
                        [](const ResizeNearest&) -> std::string_view { return "resize_nearest"; },
                        [](const Softmax&) -> std::string_view { return "softmax"; },
                        [](const Sigmoid&) -> std::string_view { return "sigmoid"; },
                        [](const HardSwish&) -> std::string_view { return "hard_swish"; },
                        [](const Clamp&) -> std::string_view { return "clamp"; },
                        [](const Quantize&) -> std::string_view { return "quantize"; },
                        [](const Dequantize&) -> std::string_view { return "dequantize"; },
                        [](const ShapeOf&) -> std::string_view { return "shape"; },
                        [](const StridedSlice&) -> std::string_view { return "strided_slice"; },
                        [](const Pack&) -> std::string_view { return "pack"; },
                        [](const TiledBlock&) -> std::string_view { return "tiled_block"; },
                    },
                    op);
}

}  // namespace thimble::ir
