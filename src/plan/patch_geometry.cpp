// plan/patch_geometry.cpp
#include "plan/patch_geometry.h"

#include <algorithm>

#include "base/error.h"

namespace thimble::plan {
namespace {

/// For each tensor whether `from` leads to it.
std::vector<bool> reached_from(const ir::Graph& graph, ir::TensorId from) {
  std::vector<bool> reached(graph.tensors.size());
  reached[static_cast<std::size_t>(from)] = true;
  for (const ir::Op& op : graph.ops) {
    const bool any = std::ranges::any_of(
        op.inputs, [&](ir::TensorId id) { return id != ir::no_tensor && reached[static_cast<std::size_t>(id)]; });
    for (const ir::TensorId id : op.outputs) {
      if (any) reached[static_cast<std::size_t>(id)] = true;
    }
  }
  return reached;
}

/// For each tensor whether it leads to `to`, not counting what leads to `stop`.
std::vector<bool> leading_to(const ir::Graph& graph, ir::TensorId to, ir::TensorId stop) {
  std::vector<bool> leads(graph.tensors.size());
  leads[static_cast<std::size_t>(to)] = true;
  for (auto op = graph.ops.rbegin(); op != graph.ops.rend(); ++op) {
    const bool any = std::ranges::any_of(
        op->outputs, [&](ir::TensorId id) { return id != stop && leads[static_cast<std::size_t>(id)]; });
    for (const ir::TensorId id : op->inputs) {
      if (any && id != ir::no_tensor) leads[static_cast<std::size_t>(id)] = true;
    }
  }
  return leads;
}

void check_closed(const ir::Graph& graph, ir::TensorId input, ir::TensorId output, const std::vector<int>& ops) {
  std::vector<bool> in_segment(graph.ops.size());
  std::vector<bool> intermediate(graph.tensors.size());
  for (const int op : ops) {
    in_segment[static_cast<std::size_t>(op)] = true;
    for (const ir::TensorId id : graph.ops[static_cast<std::size_t>(op)].outputs) {
      intermediate[static_cast<std::size_t>(id)] = true;
    }
  }
  intermediate[static_cast<std::size_t>(output)] = false;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    for (const ir::TensorId id : graph.ops[i].inputs) {
      if (id == ir::no_tensor || graph.tensor(id).is_constant()) continue;
      if (!in_segment[i] && intermediate[static_cast<std::size_t>(id)]) {
        fail("{}: the layers from \"{}\" to \"{}\" cannot run in patches: \"{}\" also reads \"{}\" in between",
             graph.name, graph.tensor(input).name, graph.tensor(output).name, graph.name_of(graph.ops[i]),
             graph.tensor(id).name);
      }
      if (in_segment[i] && id != input && !intermediate[static_cast<std::size_t>(id)]) {
        fail("{}: the layers from \"{}\" to \"{}\" cannot run in patches: \"{}\" also reads \"{}\"", graph.name,
             graph.tensor(input).name, graph.tensor(output).name, graph.name_of(graph.ops[i]), graph.tensor(id).name);
      }
    }
  }
  for (const ir::TensorId id : graph.outputs) {
    if (intermediate[static_cast<std::size_t>(id)]) {
      fail("{}: the layers up to \"{}\" cannot run in patches: \"{}\" in between is an output", graph.name,
           graph.tensor(output).name, graph.tensor(id).name);
    }
  }
}

/// Part `i` of `parts` of [0, size).
ir::Interval part_of(int size, int parts, int i) { return {size * i / parts, size * (i + 1) / parts}; }

/// What stays the same from patch to patch.
struct Segment {
  const ir::Graph& graph;
  const PatchGeometry& geometry;
  const std::vector<int>& ops;
};

std::vector<std::int64_t> patch_bytes(const Segment& segment, const std::vector<ir::Region>& regions) {
  std::vector<std::int64_t> bytes(regions.size(), 0);
  for (std::size_t id = 0; id < regions.size(); ++id) {
    const ir::Tensor& tensor = segment.graph.tensors[id];
    if (!tensor.is_constant()) bytes[id] = ir::bytes_of(tensor, regions[id]);
  }
  bytes[static_cast<std::size_t>(segment.geometry.output)] = 0;
  return bytes;
}

/// Computes one patch; `peak_with_input` rises to its peak.
Patch patch_at(const Segment& segment, const ir::Region& output, std::int64_t& peak_with_input) {
  const auto [graph, geometry, ops] = segment;
  const auto regions = ir::regions_needed(graph, geometry.output, output, geometry.convention.borders);
  const std::int64_t assembled = graph.tensor(geometry.output).bytes();
  std::vector<std::int64_t> bytes = patch_bytes(segment, regions);
  for (const std::int64_t live : working_sets(graph, ops, bytes, geometry.convention.counting)) {
    peak_with_input = std::max(peak_with_input, live + assembled);
  }
  bytes[static_cast<std::size_t>(geometry.input)] = 0;
  const std::vector<std::int64_t> live = working_sets(graph, ops, bytes, geometry.convention.counting);
  Patch patch{regions[static_cast<std::size_t>(geometry.input)], output, {}};
  for (std::size_t i = 0; i < ops.size(); ++i) {
    const ir::Op& op = graph.ops[static_cast<std::size_t>(ops[i])];
    const ir::Region& region = regions[static_cast<std::size_t>(op.outputs.at(0))];
    patch.layers.push_back({ops[i], region, ir::macs_of(graph, op, region), live[i] + assembled});
  }
  return patch;
}

}  // namespace

