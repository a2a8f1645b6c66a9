// The C function that runs an operator: its kernel in its driver, with parameters as the generated code has them.
#pragma once

#include <functional>

#include "generic/types.h"
#include "single_op.h"
#include "target/kernel_choice.h"

namespace thimble::testing {

/// A call of the operator's driver: planes of the inputs (the second may be NULL) and the output, rows, scratch.
using Call = std::function<void(const thimble_plane* a, const thimble_plane* b, const thimble_plane* out, int first,
                                int count, void* scratch)>;

Call kernel_call(const SingleOp& single, const target::KernelChoice& choice);

}  // namespace thimble::testing
