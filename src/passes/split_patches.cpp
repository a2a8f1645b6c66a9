#include "passes/split_patches.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/index.h"
#include "ir/receptive_field.h"
#include "ir/slice_region.h"
#include "passes/uses.h"

namespace thimble::passes {
namespace {

/// Whether an operand is the same for every pixel.
bool is_same_everywhere(const ir::Tensor& tensor) { return tensor.elements() == tensor.shape.back(); }

ir::Padding padding_of(const ir::Region& unclipped, const ir::Region& all) {
  return {std::max(0, -unclipped.rows.first), std::max(0, unclipped.rows.end - all.rows.end),
          std::max(0, -unclipped.columns.first), std::max(0, unclipped.columns.end - all.columns.end)};
}

/// Gives a copied operator the padding of its patch.
void set_padding(ir::Op& op, const ir::Padding& padding) {
  if (auto* conv = std::get_if<ir::Conv2D>(&op.kind)) conv->padding = padding;
  if (auto* conv = std::get_if<ir::DepthwiseConv2D>(&op.kind)) conv->padding = padding;
  if (auto* pool = std::get_if<ir::Pool2D>(&op.kind)) pool->padding = padding;
  if (auto* pad = std::get_if<ir::Pad>(&op.kind)) {
    pad->amounts[1] = {padding.top, padding.bottom};
    pad->amounts[2] = {padding.left, padding.right};
  }
}

class PatchSplitter {
 public:
  PatchSplitter(ir::Graph& graph, const PatchSplit& split) : graph_(graph), split_(split) {
    output_ = op_at(split.ops.back()).outputs.at(0);
    for (const int op : split.ops)
      if (!works_by_regions(graph, op_at(op)))
        fail("{}: \"{}\" ({}) cannot be computed in patches", graph.name, graph.name_of(op_at(op)),
             ir::name_of(op_at(op).kind));
    const ir::Region all = ir::whole(graph.tensor(output_));
    if (split.rows < 1 || split.columns < 1 || split.rows > all.rows.end || split.columns > all.columns.end)
      fail("{}: \"{}\" has {} x {} pixels and cannot be computed in {} x {} patches", graph.name,
           graph.tensor(output_).name, all.rows.end, all.columns.end, split.rows, split.columns);
  }

  std::vector<ir::Op> run() {
    std::vector<ir::TensorId> bands;
    for (int row = 0; row < split_.rows; ++row) {
      std::vector<ir::TensorId> parts;
      for (int column = 0; column < split_.columns; ++column) parts.push_back(add_patch(row, column));
      const bool is_all = split_.rows == 1;
      bands.push_back(joined(parts, 2, is_all ? output_ : ir::no_tensor, fmt::format(" rows {}", row)));
    }
    if (split_.rows > 1) joined(bands, 1, output_, "");
    return std::move(ops_);
  }

 private:
  /// A tensor of the patch, and the region of the model's tensor that it holds.
  struct Piece {
    ir::TensorId tensor = ir::no_tensor;
    ir::Region region;
  };

  const ir::Op& op_at(int index) const { return graph_.ops[static_cast<std::size_t>(index)]; }

  /// Computes one part of the output; returns the tensor that a concatenation takes.
  ir::TensorId add_patch(int row, int column) {
    const ir::Region all = ir::whole(graph_.tensor(output_));
    const auto part = [](int size, int parts, int i) { return ir::Interval{size * i / parts, size * (i + 1) / parts}; };
    const ir::Region region{part(all.rows.end, split_.rows, row), part(all.columns.end, split_.columns, column)};
    regions_ = ir::regions_needed(graph_, output_, region, ir::Borders::clipped);
    patch_ = fmt::format(" patch {},{}", row, column);
    pieces_.clear();
    pieces_[split_.input].push_back({split_.input, ir::whole(graph_.tensor(split_.input))});
    for (const int op : split_.ops) add_op(op_at(op));
    const ir::TensorId computed = pieces_[output_].front().tensor;
    return ir::append_slice(graph_, ops_, computed, ir::whole(graph_.tensor(computed)),
                            graph_.tensor(output_).name + patch_ + " in place");
  }

  void add_op(ir::Op copy) {
    const ir::TensorId of = copy.outputs.at(0);
    const ir::Region region = regions_[to_index(of)];
    if (region.empty()) return;
    const ir::Op model = copy;
    for (std::size_t i = 0; i < model.inputs.size(); ++i) {
      const ir::TensorId in = model.inputs[i];
      if (in == ir::no_tensor || graph_.tensor(in).is_constant()) continue;
      const ir::Region needed = ir::region_needed(graph_, model, i, region, ir::Borders::clipped);
      if (needed.empty()) fail("{}: \"{}\" has a patch of nothing but padding", graph_.name, graph_.tensor(of).name);
      copy.inputs[i] = piece_of(in, needed);
      const ir::Region unclipped = ir::region_needed(graph_, model, i, region, ir::Borders::unclipped);
      if (i == 0) set_padding(copy, padding_of(unclipped, ir::whole(graph_.tensor(in))));
    }
    ir::Tensor out = graph_.tensor(of);
    out.name += patch_;
    out.shape = {1, region.rows.count(), region.columns.count(), out.shape[3]};
    out.source_op = -1;
    copy.outputs = {graph_.add_tensor(std::move(out))};
    pieces_[of].push_back({copy.outputs[0], region});
    ops_.push_back(std::move(copy));
  }

