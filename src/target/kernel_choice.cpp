#include "target/kernel_choice.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "ir/slice_region.h"
#include "reference/hard_swish.h"
#include "reference/parameters.h"
#include "target/block_choice.h"
#include "target/conv_choice.h"
#include "target/cores.h"
#include "target/kernel_variants.h"
#include "target/mean_geometry.h"

namespace thimble::target {

namespace {

using ir::DataType;

/// The tallest pooling window, kernels/generic/pool_rows.h.
constexpr int max_filter_h = 64;
constexpr std::size_t max_rank = 4;

using Candidates = std::vector<KernelChoice>;

class Chooser {
 public:
  Chooser(const ir::Graph& graph, const ir::Op& op, const Core& core, const KernelOptions& options)
      : graph_(graph), op_(op), options_(options) {
    options_.dsp = core.dsp && options.dsp;
  }

  Candidates operator()(const ir::Conv2D&) const { return conv_kernels(graph_, op_, options_); }
  Candidates operator()(const ir::DepthwiseConv2D&) const { return conv_kernels(graph_, op_, options_); }
  Candidates operator()(const ir::FullyConnected&) const { return conv_kernels(graph_, op_, options_); }

  Candidates operator()(const ir::Add&) const {
    return {binary(options_.dsp && adds_fast() ? "s8_add_dsp" : "s8_add_generic")};
  }
  Candidates operator()(const ir::Sub&) const { return {binary("s8_sub_generic")}; }
  Candidates operator()(const ir::Mul&) const {
    return {binary(options_.dsp && multiplies_fast() ? "s8_mul_dsp" : "s8_mul_generic")};
  }

  Candidates operator()(const ir::Pool2D& pool) const {
    require_int8();
    require_one_image();
    require(pool.filter_h <= max_filter_h,
            fmt::format("a window of {} rows is too tall ({} is the most)", pool.filter_h, max_filter_h));
    const bool average = pool.kind == ir::PoolKind::average;
    const bool by_fours = options_.dsp && input().shape.at(3) >= 4;
    Candidates candidates;
    if (by_fours)
      candidates = {choice(average ? "s8_avgpool_1x4_dsp" : "s8_maxpool_1x4_dsp", "SIMD, four channels a step")};
    else
      candidates = {choice(average ? "s8_avgpool_generic" : "s8_maxpool_generic", "any window")};
    if (average && covers_image(pool))
      candidates.push_back(summing(by_fours ? "s8_avgpool_rows_1x4_dsp" : "s8_avgpool_rows_generic"));
    return candidates;
  }

  Candidates operator()(const ir::Mean& mean) const {
    require_int8();
    const auto geometry = mean_geometry(graph_, op_, mean);
    require(geometry.has_value(),
            "its axes are too scattered: it must be a mean over [outer][reduced][inner][reduced]");
    require(input().shape.size() <= max_rank, "has more than 4 dimensions");
    require(keeps_rows(graph_, op_, mean) || output().shape.size() < max_rank || output().shape[1] == 1 ||
                output().shape[0] > 1,
            "is a mean over a batch of images");
    const bool by_fours = options_.dsp && geometry->reduced_inner == 1 && geometry->reduced > 1 && geometry->inner >= 4;
    Candidates candidates{by_fours ? choice("s8_mean_1x4_dsp", "SIMD, four channels a step")
                                   : choice("s8_mean_generic", "any axes")};
    if (is_over_image(mean)) candidates.push_back(summing(by_fours ? "s8_mean_rows_1x4_dsp" : "s8_mean_rows_generic"));
    return candidates;
  }

  Candidates operator()(const ir::Pad& pad) const {
    require_bytes();
    require(pad.amounts.size() <= max_rank, "has more than 4 dimensions");
    require(pad.amounts.size() < max_rank || pad.amounts[0] == std::array{0, 0}, "pads the batch dimension");
    return {choice("s8_pad_generic", "any padding")};
  }

  Candidates operator()(const ir::Reshape&) const { return {choice("s8_copy_generic", "a copy where not aliased")}; }

  Candidates operator()(const ir::Transpose& transpose) const {
    require_bytes();
    require(transpose.permutation.size() <= max_rank, "has more than 4 dimensions");
    return {choice("s8_transpose_generic", "any permutation")};
  }

