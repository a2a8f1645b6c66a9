#include <algorithm>
#include <array>
#include <variant>

#include "cost/families.h"

namespace thimble::cost {

namespace {

/// For each output pixel, for each channel, for each row of the window, for each column: those inside the image.
Loops pool(const Call& call) {
  const auto& window = std::get<ir::Pool2D>(call.op.kind);
  const ir::Shape& in = call.input().shape;
  const ir::Shape& out = call.output().shape;
  double window_rows = 0;
  for (int r = call.first; r < call.end; ++r) {
    const int top = r * window.stride_h - window.padding.top;
    window_rows += std::min(top + window.filter_h, in[1]) - std::max(top, 0);
  }
  double window_columns = 0;
  for (int x = 0; x < out[2]; ++x) {
    const int left = x * window.stride_w - window.padding.left;
    window_columns += std::min(left + window.filter_w, in[2]) - std::max(left, 0);
  }
  const double channels = out[3];
  return {
      {"calls", 1},
      {"rows", call.rows()},
      {"rows of windows", window_rows},
      {"pixels", call.rows() * out[2]},
      {"outputs", call.rows() * out[2] * channels},
      {"rows of outputs", window_rows * out[2] * channels},
      {"inputs of outputs", window_rows * window_columns * channels},
  };
}

/// Sums over [outer][reduced][inner][reduced_inner], as emit gathers the dimensions.
Loops mean(const Call& call) {
  const auto& axes = std::get<ir::Mean>(call.op.kind).axes;
  const ir::Shape& shape = call.input().shape;
  std::array<double, 4> blocks{1, 1, 1, 1};
  std::size_t block = 0;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 1) continue;
    const bool is_reduced = std::ranges::find(axes, static_cast<int>(d)) != axes.end();
    if (is_reduced != (block % 2 == 1)) ++block;
    if (block < blocks.size()) blocks[block] *= shape[d];
  }
  const auto [outer, reduced, inner, run] = blocks;
  return {
      {"calls", 1},
      {"images", outer},
      {"outputs", outer * inner},
      {"runs", outer * inner * reduced},
      {"inputs", outer * inner * reduced * run},
  };
}

/// Rows between the padding are copied whole, or pixel by pixel where channels are padded too.
Loops pad(const Call& call) {
  const auto& amounts = std::get<ir::Pad>(call.op.kind).amounts;
  const ir::Shape& in = call.input().shape;
  const ir::Shape& out = call.output().shape;
  if (in.size() != 4) {  // One row of the plan; rows of an image are not told apart.
    const double bytes = static_cast<double>(call.input().elements());
    return {{"calls", 1},
            {"rows", 1},
            {"pixels", 0},
            {"copied bytes", bytes},
            {"filled bytes", static_cast<double>(call.output().elements()) - bytes}};
  }
  double inside = 0;
  for (int r = call.first; r < call.end; ++r) inside += r >= amounts[1][0] && r - amounts[1][0] < in[1] ? 1 : 0;
  const bool pads_channels = in[3] != out[3];
  const double copied = inside * in[2] * in[3];
  const double all = call.rows() * out[2] * out[3];
  return {
      {"calls", 1},
      {"rows", call.rows()},
      {"pixels", pads_channels ? inside * in[2] : 0},
      {"copied bytes", copied},
      {"filled bytes", pads_channels ? all : all - copied},
  };
}

Loops resize(const Call& call) {
  const ir::Shape& out = call.output().shape;
  const double pixels = call.rows() * out[2];
  return {{"calls", 1}, {"rows", call.rows()}, {"pixels", pixels}, {"bytes", pixels * out[3]}};
}

Loops transpose(const Call& call) {
  const ir::Shape& out = call.output().shape;
  const double all = static_cast<double>(call.output().elements());
  const double rows = all / out.back();
  const double images = out.size() > 1 ? rows / out[out.size() - 2] : 1;
  return {{"calls", 1}, {"images", images}, {"rows", rows}, {"elements", all}};
}

/// One memcpy a block: a reshape's whole tensor, each input's share of a concatenation.
Loops copy(const Call& call) {
  double blocks = 1;
  if (const auto* concat = std::get_if<ir::Concat>(&call.op.kind)) {
    for (int d = 0; d < concat->axis; ++d) blocks *= call.output().shape[static_cast<std::size_t>(d)];
  }
  const auto inputs = static_cast<double>(std::holds_alternative<ir::Concat>(call.op.kind) ? call.op.inputs.size() : 1);
  return {{"calls", inputs}, {"blocks", inputs * blocks}, {"bytes", static_cast<double>(call.output().bytes())}};
}

constexpr std::array counters{
    LoopCounter{"s8_avgpool_generic", pool},
    LoopCounter{"s8_maxpool_generic", pool},
    LoopCounter{"s8_mean_generic", mean},
    LoopCounter{"s8_pad_generic", pad},
    LoopCounter{"s8_resize_nearest_generic", resize},
    LoopCounter{"s8_transpose_generic", transpose},
    LoopCounter{"s8_copy_generic", copy},
};

}  // namespace

std::span<const LoopCounter> spatial() { return counters; }

}  // namespace thimble::cost
