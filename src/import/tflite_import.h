// import/tflite_import.h
#pragma once

#include <filesystem>
#include <span>

#include "ir/graph.h"

namespace thimble::import {

/// Reads a .tflite file. Operators stay as they are in the file (passes/ simplify them); tensor ids are the file's;
/// Tensor::source_op is the operator's index in the file. @throws Error: unreadable, corrupt, not TFLite, or an
/// operator that is not supported (named with its index, its output's name and what would work).
ir::Graph read_tflite(const std::filesystem::path& file);

/// The same from memory; `name` is for messages and becomes the graph's name.
ir::Graph parse_tflite(std::span<const std::byte> bytes, const std::string& name);

}  // namespace thimble::import
