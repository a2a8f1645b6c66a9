// emulate/mark_counter.h
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "emulate/execution_profile.h"

namespace thimble::emulate {

/// Instructions between the marks of a measuring firmware (boards/firmware/marks.h); the marks are not counted,
/// condition-failed instructions are.
struct InstructionCounts {
  std::int64_t total = 0;
  /// {op, instructions} in the order in which the layers first ran.
  std::vector<std::pair<int, std::int64_t>> layers;

  bool operator==(const InstructionCounts&) const = default;
};

/// Counts the first marked inference from the basic blocks that a core executes: the numbers of the QEMU plugin
/// (emulate/plugin/count.c), come by in another way.
class MarkCounter {
 public:
  /// A block of Thumb code is executed, from its first instruction to its last.
  void execute(std::uint32_t address, std::span<const std::byte> code);

  /// @throws Error if no marked inference has ended.
  const InstructionCounts& counts() const;

  /// The blocks of that inference, without the marks in them.
  const ExecutionProfile& profile() const { return profile_; }

 private:
  /// Plain instructions, then a mark; 0 at the end of a block.
  struct Run {
    std::int64_t instructions = 0;
    int mark = 0;
    int profiled = -1;  ///< Index in the profile, -1 where there are no instructions.
  };
  std::vector<Run> decode(std::uint32_t address, std::span<const std::byte> code);
  void pass(int mark);
  void enter_layer(int op);

  std::unordered_map<std::uint64_t, std::vector<Run>> blocks_;  ///< By size and address.
  InstructionCounts counts_;
  ExecutionProfile profile_;
  int layer_ = -1;  ///< Index in counts_.layers of the one that runs.
  int op_ = -1;     ///< The operator of that layer.
  int digits_missing_ = 0;
  int next_layer_ = 0;
  bool counting_ = false;
  bool ended_ = false;
};

}  // namespace thimble::emulate
