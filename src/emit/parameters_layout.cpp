// emit/parameters_layout.cpp: operators over whole tensors: mean, transpose, concatenation, copies.
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include "base/error.h"
#include "emit/parameters.h"
#include "ir/slice_region.h"
#include "reference/parameters.h"
#include "target/mean_geometry.h"

namespace thimble::emit {
namespace {

std::int64_t product(std::span<const int> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

/// `blocks` blocks of `bytes` bytes, next to each other in the input and `out_step` apart in the output.
DriverCall copy_call(int input, std::int64_t blocks, std::int64_t bytes, std::int64_t out_step) {
  DriverCall call;
  call.inputs = {input};
  call.parameters.type = "thimble_copy";
  call.parameters.set("blocks", blocks);
  call.parameters.set("bytes", bytes);
  call.parameters.set("in_step", bytes);
  call.parameters.set("out_step", out_step);
  return call;
}

}  // namespace

OpCode mean_code(const ir::Graph& graph, const ir::Op& op, const ir::Mean& mean, const target::KernelChoice& kernel) {
  const ir::Tensor& in = graph.tensor(op.inputs.at(0));
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  const auto geometry = target::mean_geometry(graph, op, mean);
  if (!geometry)
    fail("layer \"{}\": the axes of this mean are too scattered over {}", graph.name_of(op), ir::text_of(in.shape));
  const auto [outer, reduced, inner, reduced_inner] = *geometry;
  const reference::IntegerRange range = reference::range_of(out.type);
  DriverCall call;
  call.inputs = {0};
  Parameters& p = call.parameters;
  p.type = "thimble_mean";
  p.set("outer", outer);
  p.set("reduced", reduced);
  p.set("inner", inner);
  p.set("reduced_inner", reduced_inner);
  p.set("in_zero_point", in.zero_point());
  p.set("out_zero_point", out.zero_point());
  p.set("out_min", range.low);
  p.set("out_max", range.high);
  p.set("factor", reference::mean_factor(in, out, reduced * reduced_inner));
  return {{std::move(call)}, {}, kernel.accumulates || target::keeps_rows(graph, op, mean)};
}

OpCode transpose_code(const ir::Graph& graph, const ir::Op& op, const ir::Transpose& transpose) {
  const ir::Tensor& in = graph.tensor(op.inputs.at(0));
  const ir::Shape in_size = four_dimensions(in.shape, graph.name_of(op));
  const ir::Shape out_size = four_dimensions(graph.tensor(op.outputs.at(0)).shape, graph.name_of(op));
  const std::size_t added = 4 - in.shape.size();
  std::vector<std::int64_t> stride(4, 0);
  for (std::size_t d = 0; d < transpose.permutation.size(); ++d) {
    const std::size_t from = static_cast<std::size_t>(transpose.permutation[d]) + added;
    stride[d + added] = product(std::span(in_size).subspan(from + 1));
  }
  DriverCall call;
  call.inputs = {0};
  call.parameters.type = "thimble_transpose";
  call.parameters.set("size", std::vector<std::int64_t>(out_size.begin(), out_size.end()));
  call.parameters.set("stride", stride);
  return {{std::move(call)}, {}, false};
}

OpCode concat_code(const ir::Graph& graph, const ir::Op& op, const ir::Concat& concat) {
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  const std::int64_t blocks = product(std::span(out.shape).first(static_cast<std::size_t>(concat.axis)));
  const std::int64_t out_step = out.bytes() / blocks;
  OpCode code;
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    const std::int64_t bytes = graph.tensor(op.inputs[i]).bytes() / blocks;
    DriverCall call = copy_call(static_cast<int>(i), blocks, bytes, out_step);
    call.output_offset = offset;
    offset += bytes;
    code.calls.push_back(std::move(call));
  }
  return code;
}

OpCode slice_code(const ir::Graph& graph, const ir::Op& op) {
  const ir::Tensor& in = graph.tensor(op.inputs.at(0));
  const auto region = ir::sliced_region(graph, op);
  if (!region) fail("layer \"{}\": this slice cannot be part of a generated program", graph.name_of(op));
  const std::int64_t pixel = in.bytes() / (std::int64_t{in.shape[1]} * in.shape[2]);
  DriverCall call = copy_call(0, 1, region->columns.count() * pixel, 0);
  call.parameters.set("by_rows", 1);
  call.parameters.set("top", region->rows.first);
  call.parameters.set("left", region->columns.first * pixel);
  return {{std::move(call)}, {}, true};
}

OpCode reshape_code(const ir::Graph& graph, const ir::Op& op) {
  const std::int64_t bytes = graph.tensor(op.inputs.at(0)).bytes();
  return {{copy_call(0, 1, bytes, bytes)}, {}, false};
}

}  // namespace thimble::emit
