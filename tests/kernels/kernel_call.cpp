#include "kernel_call.h"

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>

#include "dsp/s8_add_dsp.h"
#include "dsp/s8_avgpool_1x4_dsp.h"
#include "dsp/s8_avgpool_rows_1x4_dsp.h"
#include "dsp/s8_conv1x1_1x4_dsp.h"
#include "dsp/s8_conv1x1_4x2_dsp.h"
#include "dsp/s8_conv1x1_final_4x2_dsp.h"
#include "dsp/s8_conv1x1_partial_4x2_dsp.h"
#include "dsp/s8_conv_4x2_dsp.h"
#include "dsp/s8_conv_any_4x2_dsp.h"
#include "dsp/s8_conv_lean_4x2_dsp.h"
#include "dsp/s8_dwconv_3x3s1_dsp.h"
#include "dsp/s8_dwconv_3x3s1_image_dsp.h"
#include "dsp/s8_dwconv_3x3s1_tall_dsp.h"
#include "dsp/s8_dwconv_3x3s2_dsp.h"
#include "dsp/s8_dwconv_3x3s2_image_dsp.h"
#include "dsp/s8_dwconv_5x5s1_dsp.h"
#include "dsp/s8_dwconv_5x5s2_dsp.h"
#include "dsp/s8_dwconv_7x7s1_dsp.h"
#include "dsp/s8_dwconv_7x7s2_dsp.h"
#include "dsp/s8_dwconv_any_dsp.h"
#include "dsp/s8_maxpool_1x4_dsp.h"
#include "dsp/s8_mean_1x4_dsp.h"
#include "dsp/s8_mean_rows_1x4_dsp.h"
#include "dsp/s8_mul_dsp.h"
#include "dsp/s8w16_conv1x1_1x4_dsp.h"
#include "dsp/s8w16_conv1x1_4x2_dsp.h"
#include "dsp/s8w16_conv_4x2_dsp.h"
#include "dsp/s8w16_conv_any_4x2_dsp.h"
#include "generic/s8_add_generic.h"
#include "generic/s8_avgpool_generic.h"
#include "generic/s8_avgpool_rows_generic.h"
#include "generic/s8_conv1x1_1x2_generic.h"
#include "generic/s8_conv1x1_final_1x2_generic.h"
#include "generic/s8_conv1x1_partial_1x2_generic.h"
#include "generic/s8_conv_1x2_generic.h"
#include "generic/s8_copy_generic.h"
#include "generic/s8_dwconv_generic.h"
#include "generic/s8_lut_generic.h"
#include "generic/s8_maxpool_generic.h"
#include "generic/s8_mean_generic.h"
#include "generic/s8_mean_rows_generic.h"
#include "generic/s8_mul_generic.h"
#include "generic/s8_pad_generic.h"
#include "generic/s8_resize_nearest_generic.h"
#include "generic/s8_softmax_generic.h"
#include "generic/s8_sub_generic.h"
#include "generic/s8_transpose_generic.h"
#include "ir/partial_sums.h"
#include "ir/slice_region.h"
#include "reference/parameters.h"
#include "target/conv_channels.h"
#include "target/convolution.h"
#include "target/weight_layout.h"

