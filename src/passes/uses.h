// passes/uses.h
#pragma once

#include <vector>

#include "ir/graph.h"

namespace thimble::passes {

/// How often each tensor is read: by operators (once for each place) and as a graph output.
std::vector<int> use_counts(const ir::Graph& graph);

/// For each tensor the operator that is the only one to read it, or -1.
std::vector<int> only_readers(const ir::Graph& graph);

bool is_graph_input(const ir::Graph& graph, ir::TensorId id);
bool is_graph_output(const ir::Graph& graph, ir::TensorId id);

/// The operator that computes a tensor, or null.
ir::Op* producer(ir::Graph& graph, ir::TensorId id);

/// Makes every operator that reads `from` read `to`. Graph outputs stay.
void redirect_readers(ir::Graph& graph, ir::TensorId from, ir::TensorId to);

/// Removes the operators marked true, one mark for each of graph.ops.
void remove_ops(ir::Graph& graph, const std::vector<bool>& marked);

}  // namespace thimble::passes
