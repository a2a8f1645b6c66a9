// import/tflite_operators.h
#pragma once

#include "import/tflite_layer.h"

namespace thimble::import {

/// Whether `import_operator` knows an operator.
bool is_supported(tflite::BuiltinOperator code);

/// The operator of a layer, with its parameters from the file's options and from constant inputs (axes, paddings and
/// permutations, which IR keeps in the operator). SAME and VALID become explicit padding. @throws Error by
/// Layer::refuse for options or constants that IR cannot express or that contradict the shapes.
ir::Op import_operator(const Layer& layer);

}  // namespace thimble::import
