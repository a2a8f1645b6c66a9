// A plan written by hand that streams two convolutions through a ring of rows: the intermediate tensor never exists as
// a whole. The planner's, the emitter's and the emulator's tests run it.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "graph_builder.h"
#include "ir/graph.h"
#include "plan/plan.h"
#include "target/kernel_choice.h"

namespace thimble::testing {

struct PlannedGraph {
  ir::Graph graph;
  plan::Plan plan;
};

/// Sizes of two 3x3 convolutions with padding 1 on each side, the first with stride 1.
struct StreamedShape {
  int height = 8;  ///< At least 4.
  int width = 7;
  int channels[3] = {4, 8, 4};  ///< Of the input, the intermediate and the output.
  int second_stride = 1;        ///< 1 or 2.
};

/// Chooses the kernel of an operator: target::choose_kernel for some core, or a test's own.
using ChooseKernel = std::function<target::KernelChoice(const ir::Graph&, const ir::Op&)>;

namespace streamed {

inline ir::Graph two_convolutions(const StreamedShape& shape) {
  GraphBuilder builder("streamed", 7);
  const TensorId in = builder.input({1, shape.height, shape.width, shape.channels[0]});
  const TensorId middle = builder.conv(in, shape.channels[1], {3, 1, 1}, "first");
  const TensorId out = builder.conv(middle, shape.channels[2], {3, shape.second_stride, 1}, "second");
  return builder.finish({out});
}

/// Output row y of the second convolution reads rows stride * y - 1 ... stride * y + 1 of the first. The prologue
/// computes two rows and the first output row; each iteration of the loop, `stride` more rows and one output row; the
/// epilogue what is left, where the last output row's window reaches into the padding below.
inline std::vector<plan::Stage> stages(const StreamedShape& shape, plan::Step first, plan::Step second) {
  const int stride = shape.second_stride;
  const int out_rows = (shape.height - 1) / stride + 1;
  const bool ends_in_padding = stride * (out_rows - 1) + 1 == shape.height;
  const int loops = out_rows - 1 - (ends_in_padding ? 1 : 0);

  const auto rows = [](plan::Step step, int from, int advance, int count) {
    step.rows = {from, advance, count};
    return step;
  };
  std::vector<plan::Stage> stages;
  stages.push_back({1, {rows(first, 0, 0, 2), rows(second, 0, 0, 1)}});
  stages.push_back({loops, {rows(first, 2, stride, stride), rows(second, 1, 1, 1)}});
  const int computed = 2 + loops * stride;
  plan::Stage epilogue;
  if (computed < shape.height) epilogue.steps.push_back(rows(first, computed, 0, shape.height - computed));
  if (ends_in_padding) epilogue.steps.push_back(rows(second, out_rows - 1, 0, 1));
  if (!epilogue.steps.empty()) stages.push_back(std::move(epilogue));
  return stages;
}

/// Adds a buffer above all others, live throughout, and returns its index.
inline int stack_buffer(plan::Plan& plan, std::string name, std::int64_t bytes) {
  const std::int64_t offset = plan.arena_bytes;
  plan.buffers.push_back({std::move(name), bytes, offset, 0, 0});
  plan.arena_bytes = (offset + bytes + plan::arena_alignment - 1) / plan::arena_alignment * plan::arena_alignment;
  return static_cast<int>(plan.buffers.size()) - 1;
}

}  // namespace streamed

/// Two 3x3 convolutions whose intermediate lives in a ring of three rows.
inline PlannedGraph streamed_convolutions(const StreamedShape& shape, const ChooseKernel& choose_kernel) {
  if (shape.height < 4 || shape.second_stride < 1 || shape.second_stride > 2)
    throw std::invalid_argument("streamed_convolutions: height at least 4, stride 1 or 2");
  PlannedGraph result{streamed::two_convolutions(shape), {}};
  plan::Plan& plan = result.plan;

  const auto place = [&](ir::TensorId id, int ring_rows) {
    const ir::Tensor& tensor = result.graph.tensor(id);
    const int rows = plan::rows_of(tensor);
    const std::int64_t row_bytes = plan::row_bytes_of(tensor);
    const int held = ring_rows > 0 ? ring_rows : rows;
    const int buffer = streamed::stack_buffer(plan, tensor.name, held * row_bytes);
    plan.placements.push_back({id, buffer, 0, row_bytes, rows, held});
  };
  place(result.graph.inputs[0], 0);
  place(result.graph.ops[0].outputs[0], 3);
  place(result.graph.outputs[0], 0);

  std::vector<plan::Step> steps(2);
  for (int op = 0; op < 2; ++op) {
    plan::Step& step = steps[static_cast<std::size_t>(op)];
    step.op = op;
    const ir::Op& convolution = result.graph.ops[static_cast<std::size_t>(op)];
    step.kernel = choose_kernel(result.graph, convolution);
    if (step.kernel.scratch_bytes > 0)
      step.scratch_buffer =
          streamed::stack_buffer(plan, "scratch of " + result.graph.name_of(convolution), step.kernel.scratch_bytes);
  }
  plan.stages = streamed::stages(shape, steps[0], steps[1]);
  for (plan::Buffer& buffer : plan.buffers) buffer.last_stage = static_cast<int>(plan.stages.size()) - 1;
  return result;
}

}  // namespace thimble::testing
