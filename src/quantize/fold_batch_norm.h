// quantize/fold_batch_norm.h
#pragma once

#include "ir/graph.h"

namespace thimble::quantize {

/// Multiplies constant per-channel factors and adds constant per-channel offsets that follow a convolution, depthwise
/// convolution or fully connected layer into its weights and bias: what is left of a batch normalization in exported
/// float graphs (MUL, then ADD or SUB). Takes stand-alone activations (RELU, RELU6) into the operator before as well.
///
/// Only float32, and only where nothing else reads the value between. Quantized by themselves, such operators would
/// cost a rounding and a range each; folded they cost nothing. Tensor ids keep their meaning: the folded layer computes
/// the tensor of the last operator taken in.
void fold_batch_norm(ir::Graph& graph);

}  // namespace thimble::quantize