  Candidates operator()(const ir::Concat& concat) const {
    require(concat.activation == ir::Activation::none, "a concatenation with a fused activation is not supported");
    return {choice("s8_copy_generic", "one copy an input")};
  }

  Candidates operator()(const ir::ResizeNearest&) const {
    require_bytes();
    require_one_image();
    return {choice("s8_resize_nearest_generic", "rows and columns by table")};
  }

  Candidates operator()(const ir::Softmax&) const {
    require_int8();
    require(output().scale() == 1.0F / 256 && output().zero_point() == -128,
            fmt::format("an int8 softmax has scale 1/256 and zero point -128, not {} and {}", output().scale(),
                        output().zero_point()));
    return {choice("s8_softmax_generic", "TFLite's fixed point")};
  }

  Candidates operator()(const ir::Sigmoid&) const {
    require_int8();
    return {table()};
  }
  Candidates operator()(const ir::HardSwish&) const {
    require_int8();
    require(reference::has_hard_swish_scales(input(), output()),
            fmt::format("an int8 hard-swish has an output scale of at least 1/128 of its input's, {}, not {}",
                        input().scale(), output().scale()));
    return {table()};
  }
  Candidates operator()(const ir::Clamp&) const {
    require_bytes();
    return {table()};
  }
  Candidates operator()(const ir::Quantize&) const {
    require_bytes();
    return {table()};
  }

  Candidates operator()(const ir::Dequantize&) const {
    refuse("float32 inside the network is not supported (only at its ends)");
  }
  Candidates operator()(const ir::ShapeOf&) const { refuse_shape_arithmetic(); }
  Candidates operator()(const ir::StridedSlice&) const {
    if (input().is_constant()) refuse_shape_arithmetic();
    require_bytes();
    require(ir::sliced_region(graph_, op_).has_value(),
            "only a rectangle of an image, all channels of each pixel, can be sliced");
    return {choice("s8_copy_generic", "a rectangle, row by row")};
  }
  Candidates operator()(const ir::Pack&) const { refuse_shape_arithmetic(); }
  Candidates operator()(const ir::TiledBlock&) const { return {choose_block_kernel(graph_, op_, options_)}; }

 private:
  const ir::Tensor& input(std::size_t i = 0) const { return graph_.tensor(op_.inputs.at(i)); }
  const ir::Tensor& output() const { return graph_.tensor(op_.outputs.at(0)); }

  [[noreturn]] void refuse(const std::string& what) const { refuse_op(graph_, op_, what); }
  [[noreturn]] void refuse_shape_arithmetic() const {
    refuse("shape arithmetic that does not fold into a constant is not supported");
  }
  void require(bool holds, const std::string& what) const {
    if (!holds) refuse(what);
  }
  void require_one_image() const { require(input().shape.at(0) == 1, "a batch of more than 1 is not supported"); }
  void require_int8() const {
    for (const ir::Tensor* t : {&input(), &output()}) {
      require(t->type == DataType::int8, fmt::format("{} is not supported (int8 is)", ir::name_of(t->type)));
    }
  }
  void require_bytes() const {
    for (const ir::Tensor* t : {&input(), &output()}) {
      require(t->type == DataType::int8 || t->type == DataType::uint8,
              fmt::format("{} is not supported (int8 and uint8 are)", ir::name_of(t->type)));
    }
  }

  static KernelChoice choice(std::string_view kernel, std::string reason) {
    const KernelVariant& variant = kernel_variant(kernel);
    KernelChoice result;
    result.kernel = variant.name;
    result.folder = variant.folder;
    result.driver = variant.driver;
    result.weight_layout = variant.weight_layout;
    result.reason = std::move(reason);
    return result;
  }

  static KernelChoice table() {
    KernelChoice result = choice("s8_lut_generic", "a function of one byte");
    result.in_place = true;
    return result;
  }

  /// A kernel of kernels/generic/sum_rows.h: a sum of int32 for each channel.
  KernelChoice summing(std::string_view kernel) const {
    KernelChoice result = choice(kernel, "sums up rows as they appear");
    result.accumulates = true;
    result.scratch_bytes = 4 * std::int64_t{input().shape.at(3)};
    return result;
  }

