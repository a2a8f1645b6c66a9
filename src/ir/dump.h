// ir/dump.h
#pragma once

#include <string>

#include "ir/graph.h"

namespace thimble::ir {

/// A stable, diffable text of a graph: one line an operator. Pass tests compare it.
std::string dump(const Graph& graph);

}  // namespace thimble::ir