  /// A region of a tensor: what the patch has of it, or a slice of that.
  ir::TensorId piece_of(ir::TensorId tensor, const ir::Region& region) {
    std::vector<Piece>& pieces = pieces_[tensor];
    for (const Piece& piece : pieces)
      if (piece.region == region) return piece.tensor;
    const Piece whole = pieces.at(0);
    const auto within = [](ir::Interval part, ir::Interval of) {
      return ir::Interval{part.first - of.first, part.end - of.first};
    };
    const ir::Region inside{within(region.rows, whole.region.rows), within(region.columns, whole.region.columns)};
    const ir::TensorId slice =
        ir::append_slice(graph_, ops_, whole.tensor, inside,
                         fmt::format("{}{} slice {}", graph_.tensor(tensor).name, patch_, pieces.size()));
    pieces.push_back({slice, region});
    return slice;
  }

  /// One tensor of several parts, along the rows (1) or the columns (2).
  ir::TensorId joined(const std::vector<ir::TensorId>& parts, int axis, ir::TensorId into, const std::string& what) {
    if (parts.size() == 1 && into == ir::no_tensor) return parts[0];
    if (into == ir::no_tensor) {
      ir::Tensor out = graph_.tensor(parts[0]);
      out.name = graph_.tensor(output_).name + what;
      out.shape[static_cast<std::size_t>(axis)] = 0;
      for (const ir::TensorId part : parts)
        out.shape[static_cast<std::size_t>(axis)] += graph_.tensor(part).shape[static_cast<std::size_t>(axis)];
      into = graph_.add_tensor(std::move(out));
    }
    ir::Concat concat;
    concat.axis = axis;
    ops_.push_back({concat, parts, {into}});
    return into;
  }

  ir::Graph& graph_;
  const PatchSplit& split_;
  ir::TensorId output_ = ir::no_tensor;
  std::string patch_;
  std::vector<ir::Region> regions_;  ///< Of the model's tensors, for the patch at hand.
  std::map<ir::TensorId, std::vector<Piece>>
      pieces_;  ///< By the model's tensor; all of what the patch has comes first.
  std::vector<ir::Op> ops_;
};

}  // namespace

bool works_by_regions(const ir::Graph& graph, const ir::Op& op) {
  const auto is_one_plane = [&](ir::TensorId id) {
    if (id == ir::no_tensor) return true;
    const ir::Tensor& tensor = graph.tensor(id);
    const ir::Tensor& out = graph.tensor(op.outputs.at(0));
    return tensor.is_constant()
               ? is_same_everywhere(tensor)
               : is_image(tensor) && tensor.shape[1] == out.shape[1] && tensor.shape[2] == out.shape[2];
  };
  const auto pixel_by_pixel = [&] { return std::ranges::all_of(op.inputs, is_one_plane); };
  if (op.outputs.size() != 1 || !is_image(graph.tensor(op.outputs[0])) || !is_image(graph.tensor(op.inputs.at(0))))
    return false;
  return std::visit(ir::Overloaded{
                        [](const ir::Conv2D&) { return true; },
                        [](const ir::DepthwiseConv2D&) { return true; },
                        [](const ir::Pool2D&) { return true; },
                        [](const ir::Pad& pad) { return pad.amounts.size() == 4; },
                        [&](const ir::Concat& concat) { return concat.axis == 3 && pixel_by_pixel(); },
                        [&](const ir::Add&) { return pixel_by_pixel(); },
                        [&](const ir::Sub&) { return pixel_by_pixel(); },
                        [&](const ir::Mul&) { return pixel_by_pixel(); },
                        [](const ir::Sigmoid&) { return true; },
                        [](const ir::HardSwish&) { return true; },
                        [](const ir::Clamp&) { return true; },
                        [](const ir::Softmax&) { return true; },
                        [](const ir::Quantize&) { return true; },
                        [](const auto&) { return false; },
                    },
                    op.kind);
}

ir::Graph split_patches(ir::Graph graph, const PatchSplit& split) {
  if (split.ops.empty()) fail("{}: no layers to compute in patches", graph.name);
  std::vector<ir::Op> patches = PatchSplitter(graph, split).run();
  std::vector<ir::Op> ops;
  for (std::size_t i = 0; i < graph.ops.size(); ++i) {
    const bool is_split = std::ranges::find(split.ops, static_cast<int>(i)) != split.ops.end();
    if (!is_split) ops.push_back(std::move(graph.ops[i]));
    if (static_cast<int>(i) == split.ops.front()) std::ranges::move(patches, std::back_inserter(ops));
  }
  graph.ops = std::move(ops);
  return graph;
}

}  // namespace thimble::passes
