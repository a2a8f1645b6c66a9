// plan/patched_network.h
#pragma once

#include <cstdint>
#include <vector>

#include "plan/patch_geometry.h"

namespace thimble::plan {

/// What of a network's input counts as memory.
enum class InputMemory {
  excluded,  ///< Nothing, as in MCUNetV2's figures: "it can be decoded from JPEG in part".
  patch,     ///< The region of the patch that is being computed, as that decoder would have to give it.
  resident,  ///< All of it, for as long as a layer reads it.
};

/// A network whose first layers run in patches; the others run one after the other, each whole.
struct PatchedNetwork {
  PatchGeometry stage;
  std::int64_t macs_model = 0;  ///< Of the whole network.
  std::int64_t macs_executed = 0;
  std::int64_t input_bytes = 0;
  std::int64_t rest_peak_bytes = 0;  ///< Of the layers after the patch stage.

  /// executed / model - 1, of the patch stage and of the whole network.
  double stage_overhead() const;
  double overhead() const;
  std::int64_t peak_bytes(InputMemory memory) const;
};

/// The network with its layers up to `output` in patches. It must have one input.
/// @throws Error where patch_geometry does.
PatchedNetwork patched_network(const ir::Graph& graph, ir::TensorId output, PatchGrid grid,
                               const PatchConvention& convention);

/// The choices of a patch stage that no other one beats in both peak and MACs, over all cut tensors that it may end at;
/// the least peak first.
/// @throws Error if none has as many rows and columns as the grid.
std::vector<PatchedNetwork> patch_front(const ir::Graph& graph, PatchGrid grid, const PatchConvention& convention,
                                        InputMemory memory);

/// The peak of running all layers whole, counted in the same way. A patch of the input is all of it here.
std::int64_t layerwise_peak_bytes(const ir::Graph& graph, Counting counting, InputMemory memory);

}  // namespace thimble::plan
