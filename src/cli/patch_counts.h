// cli/patch_counts.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "ir/graph.h"
#include "ir/netconfig.h"
#include "plan/patched_network.h"

namespace thimble::cli {

/// A network whose patches can be counted. Weights do not matter.
struct PatchSubject {
  ir::Graph graph;                      ///< Simplified; activations int8.
  std::optional<ir::NetConfig> config;  ///< Absent for a .tflite.
};

/// A .tflite file, an arch.json, or the name of a network that Thimble builds. @throws Error for any other.
PatchSubject patch_subject(const std::string& model);
PatchSubject patch_subject(const ir::NetConfig& config);

/// The tensor that the first convolution and `blocks` blocks after it end with. @throws Error if there are fewer.
ir::TensorId end_of_blocks(const PatchSubject& subject, std::size_t blocks);

/// "4x4" or "2x3": rows x columns. @throws Error for anything else.
plan::PatchGrid parse_grid(const std::string& text);

/// One choice of a patch stage, counted in each convention that published figures use.
struct PatchCounts {
  plan::PatchedNetwork unclipped;  ///< Borders not clipped, each layer's own input and output.
  plan::PatchedNetwork clipped;    ///< Clipped; likewise.
  plan::PatchedNetwork live;       ///< Clipped, and all that is live.
};
PatchCounts count_patches(const ir::Graph& graph, ir::TensorId end, plan::PatchGrid grid);

/// Two tables, of MACs and of memory, each line named by its convention.
std::string text_of(const ir::Graph& graph, const PatchCounts& counts);
Json to_json(const ir::Graph& graph, const PatchCounts& counts);

/// "28 x 28 x 32", without the batch.
std::string image_text(const ir::Tensor& tensor);

}  // namespace thimble::cli
