// passes/passes.h
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace thimble::passes {

/// A rewrite of a graph. It keeps tensor ids and their meaning (see ir::Tensor), and the function that the graph
/// computes, bit for bit.
struct Pass {
  std::string_view name;
  void (*run)(ir::Graph&);
};

/// All passes in the order in which `simplify` runs them.
std::span<const Pass> all();

/// Runs the named passes (default: all), verifying the graph after each. "none" alone runs nothing.
/// @throws Error if a name is unknown.
ir::Graph simplify(ir::Graph graph, const std::vector<std::string>& names = {});

}  // namespace thimble::passes
