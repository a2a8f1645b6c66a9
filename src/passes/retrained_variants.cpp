#include "passes/retrained_variants.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "passes/narrow_network.h"
#include "passes/redistribute_kernels.h"
#include "passes/resize_network.h"

namespace thimble::passes {
namespace {

constexpr int most_picture_channels = 4;
constexpr int least_picture_side = 32;  ///< Below, an input is no picture whose size may change, but features.
constexpr std::array factors{0.875, 0.75, 0.625, 0.5};
constexpr std::array widths{0.75, 0.5};

/// Why the input's size cannot be chosen; empty if it can.
std::string why_no_other_size(const ir::Graph& graph) {
  for (const ir::TensorId input : graph.inputs) {
    const ir::Shape& shape = graph.tensor(input).shape;
    if (shape.size() != 4 || shape[3] > most_picture_channels || std::min(shape[1], shape[2]) < least_picture_side)
      return fmt::format("input \"{}\" is {}: not a picture of {} x {} pixels or more", graph.tensor(input).name,
                         ir::text_of(shape), least_picture_side, least_picture_side);
  }
  return {};
}

int rounded(double size, int step) { return std::max(1, static_cast<int>(std::lround(size / step))) * step; }

/// The network for pictures of about `factor` times the size: multiples of 8, or of 32 where strides need that.
RetrainedVariant smaller_picture(const ir::Graph& graph, double factor) {
  const ir::Shape& input = graph.tensor(graph.inputs.at(0)).shape;
  RetrainedVariant variant;
  for (const int step : {8, 32}) {
    const int height = rounded(factor * input[1], step);
    const int width = rounded(factor * input[2], step);
    if (height >= input[1] || width >= input[2]) continue;
    variant.what = fmt::format("{} x {} pixels", height, width);
    try {
      return {variant.what, with_input_size(graph, height, width), {}};
    } catch (const Error& error) {
      variant.why_not = error.what();
    }
  }
  return variant;
}

void add_smaller_pictures(const ir::Graph& graph, std::vector<RetrainedVariant>& variants) {
  if (const std::string why_not = why_no_other_size(graph); !why_not.empty()) {
    variants.push_back({"fewer pixels", {}, why_not});
    return;
  }
  for (const double factor : factors) {
    RetrainedVariant variant = smaller_picture(graph, factor);
    const bool is_new = std::ranges::find(variants, variant.what, &RetrainedVariant::what) == variants.end();
    if (is_new && !variant.what.empty()) variants.push_back(std::move(variant));
  }
}

RetrainedVariant narrower(const ir::Graph& graph, double width) {
  RetrainedVariant variant{fmt::format("{} times the channels", width), {}, {}};
  try {
    variant.graph = with_width(graph, width);
  } catch (const Error& error) {
    variant.why_not = error.what();
  }
  return variant;
}

RetrainedVariant redistributed(const ir::Graph& graph) {
  RedistributedGraph found = redistribute_kernels(graph);
  if (found.changes.empty())
    return {"smaller kernels in the first layers", {}, "they have no depthwise kernels that could shrink"};
  std::string what = "depthwise kernels:";
  for (const ResizedKernel& change : found.changes)
    what += fmt::format("{} {} x {} to {} x {} at \"{}\"", &change == &found.changes.front() ? "" : ",", change.before,
                        change.before, change.after, change.after, change.layer);
  return {std::move(what), std::move(found.graph), {}};
}

}  // namespace

std::vector<RetrainedVariant> retrained_variants(const ir::Graph& graph) {
  std::vector<RetrainedVariant> variants{redistributed(graph)};
  for (const double width : widths) variants.push_back(narrower(graph, width));
  add_smaller_pictures(graph, variants);
  return variants;
}

}  // namespace thimble::passes
