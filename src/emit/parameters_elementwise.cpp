// emit/parameters_elementwise.cpp: sums, products, functions of one byte, softmax.
#include <utility>

#include "emit/parameters.h"
#include "emit/tables.h"
#include "reference/parameters.h"

namespace thimble::emit {
namespace {

/// Elements between neighbours of an operand along each dimension of the output; 0 where it is broadcast.
std::vector<std::int64_t> strides_of(const ir::Shape& shape) {
  std::vector<std::int64_t> strides(4, 0);
  std::int64_t stride = 1;
  for (std::size_t d = 4; d-- > 0;) {
    if (shape[d] > 1) strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

/// What sums and products have in common; the caller adds the factors.
DriverCall binary_call(const ir::Graph& graph, const ir::Op& op, ir::Activation activation) {
  const std::string& layer = graph.name_of(op);
  const ir::Tensor& a = graph.tensor(op.inputs.at(0));
  const ir::Tensor& b = graph.tensor(op.inputs.at(1));
  const ir::Tensor& out = graph.tensor(op.outputs.at(0));
  const ir::Shape size = four_dimensions(out.shape, layer);
  const reference::IntegerRange range = reference::activation_range(activation, out);

  DriverCall call;
  call.inputs = {0, 1};
  Parameters& p = call.parameters;
  p.type = "thimble_binary";
  p.set("size", std::vector<std::int64_t>(size.begin(), size.end()));
  p.set("a_stride", strides_of(four_dimensions(a.shape, layer)));
  p.set("b_stride", strides_of(four_dimensions(b.shape, layer)));
  p.set("a_zero_point", a.zero_point());
  p.set("b_zero_point", b.zero_point());
  p.set("out_zero_point", out.zero_point());
  p.set("out_min", range.low);
  p.set("out_max", range.high);
  return call;
}

}  // namespace

OpCode sum_code(const ir::Graph& graph, const ir::Op& op, ir::Activation activation) {
  const reference::SumFactors factors = reference::sum_factors(
      graph.tensor(op.inputs.at(0)), graph.tensor(op.inputs.at(1)), graph.tensor(op.outputs.at(0)));
  DriverCall call = binary_call(graph, op, activation);
  call.parameters.set("left_shift", reference::SumFactors::left_shift);
  call.parameters.set("a_factor", factors.a);
  call.parameters.set("b_factor", factors.b);
  call.parameters.set("out_factor", factors.out);
  return {{std::move(call)}, {}, true};
}

OpCode product_code(const ir::Graph& graph, const ir::Op& op, ir::Activation activation) {
  DriverCall call = binary_call(graph, op, activation);
  call.parameters.set("out_factor", reference::product_factor(graph.tensor(op.inputs[0]), graph.tensor(op.inputs[1]),
                                                              graph.tensor(op.outputs.at(0))));
  return {{std::move(call)}, {}, true};
}

OpCode table_code(const ir::Graph& graph, const ir::Op& op, const std::string& prefix) {
  ConstantArray table{prefix + "_table", "int8_t", byte_table(graph, op), false};
  DriverCall call;
  call.inputs = {0};
  call.parameters.type = "thimble_map";
  call.parameters.set("table", table.pointer());
  return {{std::move(call)}, {std::move(table)}, true};
}

OpCode softmax_code(const ir::Graph& graph, const ir::Op& op, const ir::Softmax& softmax) {
  const ir::Tensor& in = graph.tensor(op.inputs.at(0));
  const reference::SoftmaxScaling scaling = reference::softmax_scaling(in, softmax.beta);
  DriverCall call;
  call.inputs = {0};
  Parameters& p = call.parameters;
  p.type = "thimble_softmax";
  p.set("rows", in.elements() / in.shape.back());
  p.set("depth", in.shape.back());
  p.set("multiplier", scaling.multiplier);
  p.set("left_shift", scaling.left_shift);
  p.set("diff_min", scaling.least_difference);
  return {{std::move(call)}, {}, false};
}

}  // namespace thimble::emit
