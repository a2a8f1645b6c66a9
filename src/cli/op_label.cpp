#include "cli/op_label.h"

#include <fmt/format.h>

namespace thimble::cli {

namespace {

std::string window(int height, int width, int stride) {
  const std::string size = fmt::format("{}x{}", height, width);
  return stride == 1 ? size : fmt::format("{}/{}", size, stride);
}

}  // namespace

std::string short_label(const ir::Graph& graph, const ir::Op& op) {
  const auto weights = [&]() -> const ir::Shape& { return graph.tensor(op.inputs.at(1)).shape; };
  return std::visit(ir::Overloaded{
                        [&](const ir::Conv2D& conv) {
                          const std::string size = window(weights().at(1), weights().at(2), conv.stride_h);
                          return weights().at(1) == 1 && weights().at(2) == 1 ? size : "conv " + size;
                        },
                        [&](const ir::DepthwiseConv2D& conv) {
                          return "dw " + window(weights().at(1), weights().at(2), conv.stride_h);
                        },
                        [](const ir::Pool2D& pool) {
                          return (pool.kind == ir::PoolKind::max ? "max " : "avg ") +
                                 window(pool.filter_h, pool.filter_w, pool.stride_h);
                        },
                        [](const ir::FullyConnected&) { return std::string("dense"); },
                        [](const ir::ResizeNearest&) { return std::string("resize"); },
                        [&](const auto&) { return std::string(ir::name_of(op.kind)); },
                    },
                    op.kind);
}

}  // namespace thimble::cli