namespace thimble::testing {

namespace {

using Bytes = reference::Bytes;

thimble_factor c_factor(ir::FixedPointFactor factor) { return {factor.multiplier, factor.shift}; }

template <typename Driver, typename Kernel, typename Parameters>
Call unary_call(Driver driver, Kernel kernel, Parameters parameters) {
  return [=](const thimble_plane* a, const thimble_plane*, const thimble_plane* out, int first, int count,
             void* scratch) { driver(kernel, &parameters, a, out, first, count, scratch); };
}

/// The arrays that a thimble_conv points to.
struct ConvArrays {
  std::vector<std::int8_t> weights;
  std::vector<std::int16_t> wide_weights;
  std::vector<std::int32_t> bias, multiplier, scales, outliers;
  std::vector<std::int8_t> shift;
};

ir::Activation activation_of(const ir::Op& op) {
  return std::visit(
      [](const auto& kind) {
        if constexpr (requires { kind.activation; }) return kind.activation;
        return ir::Activation::none;
      },
      op.kind);
}

thimble_conv conv_parameters(const SingleOp& single, const ConvArrays& arrays, [[maybe_unused]] int tile_pixels) {
  const auto c = target::convolution_of(single.graph, single.op()).value();
  const auto half = [](int value) { return static_cast<std::int16_t>(value); };
  thimble_conv p{};
  p.in_h = c.in_h;
  p.in_w = c.in_w;
  p.in_ch = c.in_ch;
  p.out_h = c.out_h;
  p.out_w = c.out_w;
  p.out_ch = c.out_ch;
  p.kernel_h = half(c.kernel_h);
  p.kernel_w = half(c.kernel_w);
  p.stride_h = half(c.stride_h);
  p.stride_w = half(c.stride_w);
  p.dilation_h = half(c.dilation_h);
  p.dilation_w = half(c.dilation_w);
  p.pad_top = half(c.padding.top);
  p.pad_left = half(c.padding.left);
  p.in_zero_point = half(single.graph.tensor(single.op().inputs[0]).zero_point());
  if (!ir::makes_sums(single.graph, single.op())) {
    const auto range = reference::activation_range(activation_of(single.op()), single.output());
    p.out_zero_point = half(single.output().zero_point());
    p.out_min = half(range.low);
    p.out_max = half(range.high);
  }
  p.weights =
      arrays.wide_weights.empty() ? static_cast<const void*>(arrays.weights.data()) : arrays.wide_weights.data();
  p.bias = arrays.bias.data();
  p.multiplier = arrays.multiplier.data();
  p.shift = arrays.shift.data();
  p.scales = arrays.scales.data();
  p.outliers = arrays.outliers.data();
  p.outlier_count = static_cast<std::int32_t>(arrays.outliers.size() / 4);
#if THIMBLE_COLUMN_TILES
  p.tile_pixels = tile_pixels;
#endif
  return p;
}

Call conv_call(const SingleOp& single, const target::KernelChoice& choice) {
  auto arrays = std::make_shared<ConvArrays>();
  auto channels = target::conv_channels(single.graph, single.op());
  arrays->weights = target::pack_weights(choice.weight_layout, channels);
  if (target::is_wide(choice.weight_layout)) {
    arrays->wide_weights.assign(arrays->weights.begin(), arrays->weights.end());
  }
  if (choice.folder == "dsp") {
    for (const target::Outlier& o : target::take_outliers(channels)) {
      arrays->outliers.insert(arrays->outliers.end(), {o.channel, o.factor.multiplier, o.factor.shift, o.bias});
    }
  }
  for (const target::ConvChannel& channel : channels) {
    const bool is_packed = THIMBLE_PACKED_CHANNELS && choice.folder == "dsp";
    arrays->bias.push_back(is_packed ? channel.packed_bias() : channel.bias);
    arrays->multiplier.push_back(channel.factor.multiplier);
    arrays->shift.push_back(static_cast<std::int8_t>(channel.factor.shift));
    if (choice.folder != "dsp") continue;
    const auto [factor, second] = channel.scales();
    arrays->scales.push_back(factor);
    if (!is_packed) arrays->scales.push_back(second);
  }
  const thimble_conv p = conv_parameters(single, *arrays, choice.tile_pixels);
  const std::map<std::string, thimble_conv_kernel*> row_kernels{
      {"s8_conv_1x2_generic", s8_conv_1x2_generic},      {"s8_conv1x1_1x2_generic", s8_conv1x1_1x2_generic},
      {"s8_conv1x1_4x2_dsp", s8_conv1x1_4x2_dsp},        {"s8_conv_4x2_dsp", s8_conv_4x2_dsp},
      {"s8_conv_any_4x2_dsp", s8_conv_any_4x2_dsp},      {"s8_conv_lean_4x2_dsp", s8_conv_lean_4x2_dsp},
      {"s8_conv1x1_1x4_dsp", s8_conv1x1_1x4_dsp},        {"s8w16_conv1x1_1x4_dsp", s8w16_conv1x1_1x4_dsp},
      {"s8w16_conv1x1_4x2_dsp", s8w16_conv1x1_4x2_dsp},  {"s8w16_conv_4x2_dsp", s8w16_conv_4x2_dsp},
      {"s8w16_conv_any_4x2_dsp", s8w16_conv_any_4x2_dsp}};
  const std::map<std::string, thimble_dwconv_kernel*> plane_kernels{
      {"s8_dwconv_3x3s1_dsp", s8_dwconv_3x3s1_dsp},
      {"s8_dwconv_3x3s2_dsp", s8_dwconv_3x3s2_dsp},
      {"s8_dwconv_5x5s1_dsp", s8_dwconv_5x5s1_dsp},
      {"s8_dwconv_5x5s2_dsp", s8_dwconv_5x5s2_dsp},
      {"s8_dwconv_7x7s1_dsp", s8_dwconv_7x7s1_dsp},
      {"s8_dwconv_7x7s2_dsp", s8_dwconv_7x7s2_dsp},
      {"s8_dwconv_any_dsp", s8_dwconv_any_dsp},
      {"s8_dwconv_generic", s8_dwconv_generic},
      {"s8_dwconv_3x3s1_image_dsp", s8_dwconv_3x3s1_image_dsp},
      {"s8_dwconv_3x3s2_image_dsp", s8_dwconv_3x3s2_image_dsp},
      {"s8_dwconv_3x3s1_tall_dsp", s8_dwconv_3x3s1_tall_dsp}};
  if (choice.driver == "thimble_sums_rows") {
    const std::map<std::string, thimble_sums_kernel*> sums_kernels{
        {"s8_conv1x1_partial_1x2_generic", s8_conv1x1_partial_1x2_generic},
        {"s8_conv1x1_final_1x2_generic", s8_conv1x1_final_1x2_generic},
        {"s8_conv1x1_partial_4x2_dsp", s8_conv1x1_partial_4x2_dsp},
        {"s8_conv1x1_final_4x2_dsp", s8_conv1x1_final_4x2_dsp}};
    return [arrays, p, kernel = sums_kernels.at(choice.kernel)](
               const thimble_plane* in, const thimble_plane* sums, const thimble_plane* out, int first, int count,
               void* scratch) { thimble_sums_rows(kernel, &p, in, sums, out, first, count, scratch); };
  }
  const bool by_planes = choice.driver == "thimble_dwconv_rows";
  const Call run = by_planes ? unary_call(thimble_dwconv_rows, plane_kernels.at(choice.kernel), p)
                             : unary_call(thimble_conv_rows, row_kernels.at(choice.kernel), p);
  return [arrays, run](auto... arguments) { run(arguments...); };
}

Call pool_call(const SingleOp& single, const target::KernelChoice& choice) {
  const auto& pool = std::get<ir::Pool2D>(single.op().kind);
  const ir::Shape& in = single.graph.tensor(single.op().inputs[0]).shape;
  const auto range = reference::activation_range(pool.activation, single.output());
  const auto half = [](int value) { return static_cast<std::int16_t>(value); };
  const thimble_pool p{in[1],
                       in[2],
                       in[3],
                       single.output().shape[1],
                       single.output().shape[2],
                       half(pool.filter_h),
                       half(pool.filter_w),
                       half(pool.stride_h),
                       half(pool.stride_w),
                       half(pool.padding.top),
                       half(pool.padding.left),
                       range.low,
                       range.high};
  const std::map<std::string, thimble_pool_kernel*> kernels{{"s8_avgpool_generic", s8_avgpool_generic},
                                                            {"s8_maxpool_generic", s8_maxpool_generic},
                                                            {"s8_avgpool_1x4_dsp", s8_avgpool_1x4_dsp},
                                                            {"s8_maxpool_1x4_dsp", s8_maxpool_1x4_dsp}};
  if (choice.accumulates) {
    const bool dsp = choice.kernel == "s8_avgpool_rows_1x4_dsp";
    return unary_call(thimble_pool_by_rows, dsp ? s8_avgpool_rows_1x4_dsp : s8_avgpool_rows_generic, p);
  }
  return unary_call(thimble_pool_rows, kernels.at(choice.kernel), p);
}

ir::Shape four_dimensions(const ir::Shape& shape) {
  ir::Shape padded(4 - shape.size(), 1);
  padded.insert(padded.end(), shape.begin(), shape.end());
  return padded;
}

void set_strides(std::int32_t* strides, const ir::Shape& shape) {
  int stride = 1;
  for (std::size_t d = 4; d-- > 0;) {
    strides[d] = shape[d] > 1 ? stride : 0;
    stride *= shape[d];
  }
}

Call binary_call(const SingleOp& single, const target::KernelChoice& choice) {
  const ir::Tensor& a = single.graph.tensor(single.op().inputs[0]);
  const ir::Tensor& b = single.graph.tensor(single.op().inputs[1]);
  const auto range = reference::activation_range(activation_of(single.op()), single.output());
  thimble_binary p{};
  const ir::Shape size = four_dimensions(single.output().shape);
  std::copy(size.begin(), size.end(), p.size);
  set_strides(p.a_stride, four_dimensions(a.shape));
  set_strides(p.b_stride, four_dimensions(b.shape));
  p.a_zero_point = a.zero_point();
  p.b_zero_point = b.zero_point();
  p.out_zero_point = single.output().zero_point();
  p.out_min = range.low;
  p.out_max = range.high;
  if (std::holds_alternative<ir::Mul>(single.op().kind)) {
    p.out_factor = c_factor(reference::product_factor(a, b, single.output()));
  } else {
    const auto factors = reference::sum_factors(a, b, single.output());
    p.left_shift = reference::SumFactors::left_shift;
    p.a_factor = c_factor(factors.a);
    p.b_factor = c_factor(factors.b);
    p.out_factor = c_factor(factors.out);
  }
  const std::map<std::string, thimble_binary_kernel*> kernels{{"s8_add_generic", s8_add_generic},
                                                              {"s8_sub_generic", s8_sub_generic},
                                                              {"s8_mul_generic", s8_mul_generic},
                                                              {"s8_add_dsp", s8_add_dsp},
                                                              {"s8_mul_dsp", s8_mul_dsp}};
  thimble_binary_kernel* const kernel = kernels.at(choice.kernel);
  return [=](const thimble_plane* in_a, const thimble_plane* in_b, const thimble_plane* out, int first, int count,
             void* scratch) { thimble_binary_rows(kernel, &p, in_a, in_b, out, first, count, scratch); };
}

/// The table of a function of one byte: the operator itself, applied to every byte.
Call table_call(const SingleOp& single) {
  SingleOp bytes = single;
  for (ir::Tensor& tensor : bytes.graph.tensors) tensor.shape = {1, 256};
  bytes.inputs = {Bytes(256)};
  for (std::size_t i = 0; i < 256; ++i) bytes.inputs[0][i] = static_cast<std::byte>(i);
  const auto table = std::make_shared<const Bytes>(bytes.expected());
  const thimble_map p{reinterpret_cast<const std::int8_t*>(table->data())};
  const Call run = unary_call(thimble_map_rows, s8_lut_generic, p);
  return [table, run](auto... arguments) { run(arguments...); };
}

Call pad_call(const SingleOp& single) {
  const auto& pad = std::get<ir::Pad>(single.op().kind);
  const ir::Shape in = four_dimensions(single.graph.tensor(single.op().inputs[0]).shape);
  const ir::Shape out = four_dimensions(single.output().shape);
  std::vector<std::array<int, 2>> amounts(4 - pad.amounts.size(), {0, 0});
  amounts.insert(amounts.end(), pad.amounts.begin(), pad.amounts.end());
  const auto value = static_cast<std::int8_t>(pad.value ? static_cast<int>(*pad.value) : single.output().zero_point());
  const thimble_pad p{in[1], in[2], out[2], in[3], amounts[1][0], amounts[2][0], amounts[3][0], out[3], value};
  return unary_call(thimble_pad_rows, s8_pad_generic, p);
}

Call resize_call(const SingleOp& single) {
  const auto& resize = std::get<ir::ResizeNearest>(single.op().kind);
  const ir::Shape& in = single.graph.tensor(single.op().inputs[0]).shape;
  const ir::Shape& out = single.output().shape;
  const auto sources = [&](std::size_t d) {
    auto indices = std::make_shared<std::vector<std::uint16_t>>();
    for (const int index : reference::nearest_sources(in[d], out[d], resize.align_corners, resize.half_pixel_centers)) {
      indices->push_back(static_cast<std::uint16_t>(index));
    }
    return indices;
  };
  const auto rows = sources(1);
  const auto columns = sources(2);
  const Call run = unary_call(thimble_resize_rows, s8_resize_nearest_generic,
                              thimble_resize{out[2], out[3], rows->data(), columns->data()});
  return [rows, columns, run](auto... arguments) { run(arguments...); };
}

Call mean_call(const SingleOp& single, const target::KernelChoice& choice) {
  const auto& mean = std::get<ir::Mean>(single.op().kind);
  const ir::Tensor& in = single.graph.tensor(single.op().inputs[0]);
  const bool keeps_rows = in.shape.size() == 4 && in.shape[0] == 1 && single.output().shape.size() == 4 &&
                          std::ranges::find(mean.axes, 1) == mean.axes.end();
  int blocks[4] = {1, 1, 1, 1};
  int block = 0;
  for (int d = 0; d < static_cast<int>(in.shape.size()); ++d) {
    const int size = keeps_rows && d == 1 ? 1 : in.shape[static_cast<std::size_t>(d)];
    const bool reduced = std::ranges::find(mean.axes, d) != mean.axes.end();
    if (size == 1) continue;
    if (reduced != (block % 2 == 1)) ++block;
    blocks[block] *= size;
  }
  const auto factor = reference::mean_factor(in, single.output(), std::int64_t{blocks[1]} * blocks[3]);
  const thimble_mean p{blocks[0], blocks[1], blocks[2],       blocks[3], in.zero_point(), single.output().zero_point(),
                       -128,      127,       c_factor(factor)};
  if (choice.accumulates) {
    const bool dsp = choice.kernel == "s8_mean_rows_1x4_dsp";
    return unary_call(thimble_mean_by_rows, dsp ? s8_mean_rows_1x4_dsp : s8_mean_rows_generic, p);
  }
  return unary_call(thimble_mean_rows, choice.kernel == "s8_mean_1x4_dsp" ? s8_mean_1x4_dsp : s8_mean_generic, p);
}

Call transpose_call(const SingleOp& single) {
  const auto& transpose = std::get<ir::Transpose>(single.op().kind);
  const ir::Shape in = four_dimensions(single.graph.tensor(single.op().inputs[0]).shape);
  const ir::Shape out = four_dimensions(single.output().shape);
  const std::size_t added = 4 - transpose.permutation.size();
  thimble_transpose p{};
  for (std::size_t d = 0; d < 4; ++d) {
    p.size[d] = out[d];
    if (d < added) continue;
    p.stride[d] = 1;
    for (std::size_t e = static_cast<std::size_t>(transpose.permutation[d - added]) + added + 1; e < 4; ++e) {
      p.stride[d] *= in[e];
    }
  }
  return unary_call(thimble_transpose_rows, s8_transpose_generic, p);
}

Call softmax_call(const SingleOp& single) {
  const ir::Tensor& in = single.graph.tensor(single.op().inputs[0]);
  const auto scaling = reference::softmax_scaling(in, std::get<ir::Softmax>(single.op().kind).beta);
  const int depth = in.shape.back();
  return unary_call(thimble_softmax_rows, s8_softmax_generic,
                    thimble_softmax{static_cast<std::int32_t>(in.elements()) / depth, depth, scaling.multiplier,
                                    scaling.left_shift, scaling.least_difference});
}

/// One copy for each input of a concatenation; one for a reshape. The second and later inputs stand behind the first.
Call copy_call(const SingleOp& single) {
  const auto* concat = std::get_if<ir::Concat>(&single.op().kind);
  const ir::Shape& shape = single.output().shape;
  std::int32_t blocks = 1;
  for (int d = 0; concat != nullptr && d < concat->axis; ++d) blocks *= shape[static_cast<std::size_t>(d)];
  const auto out_step = static_cast<std::int32_t>(single.output().bytes()) / blocks;
  return [=](const thimble_plane* inputs, const thimble_plane*, const thimble_plane* out, int, int, void*) {
    thimble_plane at = *out;
    for (std::size_t i = 0; i < single.op().inputs.size(); ++i) {
      const auto bytes = static_cast<std::int32_t>(single.inputs[i].size()) / blocks;
      const thimble_copy p{blocks, bytes, bytes, out_step, 0, 0, 0};
      thimble_copy_rows(s8_copy_generic, &p, &inputs[i], &at, 0, blocks, nullptr);
      at.base += bytes;
    }
  };
}

/// A rectangle of an image, row by row.
Call slice_call(const SingleOp& single) {
  const ir::Region region = ir::sliced_region(single.graph, single.op()).value();
  const int channels = single.output().shape[3];
  const thimble_copy p{
      1, region.columns.count() * channels, 0, 0, 1, region.rows.first, region.columns.first * channels};
  return unary_call(thimble_copy_rows, s8_copy_generic, p);
}

}  // namespace

Call kernel_call(const SingleOp& single, const target::KernelChoice& choice) {
  const std::string& driver = choice.driver;
  if (driver == "thimble_conv_rows" || driver == "thimble_dwconv_rows" || driver == "thimble_sums_rows")
    return conv_call(single, choice);
  if (driver == "thimble_pool_rows" || driver == "thimble_pool_by_rows") return pool_call(single, choice);
  if (driver == "thimble_binary_rows") return binary_call(single, choice);
  if (driver == "thimble_map_rows") return table_call(single);
  if (driver == "thimble_pad_rows") return pad_call(single);
  if (driver == "thimble_resize_rows") return resize_call(single);
  if (driver == "thimble_mean_rows" || driver == "thimble_mean_by_rows") return mean_call(single, choice);
  if (driver == "thimble_transpose_rows") return transpose_call(single);
  if (std::holds_alternative<ir::StridedSlice>(single.op().kind)) return slice_call(single);
  if (driver == "thimble_copy_rows") return copy_call(single);
  if (driver == "thimble_softmax_rows") return softmax_call(single);
  throw std::logic_error("the test has no call of " + driver);
}

}  // namespace thimble::testing
