// Kernel choices for tests that do not need real kernels: scratch where real ones have it, in place where they can be.
#pragma once

#include <variant>
#include <vector>

#include "ir/graph.h"
#include "ir/partial_sums.h"
#include "ir/tiled_block.h"
#include "plan/plan.h"
#include "plan/segment.h"
#include "target/convolution.h"
#include "target/depthwise_choice.h"
#include "target/kernel_choice.h"

namespace thimble::testing {

inline bool is_pointwise(const ir::Graph& graph, const ir::Op& op) {
  const target::Convolution c = target::convolution_of(graph, op).value();
  return c.is_1x1() && !c.is_padded() && c.stride_h == 1 && c.stride_w == 1 && c.in_ch == c.out_ch;
}

inline target::KernelChoice test_kernel(const ir::Graph& graph, const ir::Op& op) {
  const auto is = [&]<typename... Kinds>() { return (std::holds_alternative<Kinds>(op.kind) || ...); };
  target::KernelChoice choice;
  choice.kernel = "test_" + std::string(ir::name_of(op.kind));
  choice.in_place = is.template operator()<ir::Add, ir::Sub, ir::Mul, ir::Sigmoid, ir::Clamp, ir::Softmax>();
  if (is.template operator()<ir::Conv2D>()) choice.in_place = is_pointwise(graph, op);
  if (ir::is_partial(graph, op)) choice.in_place = ir::takes_sums(op) && ir::makes_sums(graph, op);
  if (is.template operator()<ir::DepthwiseConv2D>()) {
    choice.driver = "thimble_dwconv_rows";
    choice.in_place = target::fits_over_input(target::convolution_of(graph, op).value());
  }
  if (is.template operator()<ir::Conv2D, ir::DepthwiseConv2D, ir::Mean>())
    choice.scratch_bytes = 4 * graph.tensor(op.inputs[0]).shape.back() + 2;
  if (const auto* block = std::get_if<ir::TiledBlock>(&op.kind)) {
    choice.kept_bytes = ir::kept_rows(graph, op) * plan::row_bytes_of(graph.tensor(block->expanded));
    choice.scratch_bytes = choice.kept_bytes + 22;
  }
  return choice;
}

inline plan::Plan layerwise_plan(const ir::Graph& graph, const plan::PlanOptions& options = {}) {
  std::vector<target::KernelChoice> kernels;
  for (const ir::Op& op : graph.ops) kernels.push_back(test_kernel(graph, op));
  return plan::plan_layer_by_layer(graph, kernels, options);
}

/// A plan whose arena lies in two or three regions, of which all but the last have `share` of the bytes that a plan in
/// one range takes; in one range if it needs no more.
inline plan::Plan layerwise_plan_in_regions(const ir::Graph& graph, int regions, double share) {
  const auto bytes = static_cast<std::int64_t>(share * static_cast<double>(layerwise_plan(graph).arena_bytes));
  plan::PlanOptions options;
  for (int i = 0; i < regions; ++i)
    options.memories.push_back({"region " + std::to_string(i), bytes / plan::arena_alignment * plan::arena_alignment});
  plan::Plan plan = layerwise_plan(graph, options);
  std::int64_t left = plan.arena_bytes;
  for (int i = 0; i < regions && left > 0; ++i) {
    plan.regions.push_back(options.memories[static_cast<std::size_t>(i)]);
    if (i + 1 == regions || left < plan.regions.back().bytes) plan.regions.back().bytes = left;
    left -= plan.regions.back().bytes;
  }
  if (plan.regions.size() < 2) plan.regions.clear();
  return plan;
}

}  // namespace thimble::testing
