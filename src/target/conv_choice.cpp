#include "target/conv_choice.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "target/conv_channels.h"
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
  std::string kernel;
  std::int64_t scratch_bytes;  ///< Behind the row of zero points, if the driver has one.
  std::string reason;
};

Candidate generic_kernel(const Convolution& c) {
  if (c.depthwise) return {"s8_dwconv_generic", 0, "any depthwise convolution"};
  if (c.is_1x1() && !c.is_padded()) return {"s8_conv1x1_1x2_generic", 0, "1x1 kernel"};
  return {"s8_conv_1x2_generic", 0, "any convolution"};
}

/// Whether the five-instruction requantization of kernels/dsp/outputs.h, which has the proof, is exact for a channel.
bool requantizes_fast(const ConvChannel& channel) {
  constexpr std::int64_t limit = std::int64_t{1} << 30;
  const ir::FixedPointFactor factor = channel.factor;
  return channel.least > -limit && channel.greatest < limit && factor.multiplier >= 0 && factor.shift <= -1 &&
         factor.shift >= -22;
}

/// Bytes of the int16 columns that kernels/dsp/columns.h interleaves: four pixels, or one where no row has three.
std::int64_t column_bytes(const Convolution& c) {
  const std::int64_t depth = (std::int64_t{c.kernel_h} * c.kernel_w * c.in_ch + 3) / 4 * 4;
  const int pixels_a_call = c.is_pointwise() ? c.out_h * c.out_w : c.out_w;
  return 2 * depth * (pixels_a_call > 2 ? 4 : 1);
}

/// Scratch of kernels/dsp/dwconv_planes.h.
std::int64_t plane_bytes(const Convolution& c) {
  const int size = c.kernel_h;
  const int reach = ((c.out_w + 3) / 4 * 4 - 1) * c.stride_w + size + 1;
  const int columns = (std::max(reach, c.padding.left + c.in_w) + 1) / 2 * 2;
  const int tap_words = size * ((size + 1) / 2) * (c.stride_w == 1 ? 2 : 1);
  return 4 * std::int64_t{size} * columns * 2 + 4 * std::int64_t{tap_words} * 4;
}

/// The planes kernel for a depthwise convolution, if there is one.
std::optional<Candidate> depthwise_dsp_kernel(const Convolution& c) {
  const bool is_square = c.kernel_h == c.kernel_w && c.stride_h == c.stride_w;
  const bool has_size = c.kernel_h == 3 || c.kernel_h == 5 || c.kernel_h == 7;
  const bool is_dense = c.dilation_h == 1 && c.dilation_w == 1 && c.multiplier() == 1;
  if (!is_square || !has_size || !is_dense || c.stride_w > 2) return std::nullopt;
  return Candidate{fmt::format("s8_dwconv_{0}x{0}s{1}_dsp", c.kernel_h, c.stride_w), plane_bytes(c),
                   "SIMD over widened planes of four channels"};
}

/// A fully connected layer's widened column lies beside its whole input, twice as large. Above this, its few
/// multiply-accumulates are not worth the SRAM.
constexpr std::int64_t max_lone_column_bytes = 4096;

bool has_lone_long_column(const Convolution& c) {
  return c.is_pointwise() && c.out_h * c.out_w == 1 && column_bytes(c) > max_lone_column_bytes;
}

std::optional<Candidate> dsp_kernel(const Convolution& c) {
  if (c.depthwise && c.in_ch > 1) return depthwise_dsp_kernel(c);
  // A depthwise convolution of one input channel is a convolution.
  if (c.is_1x1() && !c.is_padded()) return Candidate{"s8_conv1x1_4x2_dsp", column_bytes(c), "SIMD, 1x1 kernel"};
  if (c.in_ch % 4 == 0) return Candidate{"s8_conv_4x2_dsp", column_bytes(c), "SIMD, in_ch % 4 == 0"};
  // Columns of bytes before they are widened: half as much again.
  return Candidate{"s8_conv_any_4x2_dsp", column_bytes(c) / 2 * 3, "SIMD, any in_ch"};
}

/// The best variant on a core with or without SIMD.
Candidate best_kernel(const ir::Graph& graph, const ir::Op& op, const Convolution& c, bool dsp) {
  Candidate generic = generic_kernel(c);
  if (!dsp) return generic;
  if (has_lone_long_column(c)) {
    generic.reason += ": a widened column would need too much SRAM";
    return generic;
  }
  std::optional<Candidate> simd = dsp_kernel(c);
  if (simd && std::ranges::all_of(conv_channels(graph, op), requantizes_fast)) return *std::move(simd);
  if (simd) generic.reason += ": a channel's factor is out of the SIMD kernel's range";
  return generic;
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
  const Candidate best = best_kernel(graph, op, c, dsp);
  const KernelVariant& variant = kernel_variant(best.kernel);
  KernelChoice result;
  result.kernel = variant.name;
  result.folder = variant.folder;
  result.driver = variant.driver;
  result.weight_layout = variant.weight_layout;
  const bool has_border = variant.driver == "thimble_conv_rows";
  result.scratch_bytes = (has_border ? c.border_bytes() : 0) + best.scratch_bytes;
  result.reason = best.reason;
  return result;
}

void refuse_op(const ir::Graph& graph, const ir::Op& op, const std::string& why) {
  throw Error(fmt::format("{}: {} \"{}\": {}", graph.name, ir::name_of(op.kind), graph.name_of(op), why),
              "`thimble inspect` lists every layer; docs/ops.md lists what each op supports");
}

}  // namespace thimble::target
