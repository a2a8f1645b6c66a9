// cli/op_label.h
#pragma once

#include <string>

#include "ir/graph.h"

namespace thimble::cli {

/// An operator in few characters: "conv 3x3/2", "dw 5x5", "1x1", "add".
std::string short_label(const ir::Graph& graph, const ir::Op& op);

}  // namespace thimble::cli
