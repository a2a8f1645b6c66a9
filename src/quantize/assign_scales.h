// quantize/assign_scales.h
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"
#include "quantize/affine.h"
#include "quantize/calibration.h"

namespace thimble::quantize {

/// The int8 parameters of every float32 activation that operators read or write, by tensor id.
///
/// Tensors that must share parameters (layers.h: keeps_scale) form a group, whose range is the hull of its members'; a
/// group with the output of a softmax or sigmoid has that operator's fixed parameters. Inputs of a concatenation whose
/// group is fixed so do not join the concatenation's group: `insert_requantize` puts a QUANTIZE before them.
/// @throws Error naming a tensor that has no range.
std::vector<std::optional<Affine>> assign_scales(const ir::Graph& graph, const Calibration& calibration);

/// Before each concatenation input that has other parameters than the output: a QUANTIZE to a new tensor, whose
/// parameters are appended to `scales`.
void insert_requantize(ir::Graph& graph, std::vector<std::optional<Affine>>& scales);

}  // namespace thimble::quantize
