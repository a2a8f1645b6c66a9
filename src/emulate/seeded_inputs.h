// emulate/seeded_inputs.h
#pragma once

#include <cstdint>
#include <span>

#include "emulate/execute.h"

namespace thimble::emulate {

/// The made-up input that docs/numbers.md defines, running on from one input tensor to the next.
TensorValues seeded_inputs(const ir::Graph& graph, std::span<const ir::TensorId> tensors, std::uint32_t seed = 0);

}  // namespace thimble::emulate
