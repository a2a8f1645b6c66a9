// reference/interpreter.h
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "ir/graph.h"

namespace thimble::reference {

/// A tensor's values: little-endian, dense, in the tensor's own type.
using Bytes = std::vector<std::byte>;

/// Computes one operator: `inputs` are the values of op.inputs (empty for an absent one; constants included), the
/// result those of op.outputs. This is what the operator means: plain, slow, and bit-identical to TensorFlow Lite
/// Micro's reference kernels for int8; float32 is computed in float, summed in the order of the loops.
std::vector<Bytes> evaluate(const ir::Graph& graph, const ir::Op& op, std::span<const Bytes> inputs);

/// Called after each operator with its index and its outputs' values.
using Observer = std::function<void(std::size_t op, std::span<const Bytes> outputs)>;

/// Runs the whole graph. `inputs` are in the order of graph.inputs; so is the result in that of graph.outputs.
/// @throws Error if an input has the wrong size or an operator cannot be evaluated.
std::vector<Bytes> run(const ir::Graph& graph, std::span<const Bytes> inputs, const Observer& observer = {});

}  // namespace thimble::reference
