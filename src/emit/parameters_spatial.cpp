// emit/parameters_spatial.cpp: pooling, padding, resizing.
#include <algorithm>
#include <array>
#include <utility>

#include "emit/parameters.h"
#include "reference/parameters.h"

namespace thimble::emit {

OpCode pool_code(const ir::Graph& graph, const ir::Op& op, const ir::Pool2D& pool) {
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  const ir::Shape from = four_dimensions(graph.tensor(op.inputs.at(0)).shape, graph.name_of(op));
  const ir::Shape to = four_dimensions(out.shape, graph.name_of(op));
  const reference::IntegerRange range = reference::activation_range(pool.activation, out);
  DriverCall call;
  call.inputs = {0};
  Parameters& p = call.parameters;
  p.type = "thimble_pool";
  p.set("in_h", from[1]);
  p.set("in_w", from[2]);
  p.set("channels", from[3]);
  p.set("out_h", to[1]);
  p.set("out_w", to[2]);
  p.set("filter_h", pool.filter_h);
  p.set("filter_w", pool.filter_w);
  p.set("stride_h", pool.stride_h);
  p.set("stride_w", pool.stride_w);
  p.set("pad_top", pool.padding.top);
  p.set("pad_left", pool.padding.left);
  p.set("out_min", range.low);
  p.set("out_max", range.high);
  return {{std::move(call)}, {}, true};
}

OpCode pad_code(const ir::Graph& graph, const ir::Op& op, const ir::Pad& pad) {
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  const ir::Shape from = four_dimensions(graph.tensor(op.inputs.at(0)).shape, graph.name_of(op));
  const ir::Shape to = four_dimensions(out.shape, graph.name_of(op));
  std::vector<std::array<int, 2>> amounts(4 - std::min<std::size_t>(4, pad.amounts.size()), {0, 0});
  amounts.insert(amounts.end(), pad.amounts.begin(), pad.amounts.end());
  // Of a uint8 tensor the kernel writes the byte of the value, which is an int8 of the same bits.
  const auto value = static_cast<std::int8_t>(pad.value ? static_cast<int>(*pad.value) : out.zero_point());
  DriverCall call;
  call.inputs = {0};
  Parameters& p = call.parameters;
  p.type = "thimble_pad";
  p.set("in_h", from[1]);
  p.set("in_w", from[2]);
  p.set("out_w", to[2]);
  p.set("channels", from[3]);
  p.set("top", amounts[1][0]);
  p.set("left", amounts[2][0]);
  p.set("channels_before", amounts[3][0]);
  p.set("out_ch", to[3]);
  p.set("value", value);
  return {{std::move(call)}, {}, true};
}

OpCode resize_code(const ir::Graph& graph, const ir::Op& op, const ir::ResizeNearest& resize,
                   const std::string& prefix) {
  const ir::Shape from = four_dimensions(graph.tensor(op.inputs.at(0)).shape, graph.name_of(op));
  const ir::Shape to = four_dimensions(graph.tensor(op.outputs.at(0)).shape, graph.name_of(op));
  const auto sources = [&](const std::string& what, std::size_t dimension) {
    const std::vector<int> indices =
        reference::nearest_sources(from[dimension], to[dimension], resize.align_corners, resize.half_pixel_centers);
    return ConstantArray{prefix + what, "uint16_t", {indices.begin(), indices.end()}, false};
  };
  ConstantArray rows = sources("_row_of", 1);
  ConstantArray columns = sources("_column_of", 2);
  DriverCall call;
  call.inputs = {0};
  call.parameters.type = "thimble_resize";
  call.parameters.set("out_w", to[2]);
  call.parameters.set("channels", to[3]);
  call.parameters.set("row_of", rows.pointer());
  call.parameters.set("column_of", columns.pointer());
  return {{std::move(call)}, {std::move(rows), std::move(columns)}, true};
}

}  // namespace thimble::emit