  /// Whether a mean goes over the height and the width of one image of several rows, and nothing else.
  bool is_over_image(const ir::Mean& mean) const {
    const ir::Shape& shape = input().shape;
    if (shape.size() != 4 || shape[0] != 1 || shape[1] < 2) return false;
    const auto is_axis = [&](int d) { return std::ranges::find(mean.axes, d) != mean.axes.end(); };
    return is_axis(1) && (is_axis(2) || shape[2] == 1) && !is_axis(3);
  }

  /// Whether the first window covers an image of several rows, and there is no other.
  bool covers_image(const ir::Pool2D& pool) const {
    const ir::Shape& in = input().shape;
    const bool is_one_pixel = output().shape.at(1) == 1 && output().shape.at(2) == 1;
    return is_one_pixel && in[1] > 1 && pool.filter_h - pool.padding.top >= in[1] &&
           pool.filter_w - pool.padding.left >= in[2];
  }

  /// The ranges that kernels/dsp/s8_add_dsp.h needs.
  bool adds_fast() const {
    require_int8();
    const reference::SumFactors factors = reference::sum_factors(input(0), input(1), output());
    const auto is_half = [](const ir::FixedPointFactor& f) { return f.multiplier == 1 << 30 && f.shift == 0; };
    const auto is_less = [](const ir::FixedPointFactor& f) { return f.multiplier > 0 && f.shift < 0; };
    const bool inputs_fit = (is_half(factors.a) && (is_half(factors.b) || is_less(factors.b))) ||
                            (is_half(factors.b) && is_less(factors.a));
    return inputs_fit && is_less(factors.out) && factors.out.shift >= -22;
  }

  /// The range that kernels/dsp/s8_mul_dsp.h needs.
  bool multiplies_fast() const {
    require_int8();
    const ir::FixedPointFactor factor = reference::product_factor(input(0), input(1), output());
    return factor.multiplier > 0 && factor.shift <= -1 && factor.shift >= -22;
  }

  KernelChoice binary(std::string_view kernel) const {
    require_int8();
    require(input(1).type == DataType::int8, fmt::format("{} is not supported (int8 is)", ir::name_of(input(1).type)));
    require(output().shape.size() <= max_rank, "has more than 4 dimensions");
    const bool a_is_whole = input().elements() == output().elements();
    KernelChoice result = choice(kernel, a_is_whole ? "any scales" : "any scales, broadcasts");
    result.in_place = a_is_whole;
    return result;
  }

  const ir::Graph& graph_;
  const ir::Op& op_;
  KernelOptions options_;  ///< What the core has of them.
};

}  // namespace

namespace {

void set_issue(KernelChoice& kernel, const Core& core) {
  kernel.single_issue = kernel.folder == "dsp" && issues_singly(core);
  for (KernelChoice& layer : kernel.layers) {
    set_issue(layer, core);
    kernel.single_issue |= layer.single_issue;
  }
}

}  // namespace

std::vector<KernelChoice> kernel_candidates(const ir::Graph& graph, const ir::Op& op, const Core& core,
                                            const KernelOptions& options) {
  std::vector<KernelChoice> kernels = std::visit(Chooser(graph, op, core, options), op.kind);
  for (KernelChoice& kernel : kernels) set_issue(kernel, core);
  return kernels;
}

KernelChoice choose_row_kernel(const ir::Graph& graph, const ir::Op& op, const Core& core, const KernelOptions& options,
                               const KernelChoice& whole) {
  KernelOptions by_rows = options;
  by_rows.many_rows = false;
  const bool is_depthwise = std::holds_alternative<ir::DepthwiseConv2D>(op.kind);
  const bool is_mean = std::holds_alternative<ir::Mean>(op.kind) || std::holds_alternative<ir::Pool2D>(op.kind);
  if (!is_depthwise && !is_mean) return whole;
  for (const KernelChoice& kernel : kernel_candidates(graph, op, core, by_rows))
    if (is_depthwise || kernel.accumulates) return kernel;
  return whole;
}

KernelChoice choose_kernel(const ir::Graph& graph, const ir::Op& op, const Core& core, const KernelOptions& options) {
  return kernel_candidates(graph, op, core, options).front();
}

}  // namespace thimble::target
