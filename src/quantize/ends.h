// quantize/ends.h
#pragma once

#include "ir/graph.h"

namespace thimble::quantize {

/// Gives an int8 graph inputs and outputs of another type: float32 by a QUANTIZE at the start and a DEQUANTIZE at the
/// end, uint8 (the same scale, zero point + 128) by a QUANTIZE. int8 leaves them as they are.
/// @throws Error for another type.
void set_end_types(ir::Graph& graph, ir::DataType inputs, ir::DataType outputs);

}  // namespace thimble::quantize
