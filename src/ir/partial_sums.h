// ir/partial_sums.h
#pragma once

#include <cstddef>
#include <vector>

#include "ir/graph.h"

namespace thimble::ir {

/// A convolution whose input channels are taken in groups is a chain of Conv2D, one for each group. All but the last
/// have an output of int32, sums [1,H,W,O]; all but the first read those of the one before as their input `sums_input`.
/// In a chain
///   - input values are multiplied as they are stored: no zero point is subtracted, and nothing is padded;
///   - sums are of products alone: only the last convolution has a bias, which makes up for the zero points of all
///     groups, and requantizes. All groups are of one scale and zero point.
/// Additions of int32 wrap and so may come in any order: a chain computes the bits of the whole convolution.

/// Which input of a Conv2D they are.
inline constexpr std::size_t sums_input = 3;

/// Whether an operator adds to the sums of another one.
bool takes_sums(const Op& op);

/// Whether the output of an operator is sums.
bool makes_sums(const Graph& graph, const Op& op);

/// Either of them: what is said above holds.
inline bool is_partial(const Graph& graph, const Op& op) { return takes_sums(op) || makes_sums(graph, op); }

/// The operators whose products are in the output of `op`: those before it in its chain, and itself, last. Without it,
/// empty: sums come from elsewhere, such as a graph input.
std::vector<const Op*> chain_to(const Graph& graph, const Op& op);

}  // namespace thimble::ir
