// emulate/cycle_count.h
#pragma once

#include <map>
#include <string>
#include <vector>

#include "emulate/execution_profile.h"
#include "emulate/instruction.h"
#include "emulate/pipeline_model.h"

namespace thimble::emulate {

/// Estimated cycles in three parts, of which memory waits are linear: see PipelineModel.
struct Cycles {
  double pipeline = 0;        ///< Without waits.
  double taken_branches = 0;  ///< Number of them.
  double loaded_words = 0;

  Cycles& operator+=(const Cycles& other);
  Cycles operator*(double times) const;
  double total(const PipelineModel& model) const;
};

/// What a block costs and costs in all.
struct BlockCycles {
  int block = 0;  ///< Index in ExecutionProfile::blocks().
  std::int64_t times = 0;
  Cycles cycles;                          ///< Of all its executions.
  std::vector<Instruction> instructions;  ///< Of the block,
  std::vector<int> issues;                ///< the cycle in which each issues after the most frequent predecessor,
  double each = 0;                        ///< and what it then costs: its share of a loop's iteration.
};

struct CycleCounts {
  Cycles total;
  std::map<int, Cycles> layers;     ///< By index of the operator; -1: outside any.
  std::vector<BlockCycles> blocks;  ///< The most expensive first.
};

/// Estimates the cycles of an inference.
///
/// Each edge of the profile is run through the pipeline: the block before, then the block, which costs what passes
/// between the issues of their last instructions. So a loop of one block costs what its steady state costs, and the sum
/// over a path is the time of the path but for stalls that reach over a whole block.
/// A conditional branch that goes both ways is taken to be mispredicted as often as it goes the rarer way.
CycleCounts count_cycles(const ExecutionProfile& profile, const PipelineModel& model);

}  // namespace thimble::emulate
