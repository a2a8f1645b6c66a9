// passes/any_image.h
#pragma once

#include <cstddef>
#include <vector>

#include "ir/graph.h"
#include "reference/interpreter.h"

namespace thimble::passes {

/// Some value for the one input of a graph.
inline std::vector<reference::Bytes> any_image(const ir::Graph& graph) {
  reference::Bytes image(static_cast<std::size_t>(graph.tensor(graph.inputs[0]).bytes()));
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::byte>(i * 37 + i / 7);
  return {image};
}

}  // namespace thimble::passes
