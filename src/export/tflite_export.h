// export/tflite_export.h
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "ir/graph.h"

namespace thimble::exporting {  // `export` itself is a keyword.

/// The graph as a .tflite file that any TensorFlow Lite tool opens: both operator-code fields and the lowest operator
/// versions that allow the types, buffer 0 empty, constants aligned to 16 bytes. Reading it back gives the same
/// operators over the same tensor ids; constants that IR keeps inside operators (axes, paddings, permutations) follow
/// as further tensors where the graph does not hold them already. Labels travel as metadata "thimble.labels".
///
/// TensorFlow Lite has two paddings, SAME and VALID. A convolution with any other becomes PAD and a VALID convolution,
/// which computes the same bits.
///
/// @throws Error for a pooling with such a padding, which no operator of the format computes, and for a graph whose
/// QUANTIZE or DEQUANTIZE ends passes/strip_ends took off: export the graph before that pass.
std::vector<std::byte> to_tflite(const ir::Graph& graph);

/// Writes the file all or nothing. @throws Error also if it cannot be written.
void write_tflite(const ir::Graph& graph, const std::filesystem::path& file);

}  // namespace thimble::exporting
