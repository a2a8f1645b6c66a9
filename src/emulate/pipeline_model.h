// emulate/pipeline_model.h
#pragma once

#include <filesystem>
#include <string>

#include "base/json.h"

namespace thimble::emulate {

/// A core's pipeline as numbers, from boards/pipelines/<core>.json; docs/cycles.md says where each comes from. All are
/// cycles unless they say otherwise. Times are relative to the cycle in which an instruction issues.
struct PipelineModel {
  std::string core;
  // Issue.
  int issue_width = 1;      ///< Instructions a cycle, in order.
  int loads_a_cycle = 1;    ///< Of single words, from different banks of a memory of 64 bits.
  bool simd_first = false;  ///< DSP, bit-field and extending instructions issue as the first of a pair only.
  // Results: an instruction that executes `latency` cycles later can use them.
  int load_latency = 1;
  int narrow_load_latency = 1;
  int multiply_latency = 1;
  int saturate_latency = 1;
  int float_latency = 1;
  // Operands.
  int address_early = 0;     ///< Addresses are needed that much before execution,
  int shifted_early = 0;     ///< operands of the shifter too;
  int accumulator_late = 0;  ///< accumulators are needed that much after,
  int store_data_late = 0;   ///< and what a store stores.
  // Instructions that keep the pipeline to themselves for longer.
  int load_extra = 0;            ///< A load's second cycle,
  bool pipelined_loads = false;  ///< which another load or a store that follows hides.
  int words_a_cycle = 1;         ///< Of LDM, STM, LDRD, STRD,
  int multiple_extra = 0;        ///< and what they take besides.
  int store_extra = 0;           ///< A store of one word,
  int register_store_extra = 0;  ///< and more if its address is the sum of two registers.
  int multiply_accumulate_extra = 0;
  int long_multiply_extra = 0;
  int divide_extra = 0;
  int float_divide_extra = 0;
  // Branches.
  int taken_branch = 0;         ///< Until the target issues, beyond the next cycle.
  int unaligned_target = 0;     ///< Besides, where a target of 4 bytes is not aligned to 4.
  int indirect_branch = 0;      ///< Instead of taken_branch where the target comes from a register or from memory.
  int mispredicted_branch = 0;  ///< Each time a conditional branch does what it does less often.
  // What the memories of a board add; calibration fits these.
  double branch_wait = 0;    ///< For each taken branch.
  double load_wait = 0;      ///< For each word loaded.
  double memory_factor = 1;  ///< Multiplies everything.
};

/// @throws Error naming the file and the field if it is no such object.
PipelineModel read_pipeline_model(const std::filesystem::path& file);

Json to_json(const PipelineModel& model);

/// Whether there is a model for a core, and the model.
bool has_pipeline_model(const std::string& core);
PipelineModel pipeline_model(const std::string& core);

}  // namespace thimble::emulate
