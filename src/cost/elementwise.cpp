#include <array>

#include "cost/families.h"
#include "reference/parameters.h"

namespace thimble::cost {

namespace {

/// The part of the output that a call computes.
double elements(const Call& call) {
  const ir::Shape& shape = call.output().shape;
  const double all = static_cast<double>(call.output().elements());
  return shape.size() == 4 ? all / shape[1] * call.rows() : all;
}

/// A shape with ones before it, up to four dimensions.
std::array<int, 4> four(const ir::Shape& shape) {
  std::array<int, 4> sizes{1, 1, 1, 1};
  for (std::size_t i = 0; i < shape.size() && i < 4; ++i) sizes[3 - i] = shape[shape.size() - 1 - i];
  return sizes;
}

/// Whether rows of an operand are one run of elements: nothing is broadcast along width or channels.
bool is_run(const std::array<int, 4>& operand, const std::array<int, 4>& out) {
  return operand[3] == out[3] && operand[2] == out[2];
}

/// thimble_binary_rows: one run a row, or a pixel where an operand is broadcast.
void append_binary(Loops& loops, const Call& call) {
  const auto out = four(call.output().shape);
  const double rows = elements(call) / (static_cast<double>(out[2]) * out[3]);
  const bool by_rows = is_run(four(call.input(0).shape), out) && is_run(four(call.input(1).shape), out);
  loops.push_back({"calls", 1});
  loops.push_back({"rows", rows});
  loops.push_back({"broadcast pixels", by_rows ? 0 : rows * out[2]});
}

Loops binary(const Call& call) {
  Loops loops;
  append_binary(loops, call);
  loops.push_back({"elements", elements(call)});
  return loops;
}

/// s8_mul_dsp: four elements of a run at a time, then one by one.
Loops fast_product(const Call& call) {
  const auto out = four(call.output().shape);
  const bool by_rows = is_run(four(call.input(0).shape), out) && is_run(four(call.input(1).shape), out);
  const int run = by_rows ? out[2] * out[3] : out[3];
  const double runs = elements(call) / run;
  Loops loops;
  append_binary(loops, call);
  loops.push_back({"fours", runs * (run / 4)});
  loops.push_back({"left-over elements", runs * (run % 4)});
  loops.push_back({"clamped elements", clamps(call) ? elements(call) : 0});
  return loops;
}

/// s8_add_dsp: a factor of one half is a shift; if both are, an element takes less.
Loops fast_sum(const Call& call) {
  const auto factors = reference::sum_factors(call.input(0), call.input(1), call.output());
  const bool both_half = factors.a.shift == 0 && factors.b.shift == 0;
  Loops loops;
  append_binary(loops, call);
  loops.push_back({"elements", both_half ? 0 : elements(call)});
  loops.push_back({"elements of equal scales", both_half ? elements(call) : 0});
  loops.push_back({"clamped elements", clamps(call) ? elements(call) : 0});
  return loops;
}

Loops map(const Call& call) { return {{"calls", 1}, {"elements", elements(call)}}; }

/// Two passes of exponentials. Elements far below the largest skip theirs, which depends on the values: the fit's
/// average stands for them.
Loops softmax(const Call& call) {
  const double all = static_cast<double>(call.input().elements());
  return {{"calls", 1}, {"rows", all / call.input().shape.back()}, {"elements", all}};
}

constexpr std::array elementwise_counters{
    LoopCounter{"s8_add_generic", binary},      LoopCounter{"s8_sub_generic", binary},
    LoopCounter{"s8_mul_generic", binary},      LoopCounter{"s8_add_dsp", fast_sum},
    LoopCounter{"s8_mul_dsp", fast_product},    LoopCounter{"s8_lut_generic", map},
    LoopCounter{"s8_softmax_generic", softmax},
};

}  // namespace

std::span<const LoopCounter> elementwise() { return elementwise_counters; }

}  // namespace thimble::cost
