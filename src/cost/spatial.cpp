#include <algorithm>
#include <array>
#include <cmath>
#include <variant>
#include <vector>

#include "cost/families.h"
#include "target/mean_geometry.h"

namespace thimble::cost {

namespace {

/// For each output pixel, for each channel or four of them, for each row of the window, for each column: those inside
/// the image.
Loops pool(const Call& call, int channels_a_step) {
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
  const double steps = (out[3] + channels_a_step - 1) / channels_a_step;
  return {
      {"calls", 1},
      {"rows", call.rows()},
      {"rows of windows", window_rows},
      {"pixels", call.rows() * out[2]},
      {"channel steps", call.rows() * out[2] * steps},
      {"rows of channel steps", window_rows * out[2] * steps},
      {"inputs of channel steps", window_rows * window_columns * steps},
  };
}

Loops pool_by_channels(const Call& call) { return pool(call, 1); }
Loops pool_by_fours(const Call& call) { return pool(call, 4); }

/// What a call goes over: the outer dimension includes the rows of a mean that keeps them.
struct MeanLoops {
  double outer, reduced, inner, run;
};

MeanLoops mean_loops(const Call& call) {
  const target::MeanGeometry g =
      target::mean_geometry(call.graph, call.op, std::get<ir::Mean>(call.op.kind)).value_or(target::MeanGeometry{});
  const double outer = call.rows() * static_cast<double>(g.outer);
  return {outer, static_cast<double>(g.reduced), static_cast<double>(g.inner), static_cast<double>(g.reduced_inner)};
}

Loops mean(const Call& call) {
  const auto [outer, reduced, inner, run] = mean_loops(call);
  return {
      {"calls", 1},
      {"images", outer},
      {"outputs", outer * inner},
      {"runs", outer * inner * reduced},
      {"inputs", outer * inner * reduced * run},
  };
}

Loops mean_by_fours(const Call& call) {
  const auto [outer, reduced, inner, run] = mean_loops(call);
  const double fours = outer * std::ceil(inner / 4);
  return {{"calls", 1}, {"images", outer}, {"fours", fours}, {"inputs of fours", fours * reduced * run}};
}

/// The rows of a call follow each other in memory. The first call clears the sums, the last one makes outputs of them.
Loops sum_up(const Call& call, int channels_a_step) {
  const ir::Shape& in = call.input().shape;
  const double steps = std::ceil(static_cast<double>(in[3]) / channels_a_step);
  const double pixels = call.rows() * in[2];
  return {
      {"calls", 1},
      {"cleared sums", call.first == 0 ? static_cast<double>(in[3]) : 0},
      {"runs of pixels", channels_a_step == 1 ? pixels : steps},
      {"inputs", pixels * steps},
      {"outputs", call.end == in[1] ? static_cast<double>(in[3]) : 0},
  };
}

Loops sum_up_by_channels(const Call& call) { return sum_up(call, 1); }
Loops sum_up_by_fours(const Call& call) { return sum_up(call, 4); }

/// memcpy and memset: 16 bytes at a time, then words, then bytes. Where an address may not be a multiple of 4, some
/// libraries copy byte by byte.
struct Bytes {
  double copies = 0, sixteens = 0, words = 0;
  double unaligned = 0, unaligned_sixteens = 0, unaligned_bytes = 0;
  double fills = 0, filled_sixteens = 0, filled_bytes = 0;

