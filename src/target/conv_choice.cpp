#include "target/conv_choice.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "ir/partial_sums.h"
#include "target/conv_channels.h"
#include "target/convolution.h"
#include "target/depthwise_choice.h"
#include "target/kernel_variants.h"
#include "target/weight_layout.h"

namespace thimble::target {

namespace {

/// The tallest kernel, kernels/generic/conv_rows.h.
constexpr int max_kernel_h = 32;

void check_types(const ir::Graph& graph, const ir::Op& op) {
  const ir::Tensor& weights = graph.tensor(op.inputs.at(1));
  for (const ir::TensorId id : {op.inputs[0], op.inputs[1], op.outputs[0]}) {
    const ir::DataType type = graph.tensor(id).type;
    const bool is_sums = id == op.outputs[0] && ir::makes_sums(graph, op);
    if (type == ir::DataType::int8 || is_sums) continue;
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
  std::string kernel;
  std::int64_t scratch_bytes;  ///< Behind the row of zero points, if the driver has one.
  std::string reason;
};

Candidate generic_kernel(const Convolution& c) {
  if (c.is_1x1() && !c.is_padded()) return {"s8_conv1x1_1x2_generic", 0, "1x1 kernel"};
  return {"s8_conv_1x2_generic", 0, "any convolution"};
}

/// Output pixels that a call of a row kernel computes.
int pixels_a_call(const Convolution& c) { return c.is_pointwise() ? c.out_h * c.out_w : c.out_w; }

/// Bytes of the int16 columns that kernels/dsp/columns.h interleaves: four pixels, or one where no row has three.
std::int64_t column_bytes(const Convolution& c) {
  const std::int64_t depth = (std::int64_t{c.kernel_h} * c.kernel_w * c.in_ch + 3) / 4 * 4;
  return 2 * depth * (pixels_a_call(c) > 2 ? 4 : 1);
}

/// Whether a kernel is one of kernels/dsp/im2col.h, and has more than one pixel at a time.
bool gathers_columns(const Convolution& c, std::string_view kernel) {
  return c.out_w > 2 && (kernel.ends_with("_conv_4x2_dsp") || kernel.ends_with("_conv_any_4x2_dsp"));
}

/// Whether a kernel copies pixels before it writes their outputs, and reads no pixel twice: kernels/dsp/pixels.h.
bool reads_pixels_first(std::string_view kernel) { return kernel.ends_with("_conv1x1_4x2_dsp"); }

/// Kernels of int8 weights and, by the name with "s8w16" for "s8", of weights that are stored as int16.
std::vector<Candidate> with_wide_weights(const Candidate& narrow) {
  const std::string wide = "s8w16" + narrow.kernel.substr(2);
  return {narrow, {wide, narrow.scratch_bytes, narrow.reason + ", weights stored as int16"}};
}

/// Sums and columns of kernels/dsp/s8_conv_lean_4x2_dsp.h.
std::int64_t lean_bytes(const Convolution& c) {
  return 4 * 4 * lean_channels + 4 * 2 * std::min(lean_depth, c.kernel_w * c.in_ch);
}

std::vector<Candidate> dsp_kernels(const Convolution& c, const KernelOptions& options) {
  if (c.is_1x1() && !c.is_padded()) {
    if (pixels_a_call(c) <= 2) return with_wide_weights({"s8_conv1x1_1x4_dsp", 0, "SIMD, few pixels"});
    return with_wide_weights({"s8_conv1x1_4x2_dsp", column_bytes(c), "SIMD, 1x1 kernel"});
  }
  if (options.lean && c.in_ch % 4 == 0 && lean_bytes(c) < column_bytes(c))
    return {{"s8_conv_lean_4x2_dsp", lean_bytes(c), "SIMD, little scratch"}};
  if (options.specialized && c.in_ch % 4 == 0)
    return with_wide_weights({"s8_conv_4x2_dsp", column_bytes(c), "SIMD, in_ch % 4 == 0"});
  // Columns of bytes before they are widened: half as much again.
  return with_wide_weights({"s8_conv_any_4x2_dsp", column_bytes(c) / 2 * 3, "SIMD, any in_ch"});
}

/// The variants on a core with or without SIMD, the default first. Channels out of the SIMD requantization's range are
/// computed again.
std::vector<Candidate> variants_for(const Convolution& c, const KernelOptions& options) {
  return options.dsp ? dsp_kernels(c, options) : std::vector{generic_kernel(c)};
}

KernelChoice choice_of(const Convolution& c, const Candidate& candidate) {
  const KernelVariant& variant = kernel_variant(candidate.kernel);
  const bool has_border = variant.driver == "thimble_conv_rows";
  KernelChoice result;
  result.kernel = variant.name;
  result.folder = variant.folder;
  result.driver = variant.driver;
  result.weight_layout = variant.weight_layout;
  result.weight_bytes = packed_bytes(variant.weight_layout, c.out_ch, c.depth());
  result.scratch_bytes = (has_border ? c.border_bytes() : 0) + candidate.scratch_bytes;
  if (gathers_columns(c, variant.name)) result.column_bytes = column_bytes(c);
  result.in_place = reads_pixels_first(variant.name) && c.stride_h == 1 && c.stride_w == 1 && c.in_ch == c.out_ch;
  result.reason = candidate.reason;
  return result;
}

/// The kernel for one group of input channels, kernels/generic/sums_rows.h.
KernelChoice choose_partial_kernel(const ir::Graph& graph, const ir::Op& op, const Convolution& c, bool dsp) {
  if (!c.is_pointwise())
    refuse_op(graph, op, "only a 1x1 convolution of stride 1 can take its input channels in groups");
  const bool makes_sums = ir::makes_sums(graph, op);
  const std::string tile_and_core = dsp ? "4x2_dsp" : "1x2_generic";
  const std::string kernel = (makes_sums ? "s8_conv1x1_partial_" : "s8_conv1x1_final_") + tile_and_core;
  KernelChoice result = choice_of(
      c, {kernel, dsp ? column_bytes(c) : 0, makes_sums ? "a group of channels" : "the last group of channels"});
  result.in_place = makes_sums && ir::takes_sums(op);
  return result;
}

}  // namespace

std::vector<KernelChoice> conv_kernels(const ir::Graph& graph, const ir::Op& op, const KernelOptions& options) {
  check_types(graph, op);
  if (!std::holds_alternative<ir::FullyConnected>(op.kind) && graph.tensor(op.inputs[0]).shape[0] != 1) {
    refuse_op(graph, op, "a batch of more than 1 is not supported");
  }
  const Convolution c = convolution_of(graph, op).value();
  if (c.kernel_h > max_kernel_h) {
    refuse_op(graph, op, fmt::format("a kernel of {} rows is too tall ({} is the most)", c.kernel_h, max_kernel_h));
  }
  std::vector<KernelChoice> kernels;
  if (ir::is_partial(graph, op)) {
    kernels.push_back(choose_partial_kernel(graph, op, c, options.dsp));
  } else if (c.depthwise &&
             !(options.dsp && c.in_ch == 1)) {  // With SIMD, one of a single input channel is a convolution.
    kernels.push_back(choose_depthwise_kernel(c, options));
  } else {
    for (const Candidate& candidate : variants_for(c, options)) kernels.push_back(choice_of(c, candidate));
  }
  if (options.dsp && !ir::makes_sums(graph, op)) {
    const int outliers = outlier_count(graph, op);
    for (KernelChoice& kernel : kernels) kernel.outliers = outliers;
  }
  return kernels;
}

void refuse_op(const ir::Graph& graph, const ir::Op& op, const std::string& why) {
  throw Error(fmt::format("{}: {} \"{}\": {}", graph.name, ir::name_of(op.kind), graph.name_of(op), why),
              "`thimble inspect` lists every layer; docs/ops.md lists what each op supports");
}

}  // namespace thimble::target
