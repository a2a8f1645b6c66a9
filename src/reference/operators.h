// reference/operators.h
#pragma once

#include "reference/operands.h"

namespace thimble::reference {

/// Computes the operator of `operands`. @throws Error if an input has the wrong size, or as below.
Bytes evaluate(const Operands& operands);

/// One function an operator, overloaded on its struct in ir/ops.h: the values of its output. One file a family.
/// @throws Error for types that the operator is not defined for.

// conv.cpp
Bytes evaluate(const Operands& operands, const ir::Conv2D& conv);
Bytes evaluate(const Operands& operands, const ir::DepthwiseConv2D& conv);
Bytes evaluate(const Operands& operands, const ir::FullyConnected& layer);
// pool.cpp
Bytes evaluate(const Operands& operands, const ir::Pool2D& pool);
// elementwise.cpp
Bytes evaluate(const Operands& operands, const ir::Add& add);
Bytes evaluate(const Operands& operands, const ir::Sub& sub);
Bytes evaluate(const Operands& operands, const ir::Mul& mul);
Bytes evaluate(const Operands& operands, const ir::Clamp& clamp);
Bytes evaluate(const Operands& operands, const ir::Sigmoid& sigmoid);
Bytes evaluate(const Operands& operands, const ir::HardSwish& hard_swish);
// mean.cpp
Bytes evaluate(const Operands& operands, const ir::Mean& mean);
// softmax.cpp
Bytes evaluate(const Operands& operands, const ir::Softmax& softmax);
// quantize.cpp
Bytes evaluate(const Operands& operands, const ir::Quantize& quantize);
Bytes evaluate(const Operands& operands, const ir::Dequantize& dequantize);
// tiled_block.cpp
Bytes evaluate(const Operands& operands, const ir::TiledBlock& block);
// data_movement.cpp: by bytes, whatever the elements are.
Bytes evaluate(const Operands& operands, const ir::Pad& pad);
Bytes evaluate(const Operands& operands, const ir::Reshape& reshape);
Bytes evaluate(const Operands& operands, const ir::Transpose& transpose);
Bytes evaluate(const Operands& operands, const ir::Concat& concat);
Bytes evaluate(const Operands& operands, const ir::ResizeNearest& resize);
Bytes evaluate(const Operands& operands, const ir::ShapeOf& shape_of);
Bytes evaluate(const Operands& operands, const ir::StridedSlice& slice);
Bytes evaluate(const Operands& operands, const ir::Pack& pack);

}  // namespace thimble::reference
