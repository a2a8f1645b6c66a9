// import/tflite_tensors.h
#pragma once

#include <vector>

#include "import/tflite_file.h"
#include "ir/graph.h"

namespace thimble::import {

/// The tensors of the main graph, ids as in the file. Shapes are static, sizes of constants are right, quantization is
/// well formed (finite scales, zero points within the type's range, as many as the dimension has indices).
/// Constants that share bytes in the file share them in the graph.
/// @throws Error that names the tensor: a type that IR lacks, a dynamic shape, a variable or sparse tensor, wrong
/// sizes.
std::vector<ir::Tensor> import_tensors(const TfliteFile& file);

}  // namespace thimble::import
