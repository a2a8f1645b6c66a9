// emulate/execution_profile.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace thimble::emulate {

/// How often a block ran right after another one, in one layer.
struct BlockEdge {
  int previous = -1;  ///< Index of the block before; -1: none.
  int layer = -1;     ///< Index of the operator in whose time the block ran; -1: none.
  std::int64_t times = 0;
};

/// Code that runs from its first instruction to its last.
struct ExecutedBlock {
  std::uint32_t address = 0;
  std::vector<std::byte> code;
  std::vector<BlockEdge> edges;
};

/// Which basic blocks one inference executed, in what order and how often.
///
/// Edges, not counts of blocks: what a block costs depends on what ran before it, above all whether that was the block
/// itself, and a branch's cost on where it went.
class ExecutionProfile {
 public:
  /// The index of a block that is new.
  int add(std::uint32_t address, std::span<const std::byte> code);

  /// The block runs after the one of the last call.
  void execute(int block, int layer) {
    std::vector<BlockEdge>& edges = blocks_[static_cast<std::size_t>(block)].edges;
    for (BlockEdge& edge : edges) {
      if (edge.previous != previous_ || edge.layer != layer) continue;
      ++edge.times;
      previous_ = block;
      return;
    }
    edges.push_back({previous_, layer, 1});
    previous_ = block;
  }

  const std::vector<ExecutedBlock>& blocks() const { return blocks_; }

 private:
  std::vector<ExecutedBlock> blocks_;
  int previous_ = -1;
};

}  // namespace thimble::emulate