int PatchGeometry::input_rows() const {
  int most = 0;
  for (const Patch& patch : patches) most = std::max(most, patch.input.rows.count());
  return most;
}

int PatchGeometry::input_columns() const {
  int most = 0;
  for (const Patch& patch : patches) most = std::max(most, patch.input.columns.count());
  return most;
}

std::vector<int> segment_between(const ir::Graph& graph, ir::TensorId input, ir::TensorId output) {
  const std::vector<bool> reached = reached_from(graph, input);
  const std::vector<bool> leads = leading_to(graph, output, input);
  std::vector<int> ops;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const auto id = static_cast<std::size_t>(graph.ops[i].outputs.at(0));
    if (static_cast<ir::TensorId>(id) != input && reached[id] && leads[id]) ops.push_back(static_cast<int>(i));
  }
  check_closed(graph, input, output, ops);
  return ops;
}

PatchGeometry patch_geometry(const ir::Graph& graph, ir::TensorId input, ir::TensorId output, PatchGrid grid,
                             const PatchConvention& convention) {
  const ir::Region all = ir::whole(graph.tensor(output));
  if (grid.rows < 1 || grid.columns < 1 || grid.rows > all.rows.end || grid.columns > all.columns.end) {
    fail("{}: \"{}\" has {} x {} pixels and cannot be computed in {} x {} patches", graph.name,
         graph.tensor(output).name, all.rows.end, all.columns.end, grid.rows, grid.columns);
  }
  PatchGeometry geometry{input, output, grid, convention, {}};
  const std::vector<int> ops = segment_between(graph, input, output);
  for (int row = 0; row < grid.rows; ++row) {
    for (int column = 0; column < grid.columns; ++column) {
      const ir::Region region{part_of(all.rows.end, grid.rows, row), part_of(all.columns.end, grid.columns, column)};
      geometry.patches.push_back(patch_at({graph, geometry, ops}, region, geometry.peak_bytes_with_input));
    }
  }
  for (const int op : ops) geometry.macs_model += ir::macs_of(graph, graph.ops[static_cast<std::size_t>(op)]);
  for (const Patch& patch : geometry.patches) {
    for (const PatchLayer& layer : patch.layers) {
      geometry.macs_executed += layer.macs;
      geometry.peak_bytes = std::max(geometry.peak_bytes, layer.bytes);
    }
  }
  return geometry;
}

std::vector<ir::TensorId> cut_tensors(const ir::Graph& graph) {
  std::vector<std::size_t> last_reader(graph.tensors.size(), 0);
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    for (const ir::TensorId id : graph.ops[i].inputs) {
      if (id != ir::no_tensor) last_reader[static_cast<std::size_t>(id)] = i;
    }
  }
  for (const ir::TensorId id : graph.outputs) last_reader[static_cast<std::size_t>(id)] = graph.ops.size();
  std::vector<ir::TensorId> cuts;
  std::size_t needed_until = 0;  ///< The last reader of anything but the newest tensor.
  for (const ir::TensorId id : graph.inputs) {
    needed_until = std::max(needed_until, last_reader[static_cast<std::size_t>(id)]);
  }
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const ir::Op& op = graph.ops[i];
    if (needed_until <= i && op.outputs.size() == 1) cuts.push_back(op.outputs[0]);
    for (const ir::TensorId id : op.outputs) {
      needed_until = std::max(needed_until, last_reader[static_cast<std::size_t>(id)]);
    }
  }
  return cuts;
}

}  // namespace thimble::plan