  void copy(double times, int count, bool aligned) {
    if (aligned) {
      copies += times;
      sixteens += times * (count / 16);
      words += times * ((count % 16 + 3) / 4);
    } else {
      unaligned += times;
      unaligned_sixteens += times * (count / 16);
      unaligned_bytes += times * (count % 16);
    }
  }
  void fill(double times, int count) {
    fills += times;
    filled_sixteens += times * (count / 16);
    filled_bytes += times * (count % 16);
  }
  void append_copies(Loops& loops) const {
    loops.push_back({"copies", copies});
    loops.push_back({"copied sixteens", sixteens});
    loops.push_back({"copied words", words});
    loops.push_back({"unaligned copies", unaligned});
    loops.push_back({"unaligned sixteens", unaligned_sixteens});
    loops.push_back({"unaligned bytes", unaligned_bytes});
  }
  void append_fills(Loops& loops) const {
    loops.push_back({"fills", fills});
    loops.push_back({"filled sixteens", filled_sixteens});
    loops.push_back({"filled bytes", filled_bytes});
  }
};

/// Rows between the padding are copied whole, or pixel by pixel where channels are padded too.
Loops pad(const Call& call) {
  std::vector<std::array<int, 2>> amounts = std::get<ir::Pad>(call.op.kind).amounts;
  ir::Shape in = call.input().shape;
  ir::Shape out = call.output().shape;
  int first = call.first;
  int end = call.end;
  if (in.size() != 4) {  // What the plan sees as one row is an image for the driver.
    amounts.insert(amounts.begin(), 4 - in.size(), {0, 0});
    in.insert(in.begin(), 4 - in.size(), 1);
    out.insert(out.begin(), 4 - out.size(), 1);
    first = 0;
    end = out[1];
  }
  double inside = 0;
  for (int r = first; r < end; ++r) inside += r >= amounts[1][0] && r - amounts[1][0] < in[1] ? 1 : 0;
  const double rows = end - first;
  const int row_bytes = out[2] * out[3];
  const int in_bytes = in[2] * in[3];
  const int before = amounts[2][0] * out[3];
  Bytes bytes;
  bytes.fill(rows - inside, row_bytes);
  if (in[3] == out[3]) {
    bytes.fill(inside, before);
    bytes.copy(inside, in_bytes, in_bytes % 4 == 0 && row_bytes % 4 == 0 && before % 4 == 0);
    bytes.fill(inside, row_bytes - before - in_bytes);
  } else {
    bytes.fill(inside, row_bytes);
    bytes.copy(inside * in[2], in[3], in[3] % 4 == 0 && out[3] % 4 == 0 && amounts[3][0] % 4 == 0);
  }
  Loops loops{{"calls", 1}, {"rows", rows}, {"rows inside", inside}};
  bytes.append_copies(loops);
  bytes.append_fills(loops);
  return loops;
}

Loops resize(const Call& call) {
  const ir::Shape& out = call.output().shape;
  Bytes bytes;
  bytes.copy(call.rows() * out[2], out[3], out[3] % 4 == 0);
  Loops loops{{"calls", 1}, {"rows", call.rows()}};
  bytes.append_copies(loops);
  return loops;
}

Loops transpose(const Call& call) {
  const ir::Shape& out = call.output().shape;
  const double all = static_cast<double>(call.output().elements());
  const double rows = all / out.back();
  const double images = out.size() > 1 ? rows / out[out.size() - 2] : 1;
  return {{"calls", 1}, {"images", images}, {"rows", rows}, {"elements", all}};
}

/// One memcpy a block: a reshape's whole tensor, each input's share of a concatenation, a row of a rectangle.
Loops copy(const Call& call) {
  Bytes bytes;
  const auto* concat = std::get_if<ir::Concat>(&call.op.kind);
  if (std::holds_alternative<ir::StridedSlice>(call.op.kind)) {
    const ir::Shape& out = call.output().shape;
    bytes.copy(call.rows(), out[2] * out[3], out[3] % 4 == 0);
  } else if (concat == nullptr) {
    bytes.copy(1, static_cast<int>(call.output().bytes()), true);
  } else {
    int blocks = 1;
    for (int d = 0; d < concat->axis; ++d) blocks *= call.output().shape[static_cast<std::size_t>(d)];
    const auto out_step = static_cast<int>(call.output().bytes()) / blocks;
    int offset = 0;
    for (std::size_t i = 0; i < call.op.inputs.size(); ++i) {
      const int share = static_cast<int>(call.input(i).bytes()) / blocks;
      bytes.copy(blocks, share, share % 4 == 0 && offset % 4 == 0 && (out_step % 4 == 0 || blocks == 1));
      offset += share;
    }
  }
  Loops loops{{"calls", concat != nullptr ? static_cast<double>(call.op.inputs.size()) : 1.0}};
  bytes.append_copies(loops);
  return loops;
}

constexpr std::array spatial_counters{
    LoopCounter{"s8_avgpool_generic", pool_by_channels},
    LoopCounter{"s8_maxpool_generic", pool_by_channels},
    LoopCounter{"s8_avgpool_1x4_dsp", pool_by_fours},
    LoopCounter{"s8_maxpool_1x4_dsp", pool_by_fours},
    LoopCounter{"s8_mean_1x4_dsp", mean_by_fours},
    LoopCounter{"s8_mean_generic", mean},
    LoopCounter{"s8_mean_rows_1x4_dsp", sum_up_by_fours, true},
    LoopCounter{"s8_mean_rows_generic", sum_up_by_channels, true},
    LoopCounter{"s8_avgpool_rows_1x4_dsp", sum_up_by_fours, true},
    LoopCounter{"s8_avgpool_rows_generic", sum_up_by_channels, true},
    LoopCounter{"s8_pad_generic", pad},
    LoopCounter{"s8_resize_nearest_generic", resize},
    LoopCounter{"s8_transpose_generic", transpose},
    LoopCounter{"s8_copy_generic", copy},
};

}  // namespace

std::span<const LoopCounter> spatial() { return spatial_counters; }

}  // namespace thimble::cost
