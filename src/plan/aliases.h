// plan/aliases.h
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/graph.h"
#include "plan/liveness.h"
#include "target/kernel_choice.h"

namespace thimble::plan {

/// Every tensor its own holder.
Holders separate_holders(const ir::Graph& graph);

/// The holder of each tensor where reshapes share their input's bytes, the tensor at the head of the chain of views,
/// and parts of an image that nothing but their concatenation reads have their place in it: slices write them there.
Holders view_holders(const ir::Graph& graph);

/// Where a tensor that another one holds lies in it: byte `offset` on, and so many bytes from row to row.
struct ViewPlace {
  std::int64_t offset = 0;
  std::int64_t row_bytes = 0;
};

/// By tensor. Those that hold themselves begin at their first byte.
std::vector<ViewPlace> view_places(const ir::Graph& graph, const Holders& holders);

/// Whether a tensor holds parts of itself and no reshapes.
bool is_joined(const ir::Graph& graph, std::span<const ir::TensorId> holders, ir::TensorId id);

/// Whether an operator runs no code because its output is a view of its input, or its inputs are parts of its output.
bool is_view(const ir::Op& op, const Holders& holders);

/// Lets element-wise operators write over an input that nothing reads after them: joins the holder of the output to
/// that of the input and their lifetimes. `kernels` are those of `stage_ops`, and say which may work in place.
void share_in_place(const ir::Graph& graph, std::span<const int> stage_ops,
                    std::span<const target::KernelChoice> kernels, Holders& holders, std::vector<Lifetime>& lifetimes);

/// For each tensor the holder whose place it takes, or no_tensor: the output of a depthwise convolution that works in
/// place begins where its dying input begins, channel over channel. It keeps a buffer of its own: where the stride
/// makes it smaller, the rest of the input is free from the next stage on.
std::vector<ir::TensorId> places_of_depthwise(const ir::Graph& graph, std::span<const int> stage_ops,
                                              std::span<const target::KernelChoice> kernels, const Holders& holders,
                                              std::span<const Lifetime> lifetimes);

}  // namespace thimble::plan
