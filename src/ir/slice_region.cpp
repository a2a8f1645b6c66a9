#include "ir/slice_region.h"

#include <algorithm>
#include <array>
#include <utility>

namespace thimble::ir {
namespace {

using Positions = std::array<std::int32_t, 4>;

std::optional<Positions> positions(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph.tensor(id);
  if (!tensor.is_constant() || tensor.type != DataType::int32 || tensor.elements() != 4) return std::nullopt;
  const std::vector<std::int32_t> values = tensor.values<std::int32_t>();
  return Positions{values[0], values[1], values[2], values[3]};
}

/// Indices [first, end) along dimension d; negative positions count from the end.
Interval interval(const StridedSlice& slice, const Shape& shape, std::size_t d, const Positions& begin,
                  const Positions& end) {
  const int size = shape[d];
  const auto place = [size](std::int32_t at) { return std::clamp(at < 0 ? at + size : at, 0, size); };
  const auto masked = [d](int mask) { return (mask >> d & 1) != 0; };
  return {masked(slice.begin_mask) ? 0 : place(begin[d]), masked(slice.end_mask) ? size : place(end[d])};
}

TensorId add_positions(Graph& graph, const std::string& name, const Positions& values) {
  Tensor tensor;
  tensor.name = name;
  tensor.shape = {4};
  tensor.type = DataType::int32;
  tensor.data = constant_data<std::int32_t>(values);
  return graph.add_tensor(std::move(tensor));
}

}  // namespace

std::optional<Region> sliced_region(const Graph& graph, const Op& op) {
  const auto* slice = std::get_if<StridedSlice>(&op.kind);
  if (slice == nullptr || op.inputs.size() != 4 || slice->shrink_axis_mask != 0) return std::nullopt;
  const Tensor& in = graph.tensor(op.inputs[0]);
  if (in.is_constant() || !is_image(in) || !is_image(graph.tensor(op.outputs.at(0)))) return std::nullopt;
  const auto begin = positions(graph, op.inputs[1]);
  const auto end = positions(graph, op.inputs[2]);
  const auto steps = positions(graph, op.inputs[3]);
  if (!begin || !end || steps != Positions{1, 1, 1, 1}) return std::nullopt;
  if (interval(*slice, in.shape, 0, *begin, *end) != Interval{0, 1} ||
      interval(*slice, in.shape, 3, *begin, *end) != Interval{0, in.shape[3]})
    return std::nullopt;
  const Region region{interval(*slice, in.shape, 1, *begin, *end), interval(*slice, in.shape, 2, *begin, *end)};
  return region.empty() ? std::nullopt : std::optional(region);
}

TensorId append_slice(Graph& graph, std::vector<Op>& ops, TensorId image, const Region& region,
                      const std::string& name) {
  const int channels = graph.tensor(image).shape[3];
  Tensor out = graph.tensor(image);
  out.name = name;
  out.shape = {1, region.rows.count(), region.columns.count(), channels};
  out.source_op = -1;
  const TensorId begin = add_positions(graph, name + " from", {0, region.rows.first, region.columns.first, 0});
  const TensorId end = add_positions(graph, name + " to", {1, region.rows.end, region.columns.end, channels});
  const TensorId steps = add_positions(graph, name + " steps", {1, 1, 1, 1});
  const TensorId id = graph.add_tensor(std::move(out));
  ops.push_back({StridedSlice{}, {image, begin, end, steps}, {id}});
  return id;
}

}  // namespace thimble::ir
