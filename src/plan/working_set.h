// plan/working_set.h
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "ir/graph.h"

namespace thimble::plan {

/// What counts while an operator runs.
enum class Counting {
  live,   ///< Its inputs, its output, and what later operators read: what memory must hold.
  layer,  ///< Its inputs and its output alone. Papers count so: a shortcut is free while the layers beside it run.
};

/// The bytes that count while each of some operators runs, in the order given. It is how memory is counted before there
/// are offsets, alignment and scratch: counted live, a lower bound of what a plan without overlap needs, and the
/// measure in which geometries of patches compare.
///
/// An output takes the place of an input that dies there where the operator works element for element or is depthwise
/// (then the larger of the two counts). Outputs of the graph live to the end; what none of `ops` computes is live from
/// the start until its last reader.
///
/// `bytes` is the size of each tensor of the graph, which need not be that of the whole tensor: those of a patch are
/// smaller, and 0 takes a tensor out of the count.
std::vector<std::int64_t> working_sets(const ir::Graph& graph, std::span<const int> ops,
                                       std::span<const std::int64_t> bytes, Counting counting);

/// Bytes that the output of an operator that works in place shares with an input of it that dies.
std::int64_t bytes_in_place(const ir::Op& op, std::span<const std::int64_t> bytes,
                            const std::function<bool(ir::TensorId)>& dies);

/// Sizes of all tensors whole, and 0 for constants.
std::vector<std::int64_t> whole_bytes(const ir::Graph& graph);

}  // namespace thimble::plan
