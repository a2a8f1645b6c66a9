// Runs one operator by the kernel that target::choose_kernel picks, through its driver.
#pragma once

#include "reference/interpreter.h"
#include "single_op.h"
#include "target/kernel_choice.h"

namespace thimble::testing {

/// How the operator's planes lie in memory and how many rows a call computes.
struct Execution {
  int rows_a_call = 0;    ///< 0: all. Rows of the input for a kernel that accumulates: always in a ring.
  bool rings = false;     ///< Input and output are rings just large enough for a call.
  bool in_place = false;  ///< The output over the first input.
  /// The output over rows of its only input, as close behind those that are still to be read as rows computed one after
  /// the other can be: what the plan's verifier allows.
  bool into_input = false;
};

/// The output that the kernel computes. Memory around the output and the scratch is checked to stay as it is, inputs
/// are allocated to the byte, and ring rows that the call may not need are poisoned.
reference::Bytes run_kernel(const SingleOp& single, const target::KernelChoice& choice,
                            const Execution& execution = {});

}  // namespace thimble::testing
