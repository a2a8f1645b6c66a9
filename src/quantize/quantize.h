// quantize/quantize.h
#pragma once

#include "ir/graph.h"
#include "quantize/calibration.h"

namespace thimble::quantize {

struct QuantizeOptions {
  /// Types of the model's own inputs and outputs: int8, or float32 or uint8 with a QUANTIZE or DEQUANTIZE at the end.
  ir::DataType input_type = ir::DataType::int8;
  ir::DataType output_type = ir::DataType::int8;
  /// A scale for each output channel of fully connected layers too. Off by default: the specification allows one scale
  /// only, and older interpreters read no more.
  bool per_channel_fully_connected = false;
};

/// Turns a float32 graph into an int8 one by TensorFlow Lite's 8-bit quantization specification: convolution weights
/// symmetric per output channel, int32 biases, asymmetric activations that represent 0 exactly, one scale through
/// pooling, reshapes, padding and concatenation, 1/256 for probabilities. Folds batch normalization first
/// (fold_batch_norm.h); the calibration may be of the graph before folding, since tensors keep their ids.
/// @throws Error if the graph is not float32 throughout (already quantized, hybrid), a tensor has no range, or a
/// constant is not finite.
ir::Graph quantize(const ir::Graph& float_graph, const Calibration& calibration, const QuantizeOptions& options = {});

}  // namespace thimble::quantize
