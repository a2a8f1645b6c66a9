// search/network_cost.h
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ir/netconfig_layers.h"
#include "search/layer_table.h"

namespace thimble::search {

/// Who plans the memory of a network.
enum class Planner {
  tflm,        ///< TensorFlow Lite for Microcontrollers: layer by layer, inputs and outputs apart.
  tinyengine,  ///< MCUNet's: layer by layer, depthwise and element-wise operators in place.
  patch,       ///< MCUNetV2's: the first layers in patches, the others as above.
  full,        ///< Ours: streams of rows, outputs over inputs, kernels' scratch counted.
};

/// "tflm", "tinyengine", "patch", "full".
std::string_view name_of(Planner planner);
/// @throws Error naming the four.
Planner planner_of(std::string_view name);

struct CostOptions {
  Planner planner = Planner::full;
  bool input_by_rows = false;   ///< Full planner: the caller hands over the picture row by row.
  std::int64_t sram_limit = 0;  ///< Prefer the fastest schedule that keeps it; 0: the one with the least memory.
  /// Do not plan what exceeds one of these however it is planned: it is only counted layer by layer. 0: no limit.
  std::int64_t flash_limit = 0;
  std::int64_t macs_limit = 0;
  double cycles_limit = 0;
};

/// What a network needs on a board, predicted in a fraction of a millisecond and without a graph.
struct NetworkCost {
  std::int64_t sram_bytes = 0;   ///< Peak of the arena, the network's input included.
  std::int64_t flash_bytes = 0;  ///< Weights, tables and code that the model adds to a firmware; an upper estimate.
  std::int64_t macs = 0;
  std::int64_t executed_macs = 0;       ///< More, where patches compute halos again.
  double cycles = 0;                    ///< Instructions, on cores whose cost table has no cycles.
  int streams = 0;                      ///< Full planner: segments that run as streams; 0: layer by layer.
  int patch_grid = 1, patch_split = 0;  ///< Patch planner: patch_memory.h.
};

/// @throws Error if no kernel can run a layer.
NetworkCost cost_of(std::span<const ir::NetLayer> layers, LayerTable& table, const CostOptions& options);

}  // namespace thimble::search
