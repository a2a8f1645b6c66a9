// search/layer_memory.h
#pragma once

#include <cstdint>
#include <vector>

#include "search/row_network.h"

namespace thimble::search {

/// How memory is counted when a network runs layer after layer.
enum class LayerCounting {
  apart,               ///< Each output beside its inputs: TensorFlow Lite for Microcontrollers.
  in_place_depthwise,  ///< Element-wise and depthwise operators write over a dying input; a depthwise one then needs a
                       ///< channel more: MCUNet's TinyEngine.
  overlapping,         ///< As our planner does: in place, outputs reach into inputs row by row, and kernels' scratch.
};

/// Bytes that count while each operator runs, the network's input included.
std::vector<std::int64_t> layer_bytes(const RowNetwork& network, LayerCounting counting);

}  // namespace thimble::search
