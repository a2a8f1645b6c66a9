// export/tflite_options.h
#pragma once

#include "export/tflite_lowering.h"

namespace thimble::exporting {

/// An operator's member of the BuiltinOptions union.
struct Options {
  tflite::BuiltinOptions type = tflite::BuiltinOptions::NONE;
  flatbuffers::Offset<void> offset;
};

/// Writes the options of an operator; `output` is its output tensor.
Options write_options(flatbuffers::FlatBufferBuilder& builder, const FileOp& op, const ir::Tensor& output);

}  // namespace thimble::exporting
