// target/mean_geometry.h
#pragma once

#include <cstdint>
#include <optional>

#include "ir/graph.h"

namespace thimble::target {

/// What one call of a mean's kernel goes over, as [outer][reduced][inner][reduced_inner]: neighbouring dimensions that
/// are both kept or both reduced are one, those of size 1 none.
struct MeanGeometry {
  std::int64_t outer = 1, reduced = 1, inner = 1, reduced_inner = 1;
};

/// Whether a mean keeps the height of an image: then each row of the output is the mean of a row of the input, and the
/// kernel is called once a row (kernels/generic/mean_rows.h).
bool keeps_rows(const ir::Graph& graph, const ir::Op& op, const ir::Mean& mean);

/// Of a row where the mean keeps rows, else of the whole tensor. Nothing if the axes are too scattered for a kernel.
std::optional<MeanGeometry> mean_geometry(const ir::Graph& graph, const ir::Op& op, const ir::Mean& mean);

}  // namespace thimble::target
