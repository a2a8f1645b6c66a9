// emulate/pipeline.h
#pragma once

#include <array>
#include <vector>

#include "emulate/instruction.h"
#include "emulate/pipeline_model.h"

namespace thimble::emulate {

/// An in-order pipeline that instructions are issued to one after another: when does each issue?
///
/// An instruction issues in the first cycle, not before the one in front of it, in which its operands are there and
/// the parts of the core that it needs are free. Nothing but registers and these parts is modelled: memory answers at
/// once, branches go where they usually go.
class Pipeline {
 public:
  explicit Pipeline(const PipelineModel& model) : model_(model) { ready_.fill(-static_cast<int>(registers)); }

  /// The cycle in which the instruction issues.
  int issue(const Instruction& instruction);

  /// The instruction that was last issued branched to `target`.
  void branch_to(const Instruction& branch, const Instruction& target);

  int last_issue() const { return cycle_; }

 private:
  int operands_ready(const Instruction& instruction) const;
  bool joins(const Instruction& instruction) const;
  bool same_bank(const Instruction& instruction) const;
  int latency_of(const Instruction& instruction) const;
  int cycles_of(const Instruction& instruction) const;

  static constexpr std::size_t registers = 64;
  PipelineModel model_;
  std::array<int, registers> ready_;
  int cycle_ = -1;                  ///< Of the last issue.
  int free_ = 0;                    ///< No instruction issues before.
  int after_load_ = 0;              ///< Nor before this one, unless it hides a load's second cycle.
  Registers loading_ = 0;           ///< What that load loads.
  std::vector<Instruction> group_;  ///< Issued in cycle_.
  bool closed_ = true;              ///< No more instructions issue in cycle_.
};

}  // namespace thimble::emulate
