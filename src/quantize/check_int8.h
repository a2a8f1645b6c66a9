// quantize/check_int8.h
#pragma once

#include <string>
#include <vector>

#include "ir/graph.h"

namespace thimble::quantize {

/// What in a graph violates TensorFlow Lite's 8-bit quantization specification, one line each; empty if nothing does.
/// Written from the specification alone, it shares no code with the quantizer: activations int8 with one positive scale
/// and a zero point in [-128, 127]; weights int8 in [-127, 127] with zero points 0, per output channel or per tensor;
/// biases int32 in input scale * weight scale; equal parameters through pooling, reshape, transpose, padding, resizing
/// and concatenation; 1/256 and -128 for softmax and sigmoid.
std::vector<std::string> int8_violations(const ir::Graph& graph);

}  // namespace thimble::quantize
