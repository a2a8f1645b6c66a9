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
  in_place,            ///< As our planner does but for overlaps: in place where kernels can be, and their scratch.
  overlapping,         ///< As our planner does: outputs also reach into the rows of inputs that have been read.
};

/// Bytes that count while each operator runs, the network's input included.
/// How many bytes behind the output of an operator its dying input must begin, so that no row of the output is written
/// over a row that is still to be read. Of one that goes row by row.
std::int64_t gap_of_layer(const RowNetwork& network, int op);

std::vector<std::int64_t> layer_bytes(const RowNetwork& network, LayerCounting counting);

}  // namespace thimble::search
