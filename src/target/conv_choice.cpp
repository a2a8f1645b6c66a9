#include "target/conv_choice.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "target/convolution.h"
#include "target/kernel_variants.h"

namespace thimble::target {

namespace {

/// The tallest kernel, kernels/generic/conv_rows.h.
constexpr int max_kernel_h = 32;

void check_types(const ir::Graph& graph, const ir::Op& op) {
  const ir::Tensor& weights = graph.tensor(op.inputs.at(1));
  for (const ir::TensorId id : {op.inputs[0], op.inputs[1], op.outputs[0]}) {
    const ir::DataType type = graph.tensor(id).type;
    if (type == ir::DataType::int8) continue;
    refuse_op(graph, op, fmt::format("{} is not supported (int8 is)", ir::name_of(type)));
  }
  if (!weights.is_constant()) refuse_op(graph, op, "weights that are computed are not supported (constant ones are)");
  if (!weights.quantization) refuse_op(graph, op, "its weights have no scale");
  const auto& zero_points = weights.quantization->zero_point;
  if (std::ranges::any_of(zero_points, [](int zero_point) { return zero_point != 0; })) {
    refuse_op(graph, op, "weights with a zero point other than 0 are not supported (symmetric ones are)");
  }
  if (op.inputs.at(2) == ir::no_tensor) return;
  const ir::Tensor& bias = graph.tensor(op.inputs[2]);
  if (bias.type != ir::DataType::int32 || !bias.is_constant()) {
    refuse_op(graph, op, "its bias is not a constant of int32");
  }
}

/// A variant's name and the scratch that it needs behind the driver's row of zero points.
struct Candidate {
  std::string_view kernel;
  std::int64_t scratch_bytes;
  std::string reason;
};

Candidate generic_kernel(const Convolution& c) {
  if (c.depthwise) return {"s8_dwconv_generic", 0, "any depthwise convolution"};
  if (c.is_1x1() && !c.is_padded()) return {"s8_conv1x1_1x2_generic", 0, "1x1 kernel"};
  return {"s8_conv_1x2_generic", 0, "any convolution"};
}

}  // namespace

KernelChoice choose_conv_kernel(const ir::Graph& graph, const ir::Op& op, bool dsp) {
  check_types(graph, op);
  if (!std::holds_alternative<ir::FullyConnected>(op.kind) && graph.tensor(op.inputs[0]).shape[0] != 1) {
    refuse_op(graph, op, "a batch of more than 1 is not supported");
  }
  const Convolution c = convolution_of(graph, op).value();
  if (c.kernel_h > max_kernel_h) {
    refuse_op(graph, op, fmt::format("a kernel of {} rows is too tall ({} is the most)", c.kernel_h, max_kernel_h));
  }
  (void)dsp;
  const Candidate best = generic_kernel(c);
  const KernelVariant& variant = kernel_variant(best.kernel);
  KernelChoice result;
  result.kernel = variant.name;
  result.folder = variant.folder;
  result.driver = variant.driver;
  result.weight_layout = variant.weight_layout;
  result.scratch_bytes = c.border_bytes() + best.scratch_bytes;
  result.reason = best.reason;
  return result;
}

void refuse_op(const ir::Graph& graph, const ir::Op& op, const std::string& why) {
  throw Error(fmt::format("{}: {} \"{}\": {}", graph.name, ir::name_of(op.kind), graph.name_of(op), why),
              "`thimble inspect` lists every layer; docs/ops.md lists what each op supports");
}

}  // namespace thimble::target
