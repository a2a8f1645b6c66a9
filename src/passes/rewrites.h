// passes/rewrites.h
#pragma once

#include "ir/graph.h"

namespace thimble::passes {

/// The rewrites that `simplify` runs, one a file. Each keeps every tensor's id and meaning, so a tensor that still
/// exists has the same values before and after, bit for bit; each leaves alone what it cannot prove equal.

/// Evaluates operators whose inputs are constants, and SHAPE, whose input's shape is: converters leave the arithmetic
/// of shapes (SHAPE, STRIDED_SLICE, PACK) in files for the sake of dynamic batches. A Reshape then drops its shape
/// input.
void fold_constants(ir::Graph& graph);

/// Drops operators whose results nothing uses.
void eliminate_dead(ir::Graph& graph);

/// Drops what changes nothing: Pad by nothing, Reshape to the same shape, Quantize to equal type and parameters. A
/// Transpose that moves only dimensions of size 1 becomes a Reshape.
void remove_identity(ir::Graph& graph);

/// Folds a Pad of height and width into the convolutions that read it, if it adds what they pad with: the zero point.
/// Poolings pad with nothing, so theirs stays.
void fuse_padding(ir::Graph& graph);

/// Folds a stand-alone Clamp into the convolution, fully connected layer or element-wise operator before it. Both must
/// have equal quantization: then clamping twice is clamping once.
void fuse_activation(ir::Graph& graph);

/// Takes a Quantize right after a graph input and a Dequantize or Quantize right before a graph output off, where the
/// float32 or uint8 tensor has no other use: the graph then begins and ends with its int8 tensors, and `input_ends` and
/// `output_ends` hold the model's own.
void strip_ends(ir::Graph& graph);

}  // namespace thimble::passes
