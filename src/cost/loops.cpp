#include "cost/loops.h"

#include <algorithm>
#include <array>
#include <variant>

#include "base/error.h"
#include "cost/families.h"
#include "reference/parameters.h"

namespace thimble::cost {

namespace {

const LoopCounter* find_counter(std::string_view kernel) {
  for (const auto family :
       {generic_convolutions(), dsp_pointwise(), dsp_convolutions(), dsp_depthwise(), elementwise(), spatial()}) {
    const auto found = std::ranges::find(family, kernel, &LoopCounter::kernel);
    if (found != family.end()) return &*found;
  }
  return nullptr;
}

/// Rows that the driver of `op` computes, or sums up. A fully connected layer is one row, whatever its shape.
int rows_of(const ir::Graph& graph, const ir::Op& op, const LoopCounter& counter) {
  if (counter.by_input_rows) return graph.tensor(op.inputs.at(0)).shape.at(1);
  const ir::Shape& shape = graph.tensor(op.outputs.at(0)).shape;
  return shape.size() == 4 && !std::holds_alternative<ir::FullyConnected>(op.kind) ? shape[1] : 1;
}

ir::Activation activation_of(const ir::Op& op) {
  return std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.activation; }) return kind.activation;
        return ir::Activation::none;
      },
      op.kind);
}

}  // namespace

bool has_loops(std::string_view kernel) { return find_counter(kernel) != nullptr; }

Loops loops_of(const ir::Graph& graph, const ir::Op& op, const target::KernelChoice& kernel, RowSpan rows) {
  const LoopCounter* counter = find_counter(kernel.kernel);
  if (counter == nullptr) fail("cost: the loops of kernel \"{}\" are not known", kernel.kernel);
  const int all = rows_of(graph, op, *counter);
  const int end = rows.count < 0 ? all : std::min(all, rows.first + rows.count);
  return counter->count({graph, op, rows.first, end, kernel.outliers});
}

bool clamps(const Call& call) {
  const auto range = reference::activation_range(activation_of(call.op), call.output());
  return range.low > -128 || range.high < 127;
}

double taps_inside(const target::Convolution& c) {
  double taps = 0;
  for (int x = 0; x < c.out_w; ++x) {
    const int left = x * c.stride_w - c.padding.left;
    for (int k = 0; k < c.kernel_w; ++k) {
      const int column = left + k * c.dilation_w;
      taps += column >= 0 && column < c.in_w ? 1 : 0;
    }
  }
  return taps;
}

void append_driver(Loops& loops, const Call& call, const target::Convolution& c) {
  double inside = 0;
  double outside = 0;
  if (!c.is_pointwise()) {
    for (int r = call.first; r < call.end; ++r) {
      for (int k = 0; k < c.kernel_h; ++k) {
        const int y = r * c.stride_h - c.padding.top + k * c.dilation_h;
        (y >= 0 && y < c.in_h ? inside : outside) += 1;
      }
    }
  }
  loops.push_back({"calls", 1});
  loops.push_back({"rows", c.is_pointwise() ? 0 : call.rows()});
  loops.push_back({"rows under the kernel", inside});
  loops.push_back({"rows of zero points", outside});
  loops.push_back({"bytes of zero points", c.is_pointwise() ? 0 : static_cast<double>(c.border_bytes())});
}

void append_outliers(Loops& loops, const Call& call, double pixels, double words) {
  loops.push_back({"pixels with outliers", call.outliers > 0 ? pixels : 0});
  loops.push_back({"outliers", pixels * call.outliers});
  loops.push_back({"words of outliers", pixels * call.outliers * words});
}

}  // namespace thimble::cost
