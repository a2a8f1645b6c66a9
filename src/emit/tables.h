// emit/tables.h
#pragma once

#include <cstdint>
#include <vector>

#include "ir/graph.h"

namespace thimble::emit {

/// The table of an element-wise operator from one 8-bit type to another (sigmoid, hard-swish, clamps, requantization):
/// its value for each byte, as int8, asked of the reference interpreter itself.
std::vector<std::int64_t> byte_table(const ir::Graph& graph, const ir::Op& op);

}  // namespace thimble::emit
