// ir/verify.h
#pragma once

#include "ir/graph.h"

namespace thimble::ir {

/// Checks that a graph is well formed: ids in range, topological order, every tensor computed once, each operator's
/// arity, types and shapes as its struct says (the shapes by `output_shapes`). Runs after import and after every pass.
/// @throws Error that names the operator and what is wrong.
void verify(const Graph& graph);

}  // namespace thimble::ir
