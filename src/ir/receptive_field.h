// ir/receptive_field.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ir/graph.h"

namespace thimble::ir {

/// Receptive-field arithmetic: which part of each tensor some part of another tensor is computed from.
///
/// Along one dimension a convolution, a pooling or a padding is a window: output i reads the inputs
///     i * stride + offset ... i * stride + offset + size - 1,
/// offset being minus the padding before the first element. Windows compose to windows (`composed`), so a whole path of
/// layers is one, and what two neighbouring outputs read in common, size - stride, is the halo that computing them
/// apart reads twice. Regions go the other way: `regions_needed` walks a graph from an output backwards, through
/// branches, and gives the region of every tensor on the way.
///
/// All regions are rectangles. Where a branch needs two, it is the rectangle around both; with dilated windows and
/// downsampling resizes the rectangle includes pixels in between that nothing reads.

/// Indices [first, end) of rows or of columns. Unclipped ones may begin below 0 and end beyond the image.
struct Interval {
  int first = 0;
  int end = 0;

  int count() const { return end - first; }
  bool empty() const { return end <= first; }
  bool contains(Interval other) const { return other.empty() || (first <= other.first && other.end <= end); }
  bool operator==(const Interval&) const = default;
};

/// The smallest interval that contains both; empty ones do not count.
Interval united(Interval a, Interval b);
/// The part inside [0, size).
Interval clipped(Interval interval, int size);

/// A rectangle of pixels of a tensor [1,H,W,C], all channels of each. Any other tensor is one pixel.
struct Region {
  Interval rows;
  Interval columns;

  bool empty() const { return rows.empty() || columns.empty(); }
  std::int64_t pixels() const { return empty() ? 0 : std::int64_t{rows.count()} * columns.count(); }
  bool contains(const Region& other) const {
    return other.empty() || (rows.contains(other.rows) && columns.contains(other.columns));
  }
  bool operator==(const Region&) const = default;
};

Region united(const Region& a, const Region& b);

/// All of a tensor, as a region: 0 ... H, 0 ... W, or one pixel.
Region whole(const Tensor& tensor);
/// Bytes of a region of a tensor: of its pixels, all channels. Pixels outside the image count like others.
std::int64_t bytes_of(const Tensor& tensor, const Region& region);
/// Multiply-accumulates that computing a region of an operator's output takes. Pixels outside the image count.
std::int64_t macs_of(const Graph& graph, const Op& op, const Region& out);

/// What one dimension of the output reads of the same dimension of the input; see above.
struct ReceptiveField {
  int size = 1;
  int stride = 1;
  int offset = 0;

  Interval under(Interval out) const;
  /// Inputs that two neighbouring outputs have in common; 0 if none.
  int halo() const { return size > stride ? size - stride : 0; }
  bool operator==(const ReceptiveField&) const = default;
};

/// The field of `after` applied to the output of `before`, on the input of `before`.
ReceptiveField composed(const ReceptiveField& before, const ReceptiveField& after);

struct PlaneField {
  ReceptiveField rows;
  ReceptiveField columns;
  bool operator==(const PlaneField&) const = default;
};

/// The field of an operator on activation `op.inputs[input]`; none where it is not a window: a nearest-neighbour
/// resize, a broadcast operand, and operators that read everything.
std::optional<PlaneField> field_of(const Graph& graph, const Op& op, std::size_t input);

/// The field of tensor `output` on tensor `input`, over all paths between them: what an output pixel reads lies within
/// it. None if there is no path, or one passes an operator without a field, or the strides of two differ.
std::optional<PlaneField> field_between(const Graph& graph, TensorId input, TensorId output);

/// Whether regions end where the image ends. Unclipped, every patch of a picture reads a region of the same size, as
/// published counts have it and as code with one shape for all patches computes.
enum class Borders { clipped, unclipped };

/// The region of activation `op.inputs[input]` that a region of the output is computed from; empty if `out` is. What
/// has no pixels to match (a broadcast operand, the input of a mean or of a fully connected layer) is needed whole.
Region region_needed(const Graph& graph, const Op& op, std::size_t input, const Region& out, Borders borders);

/// For every tensor, the region that a region of `target` is computed from; empty for tensors that it does not depend
/// on, and for constants.
std::vector<Region> regions_needed(const Graph& graph, TensorId target, const Region& region, Borders borders);

}  // namespace thimble::ir
