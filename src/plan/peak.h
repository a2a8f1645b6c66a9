// plan/peak.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "plan/plan.h"
#include "target/board.h"

namespace thimble::plan {

/// Bytes of the buffers that are live in each stage; those that two of them share, in place, count once.
std::vector<std::int64_t> live_bytes(const Plan& plan);

/// What bounds a plan's arena: the stage whose buffers need most bytes, the first if several do.
struct Peak {
  int stage = 0;
  std::int64_t bytes = 0;
  std::vector<int> buffers;  ///< Indices of the buffers that are live then, the largest first.
};
Peak peak_of(const Plan& plan);

/// The peak's stage for messages: `layer 12 "block3/expand" (input 27648, block3/expand 82944, ...)`, by the number
/// that the layer has in its file.
std::string describe_peak(const ir::Graph& graph, const Plan& plan);

/// @throws Error with exit code 1 if the arena and `stack_bytes` are larger than the board's SRAM: by how many bytes,
/// and at which layer; or what of it lies in a region is larger than that.
void require_arena_fits(const ir::Graph& graph, const Plan& plan, const target::Board& board);

}  // namespace thimble::plan
